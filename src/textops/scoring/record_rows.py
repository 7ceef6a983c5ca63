"""The rows of all other files: every cell a text, and rows that cannot be read in their places."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from textops.data.reading import read_records
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.scoring.input_file import InputFile
from textops.scoring.part import most_bytes
from textops.scoring.source import TEXT, Source

UNREADABLE = "The row cannot be read: {}"
NESTED = "Column {} holds a list or an object, not text"

_MOST_CELLS = 2_000_000
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")


@dataclass
class _Rows:
    """Rows that are collected until they are many enough.

    Attributes:
        columns: Values by column.
        faults: By row, why it cannot be read.
        files: By row, the file it comes from.
        size: Characters of all values.
        texts: Columns that are joined to the text.
    """

    columns: dict[str, list[str | None]]
    texts: Sequence[str]
    faults: list[str | None] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, record: Record | BrokenRecord) -> None:
        """Add a row."""
        fields: Mapping[str, str] = {}
        fault = None
        if isinstance(record, Record):
            fields = record.fields
            nested: frozenset[str] = getattr(record, "nested", frozenset())
            fault = next((NESTED.format(name) for name in self.texts if name in nested), None)
        else:
            fault = UNREADABLE.format(f"{record.reason} (line {record.line:,})")
        for name, values in self.columns.items():
            value = fields.get(name)
            values.append(value)
            if value is not None:
                self.size += len(value)
        self.faults.append(fault)
        self.files.append(record.file.relative)

    def is_full(self, most_rows: int) -> bool:
        """Whether no more rows should come."""
        rows = len(self.faults)
        return (
            rows >= most_rows or self.size >= most_bytes(len(self.columns)) or rows * len(self.columns) >= _MOST_CELLS
        )


@dataclass(frozen=True)
class RecordTable:
    """Rows that follow each other.

    Attributes:
        columns: Their cells.
        faults: By row, why it cannot be read.
        files: By row, the file it comes from.
        reached: How many rows or lines of the source they and all before them take.
        last: The file of the last row.
    """

    columns: pa.Table
    faults: "pa.Array[Any]"
    files: "pa.Array[Any]"
    reached: int
    last: InputFile


def record_tables(
    source: Source, columns: Sequence[str], texts: Sequence[str], skipped: int, most_rows: int
) -> Iterator[RecordTable]:
    """Yield the rows of a source in order.

    Args:
        source: Files that are not all Parquet.
        columns: Names of those to read.
        texts: Those of them that are joined to the text.
        skipped: Rows at the beginning that are left out.
        most_rows: Most rows of a table.

    Raises:
        DataError: If a file cannot be read.
    """
    rows = _Rows({name: [] for name in columns}, texts)
    by_row = source.is_counted_in_rows
    reached = 0
    last = source.files[0]
    for record, file, lines in islice(_records(source), skipped, None):
        rows.add(record)
        last = file
        reached = lines
        if rows.is_full(most_rows):
            skipped += len(rows.faults)
            yield _table(rows, skipped if by_row else reached, last)
            rows = _Rows({name: [] for name in columns}, texts)
    if rows.faults:
        yield _table(rows, skipped + len(rows.faults) if by_row else reached, last)


def _records(source: Source) -> Iterator[tuple[Record | BrokenRecord, InputFile, int]]:
    """Yield each row with its file and the lines of the source up to it."""
    before = 0
    for file in source.files:
        line = 0
        file.refuse_change()
        for record in read_records([file.file], source.read, source.needed, ReadingNotes()):
            line = record.line
            yield record, file, before + line
        file.refuse_change()
        before += 1 if file.format == TEXT else line


def _table(rows: _Rows, reached: int, last: InputFile) -> RecordTable:
    names = list(rows.columns)
    arrays = [_column(values) for values in rows.columns.values()]
    columns = pa.table(arrays, names=names) if names else pa.table({"": pa.nulls(len(rows.faults))}).select([])
    return RecordTable(columns, pa.array(rows.faults, pa.string()), pa.array(rows.files, pa.string()), reached, last)


def _column(values: list[str | None]) -> "pa.Array[Any]":
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        # JSON may hold one half of a surrogate pair, which is no character.
        return pa.array([None if each is None else _HALF_OF_A_PAIR.sub("\ufffd", each) for each in values], pa.string())
