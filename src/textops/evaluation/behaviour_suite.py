"""Suites of behaviour tests: what a model must be able to do, in YAML that a person can write.

The three kinds of tests are those of Ribeiro et al. 2020, Beyond Accuracy: Behavioral Testing of NLP Models with
CheckList (ACL).
"""

import itertools
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.evaluation.behaviour_changes import CHANGES
from textops.files import configuration_folder, shown, write_text

EVERY_DATA_SET = "_every_data_set"
MOST_TEXTS = 2_000
"""A template that makes more texts than this was not meant so."""

Share = Annotated[float, Field(ge=0, le=1)]
Templates = Annotated[tuple[str, ...], Field(min_length=1)]
TEST_TEXTS: Literal["test"] = "test"
_WAYS = ("change", "append", "prepend", "replace", "vary")
_HEADER = "# What this model has to be able to do: textops evaluate\n"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class _Test(_Frozen):
    """What all tests have.

    Attributes:
        name: What the model is asked, in words; each name stands once in a suite.
        capability: What it is about (`vocabulary`, `robustness`, `names`), for the table.
        required: Share of the cases that must pass; the suite's own by default.
    """

    name: str = Field(min_length=1)
    capability: str = ""
    required: Share | None = None


class MinimumFunction(_Test):
    """Short clear texts, each with the class that anybody would give it.

    Attributes:
        cases: Class -> templates of texts.
    """

    kind: Literal["minimum_function"]
    cases: dict[str, Templates] = Field(min_length=1)


class Invariance(_Test):
    """Changes after which the answer must be what it was; exactly one of them.

    Attributes:
        texts: Templates, or `test` for texts of the test set.
        change: One of `CHANGES`.
        append: Words put behind the text.
        prepend: Words put before it.
        replace: Words -> words in their place.
        vary: Name of a list: the answer must not depend on which of it fills the templates.
    """

    kind: Literal["invariance"]
    texts: Literal["test"] | Templates
    change: str | None = None
    append: str | None = None
    prepend: str | None = None
    replace: dict[str, str] | None = None
    vary: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_WAYS)}, has {' and '.join(given) or 'none'}")
        if self.change is not None and self.change not in CHANGES:
            hint = did_you_mean(self.change, CHANGES) or f"; known are {listed(CHANGES)}"
            raise ValueError(f"there is no change {self.change!r}{hint}")
        if self.vary is not None and self.texts == TEST_TEXTS:
            raise ValueError("vary needs templates of its own, not texts of the test set")
        return self


class Direction(_Test):
    """Words that must make a class more or less probable; exactly one of `append` and `prepend`.

    Attributes:
        texts: Templates, or `test` for texts of the test set.
        append: Words put behind the text.
        prepend: Words put before it.
        label: The class; `class` in YAML.
        moves: Where its probability must go.
        by: How far at least; a negative number allows so much of the other direction.
    """

    kind: Literal["direction"]
    texts: Literal["test"] | Templates
    append: str | None = None
    prepend: str | None = None
    label: str = Field(alias="class")
    moves: Literal["up", "down"]
    by: float = Field(default=0.0, ge=-1, le=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.append is None) == (self.prepend is None):
            raise ValueError("needs exactly one of append and prepend")
        return self


BehaviourTest = Annotated[MinimumFunction | Invariance | Direction, Field(discriminator="kind")]
_KINDS: Mapping[str, type[_Test]] = {
    "minimum_function": MinimumFunction,
    "invariance": Invariance,
    "direction": Direction,
}


class BehaviourSuite(_Frozen):
    """The behaviour tests of a model.

    Attributes:
        required: Share of the cases that must pass in tests which do not say so themselves.
        lists: Name of a placeholder -> what it stands for; `{name}` in a template takes each in turn.
        tests: At least one.
    """

    required: Share = 1.0
    lists: dict[str, Templates] = Field(default_factory=dict)
    tests: tuple[BehaviourTest, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [test.name for test in self.tests]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two tests are called {name!r}")
        for test in self.tests:
            try:
                self._check_placeholders(test)
            except ValueError as error:
                raise ValueError(f"test {test.name!r}: {error}") from error
        return self

    def _check_placeholders(self, test: _Test) -> None:
        for template in templates_of(test):
            next(self.filled(template))
        if isinstance(test, Invariance) and test.vary is not None:
            self._require_list(test.vary)

    def required_of(self, test: _Test) -> float:
        """Return the share of a test's cases that must pass."""
        return self.required if test.required is None else test.required

    def filled(self, template: str, keep: str | None = None) -> Iterator[str]:
        """Yield the texts that a template makes, every placeholder taking each entry of its list.

        Args:
            template: Text with placeholders; braces that are none are doubled.
            keep: A placeholder that stays as it is.

        Raises:
            ValueError: If a placeholder has no list, or the texts are too many.
        """
        names = [name for name in dict.fromkeys(placeholders(template)) if name != keep]
        for name in names:
            self._require_list(name)
        count = 1
        for name in names:
            count *= len(self.lists[name])
        if count > MOST_TEXTS:
            raise ValueError(f"the template {template[:60]!r} makes {count:,} texts; allowed are {MOST_TEXTS:,}")
        kept = {} if keep is None else {keep: f"{{{keep}}}"}
        for values in itertools.product(*(self.lists[name] for name in names)):
            yield template.format(**dict(zip(names, values, strict=True)), **kept)

    def _require_list(self, name: str) -> None:
        if name not in self.lists:
            hint = did_you_mean(name, self.lists) or f"; there are {listed(self.lists) or 'none'}"
            raise ValueError(f"there is no list {name!r} for the placeholder{hint}")


def placeholders(template: str) -> list[str]:
    """Return the names in braces of a template.

    Raises:
        ValueError: If a brace is left open, or holds no name.
    """
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ValueError(f"the template {template[:60]!r} has an odd brace ({error}): double it") from error
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"the placeholder {{{name}}} is no name: double its braces")
    return names


def templates_of(test: _Test) -> Sequence[str]:
    """Return the templates of a test; none where it takes texts of the test set."""
    if isinstance(test, MinimumFunction):
        return [template for templates in test.cases.values() for template in templates]
    if isinstance(test, Invariance | Direction) and test.texts != TEST_TEXTS:
        return list(test.texts)
    return []


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
    location = [part for part in problem["loc"] if part not in {*_KINDS, "[key]"}]
    if not location:
        return str(problem["msg"]).removeprefix("Value error, ")
    where, test = _place(document, location)
    if problem["type"] == "extra_forbidden":
        model = BehaviourSuite if test is None else _KINDS[str(test["kind"])]
        known = [field.alias or name for name, field in model.model_fields.items()]
        unknown = str(location[-1])
        return f"{where} is not a setting{did_you_mean(unknown, known) or f'; known are {listed(known)}'}"
    if problem["type"] == "union_tag_invalid":
        given = str(problem["ctx"]["tag"])
        return f"{where}: there is no kind {given!r}{did_you_mean(given, _KINDS) or f'; known are {listed(_KINDS)}'}"
    if problem["type"] == "union_tag_not_found":
        return f"{where} has no kind: take one of {listed(_KINDS)}"
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
