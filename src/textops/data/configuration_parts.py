"""The parts of a source's configuration: how to read, split, group, fetch or make up."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from textops.data.addresses import hide_secrets
from textops.frozen import Frozen

SHARES_TOLERANCE = 1e-6

SplitName = Literal["train", "val", "test"]
Repair = Literal["entities", "mojibake"]
SPLITS: tuple[SplitName, ...] = ("train", "val", "test")


def as_sequence(value: object) -> object:
    """Let one text stand for a list of one: `paths=a.csv` instead of `paths=[a.csv]`."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str | int | float) else value


def _as_text(value: object) -> object:
    """Give numbers and truth values the way they are written: YAML reads a bare 0 or true as such."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _with_text_keys(value: object) -> object:
    return {_as_text(key): _as_text(item) for key, item in value.items()} if isinstance(value, dict) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_sequence)]
FewNames = Annotated[dict[str, str], BeforeValidator(lambda value: {} if value is None else _with_text_keys(value))]
Names = Annotated[dict[str, str], BeforeValidator(_with_text_keys)]


class ReadConfiguration(Frozen):
    """How files are read.

    Attributes:
        format: `auto` goes by the file's suffix.
        delimiter: `auto` takes the one whose header holds the configured columns.
        quoting: Whether double quotes hold fields together; off for files that use quotes as ordinary
            characters; `auto` finds out by looking.
        encoding: `auto` (byte order mark, UTF-8, else a guess that is reported), or encodings tried in turn.
        header: Whether the first row names the columns; `auto` finds out by looking. Without it, columns are called
            `column_1`, `column_2` and so on, unless `column_names` are given.
        column_names: Names of the columns of files without a header.
        rename: Name of a column in some file -> the name it shall have; for files that call the same thing differently.
        repair: Old damage to be repaired: `entities` (`&amp;`), `mojibake` (text once decoded wrongly).
    """

    format: Literal["auto", "csv", "tsv", "jsonl", "json", "parquet", "text"] = "auto"
    delimiter: str = Field(default="auto", min_length=1)
    quoting: bool | Literal["auto"] = "auto"
    encoding: Texts = ("auto",)
    header: bool | Literal["auto"] = "auto"
    column_names: Texts = ()
    rename: FewNames = Field(default_factory=dict)
    repair: Annotated[tuple[Repair, ...], BeforeValidator(as_sequence)] = ()


class SplitConfiguration(Frozen):
    """How examples are divided.

    Attributes:
        rule: `hash` by near-duplicate group, `time` with the newest in test, `predefined` by file.
        train: Share of the examples.
        val: Share of the examples; with `predefined` and no pattern for val, this share is taken out of
            train.
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


class NearDuplicateConfiguration(Frozen):
    """Grouping of texts that are nearly the same.

    Attributes:
        enabled: Off: only exact duplicates are found.
        threshold: Jaccard similarity of the sets of three-word shingles from which two texts form a group.
    """

    enabled: bool = True
    threshold: float = Field(default=0.8, gt=0.5, le=1)


class RareClassConfiguration(Frozen):
    """What becomes of classes with very few examples.

    Attributes:
        rule: `keep` them (the split then needs three examples of each), `drop` their examples, or `merge` them all into
            one class.
        below: Classes with fewer examples than this are rare; repeated texts count once.
        name: Of the class that they are merged into.
    """

    rule: Literal["keep", "drop", "merge"] = "keep"
    below: int = Field(default=3, ge=2)
    name: Annotated[Text, Field(pattern=r"\S")] = "other"


class NpmConfiguration(Frozen):
    """A data set published as an npm package.

    Attributes:
        package: Name and version, `name@1.2.3`.
        integrity: Digest of the package's archive as npm publishes it (`npm view PACKAGE dist.integrity`).
        folder: Where it is unpacked.
        archives: Addresses of tar archives of the original data, taken when npm cannot be had.
    """

    package: str
    integrity: str = Field(pattern=r"^sha512-[A-Za-z0-9+/]{86}==$")
    folder: str
    archives: Texts = ()


class SqlConfiguration(Frozen):
    """A query of a database.

    Attributes:
        url: Address of the database as SQLAlchemy writes it; `env:VARIABLE`: it stands in an environment variable.
            With a password it must stand there: what is given here is kept with every run.
        query: A SELECT; with ORDER BY the same data have the same fingerprint.
    """

    url: str = Field(min_length=1)
    query: str = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if hide_secrets(self.url) != self.url and (
            ":" in self.url.partition("://")[2].rpartition("@")[0] or "?" in self.url
        ):
            raise ValueError(
                "the address holds a password, which would be kept with every run: put the address into an environment "
                "variable and give data.sql.url=env:VARIABLE"
            )
        return self


class HuggingFaceConfiguration(Frozen):
    """A data set of the Hugging Face hub, or a folder of one that `datasets` saved.

    Attributes:
        path: Its name on the hub, `owner/name`, or the folder.
        subset: Which of several data sets under this name.
        revision: A version on the hub; without one the newest is taken.
        splits: Those that are read; none: all.
    """

    path: str = Field(min_length=1)
    subset: str | None = None
    revision: str | None = None
    splits: Texts = ()


class SyntheticConfiguration(Frozen):
    """Made-up texts for benchmarks.

    Attributes:
        rows: How many.
        classes: How many.
        words: Mean words in a text.
        drift: How far the words of the last text have moved from those of the first: 0 not at all, 1 wholly.
        imbalance: How uneven the classes are: the share of the n-th goes with 1 / n**imbalance; 0 makes them alike.
        seed: Seed of the generator.
    """

    rows: int = Field(default=10_000, ge=1)
    classes: int = Field(default=2, ge=2, le=1000)
    words: int = Field(default=50, ge=1)
    drift: float = Field(default=0.0, ge=0, le=1)
    imbalance: float = Field(default=0.0, ge=0, le=10)
    seed: int = Field(default=0, ge=0)
