"""Suites of behaviour tests in files: read with one clear line for what is wrong, and written into bundles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import ValidationError

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.evaluation.behaviour_suite import KINDS, BehaviourSuite, BehaviourTest
from textops.files import shown, write_text
from textops.installation import configuration_folder

BEHAVIOUR_FILE = "behaviour.yaml"
"""Name of the suite inside a bundle."""

EVERY_DATA_SET = "_every_data_set"

_HEADER = "# What this model has to be able to do: textops evaluate\n"


def read_suite(path: Path) -> BehaviourSuite:
    """Read a suite.

    Raises:
        ConfigurationError: If it is missing, no YAML, empty, or says what is no part of a suite; in one line.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the behaviour tests {shown(path)} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        first = " ".join(str(error).split())
        raise ConfigurationError(f"{shown(path)} is no YAML: {first}") from error
    if not isinstance(document, dict) or not document.get("tests"):
        raise ConfigurationError(f"{shown(path)} has no behaviour tests: give it a list called tests")
    try:
        return BehaviourSuite.model_validate(document)
    except ValidationError as error:
        problem = error.errors()[0]
        raise ConfigurationError(f"{shown(path)}: {_complaint(document, problem)}") from error


def suite_of(data_name: str, folder: Path | None = None) -> BehaviourSuite | None:
    """Return the suite of a data set: its own tests, and those of every data set that it does not replace by name.

    Args:
        data_name: Name of the data set, which is that of its file.
        folder: Where the suites lie; by default `configs/behaviour`.

    Returns:
        None where there is neither a suite of its own nor one for every data set.

    Raises:
        ConfigurationError: As `read_suite`.
    """
    folder = configuration_folder() / "behaviour" if folder is None else folder
    paths = (folder / f"{Path(data_name).name}.yaml", folder / f"{EVERY_DATA_SET}.yaml")
    suites = [read_suite(path) for path in paths if path.is_file()]
    return joined(suites) if suites else None


def joined(suites: Sequence[BehaviourSuite]) -> BehaviourSuite:
    """Join suites, at least one; of tests and lists with the same name the first counts."""
    tests: dict[str, BehaviourTest] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for suite in suites:
        for test in suite.tests:
            tests.setdefault(test.name, test.model_copy(update={"required": suite.required_of(test)}))
        lists = suite.lists | lists
    return BehaviourSuite(lists=lists, tests=tuple(tests.values()))


def write_suite(path: Path, suite: BehaviourSuite) -> None:
    """Write a suite so that `read_suite` gives it back."""
    content = suite.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    write_text(path, _HEADER + text)


def _complaint(document: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """Say in one line what is wrong with a suite, and where."""
    location = [part for part in problem["loc"] if part not in {*KINDS, "[key]"}]
    if not location:
        return str(problem["msg"]).removeprefix("Value error, ")
    where, test = _place(document, location)
    if problem["type"] == "extra_forbidden":
        model = BehaviourSuite if test is None else KINDS[str(test["kind"])]
        known = [field.alias or name for name, field in model.model_fields.items()]
        unknown = str(location[-1])
        return f"{where} is not a setting{did_you_mean(unknown, known) or f'; known are {listed(known)}'}"
    if problem["type"] == "union_tag_invalid":
        given = str(problem["ctx"]["tag"])
        return f"{where}: there is no kind {given!r}{did_you_mean(given, KINDS) or f'; known are {listed(KINDS)}'}"
    if problem["type"] == "union_tag_not_found":
        return f"{where} has no kind: take one of {listed(KINDS)}"
    if isinstance(problem["input"], bool) and problem["type"] == "string_type":
        return f"{where}: YAML reads a bare {str(problem['input']).lower()} as yes or no: put it in quotes"
    return f"{where}: {str(problem['msg']).removeprefix('Value error, ')}"


def _place(document: Mapping[str, Any], location: Sequence[int | str]) -> tuple[str, Mapping[str, Any] | None]:
    """Return where something stands, as a person would say it, and the test it stands in."""
    if len(location) < 2 or location[0] != "tests" or not isinstance(location[1], int):  # noqa: PLR2004 - list and place
        return ".".join(map(str, location)), None
    test = document["tests"][location[1]]
    named = isinstance(test, Mapping) and test.get("name")
    first = f"test {test['name']!r}" if named else f"test {location[1] + 1}"
    return " ".join([first, ".".join(map(str, location[2:]))]).strip(), test if isinstance(test, Mapping) else None
