"""What reading a file gives: records, and notes on how it went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from textops.data.encoding import Encoding
from textops.data.locations import SourceFile
from textops.data.nearest import did_you_mean, listed
from textops.data.row_log import RowLog
from textops.errors import DataError

PLACES_LISTED = 20
NO_SUCH_COLUMN = (
    "; set data.text_columns and data.label_column, or data.read.column_names if the first row is no header; where one "
    "file calls it differently, data.read.rename={name there: name}"
)


NOTHING_NESTED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it was read.

    Attributes:
        file: The file it comes from.
        line: Where it begins: line of the file (text formats) or number of the row (Parquet, JSON arrays),
            from 1.
        fields: Column -> value; what has no value is an empty string.
        nested: Columns whose value is a list or an object here; `fields` has it as JSON.
    """

    file: SourceFile
    line: int
    fields: Mapping[str, str]
    nested: frozenset[str] = NOTHING_NESTED

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.file.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A row that could not be taken apart."""

    file: SourceFile
    line: int
    reason: str

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.file.name}:{self.line}"


@dataclass
class Tally:
    """How often something happened, and where: the first `PLACES_LISTED` places.

    Attributes:
        count: How often.
        places: Where.
    """

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.places) < PLACES_LISTED:
            self.places.append(place)


@dataclass(frozen=True, slots=True)
class Found:
    """How a file was read; what does not apply to its format is None.

    Attributes:
        format: `csv` (and its relatives), `jsonl`, `json`, `parquet` or `text`.
        encoding: As Python calls it.
        delimiter: As a person can read it.
        quoting: Whether double quotes hold fields together.
        header: Whether the first row names the columns.
        columns: How many there are.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    quoting: bool | None = None
    header: bool | None = None
    columns: int | None = None


@dataclass
class ReadingNotes:
    """What came up while files were read; filled by the readers.

    Attributes:
        encodings: Encoding -> number of files.
        guessed: Files whose encoding was guessed, with the guess.
        damaged: Files that are UTF-8 but for some bytes.
        delimiters: File -> delimiter that was found.
        found: How files were read -> their number, and the first of them.
        swallowed: Places where a quoted field holds what looks like rows of its own.
        repaired: What was repaired -> where.
        log: Receives every repaired row, where somebody wants to know.
    """

    encodings: dict[str, int] = field(default_factory=dict)
    guessed: Tally = field(default_factory=Tally)
    damaged: Tally = field(default_factory=Tally)
    delimiters: dict[str, str] = field(default_factory=dict)
    found: dict[Found, Tally] = field(default_factory=dict)
    swallowed: Tally = field(default_factory=Tally)
    repaired: dict[str, Tally] = field(default_factory=dict)
    log: RowLog | None = None

    def note_encoding(self, file: SourceFile, encoding: Encoding) -> None:
        """Count the encoding of a file, and remember it if it was guessed."""
        self.encodings[encoding.name] = self.encodings.get(encoding.name, 0) + 1
        if encoding.found == "guess":
            self.guessed.add(f"{file.name} as {encoding.name}")
        if encoding.found == "damaged":
            self.damaged.add(file.name)

    def note_found(self, file: SourceFile, found: Found) -> None:
        """Count how a file was read."""
        self.found.setdefault(found, Tally()).add(file.name)
        if found.delimiter is not None:
            self.delimiters[file.name] = found.delimiter

    def note_repair(self, what: str, place: str) -> None:
        """Count a row that was repaired."""
        self.repaired.setdefault(what, Tally()).add(place)
        if self.log is not None:
            self.log.add("repaired", what, place)


class MissingColumnError(DataError):
    """A file without a column that is needed.

    Attributes:
        fact: What is wrong, without what to do: that depends on who asked for the column.
    """

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(f"{fact}{advice}")
        self.fact = fact


def require_columns(needed: Iterable[str], found: Iterable[str], name: str, advice: str = "") -> None:
    """Check that a file has the configured columns.

    Raises:
        DataError: Naming the missing column, the columns found, and the nearest.
    """
    present = list(found)
    for column in needed:
        if present.count(column) > 1:
            raise DataError(f"{name} has {present.count(column)} columns named {column!r}: rename all but one")
        if column not in present:
            hint = advice or did_you_mean(column, present) or NO_SUCH_COLUMN
            raise MissingColumnError(f"{name} has no column {column!r}: it has {listed(present)}", hint)
