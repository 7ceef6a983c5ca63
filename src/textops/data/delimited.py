"""Files of rows with a delimiter: CSV, TSV and their many relatives."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import encoding_of_file
from textops.data.layout import Layout, find_layout, rows_of
from textops.data.lines import ANY_LINE_END, opened_lines
from textops.data.locations import SourceFile
from textops.data.records import BrokenRecord, Found, ReadingNotes, Record
from textops.errors import DataError

LONGEST_FIELD = 100_000_000
"""The 131,072 characters that csv allows by default are less than some articles have; this is more than any has."""

_LONE_RETURN = re.compile(r"\r(?!\n)")
_RETURN = "\ufdd0"
"""Stands for a carriage return that ends no line, which csv would take for the end of a row. Text never holds it."""


def read_delimited(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read the rows of a delimited file one by one.

    Normalisation: a byte order mark and white space around column names are removed; nothing else is changed.
    Rows without any value are skipped. A row that is short only by columns nobody asked for is filled with
    empty values, and surplus empty fields at its end are ignored; any other row of a wrong width is broken.

    Args:
        file: The file.
        read: How to read it.
        needed: Columns that must be there.
        notes: Receives encoding, layout and suspicions.

    Yields:
        A record or a broken record for each row.

    Raises:
        DataError: If the file cannot be decoded, is empty, lacks a needed column, or has a field without end.
    """
    csv.field_size_limit(LONGEST_FIELD)
    encoding = encoding_of_file(file.path, file.name, read.encoding)
    notes.note_encoding(file, encoding)
    try:
        layout = find_layout(file, encoding, read, needed)
        notes.note_found(file, _found(layout, encoding.name))
        with opened_lines(file, encoding, layout.line_end) as lines:
            returns = _LoneReturns()
            kept = lines if layout.line_end == ANY_LINE_END else map(returns.hidden, lines)
            for record in _records(kept, file, layout, needed, notes):
                yield returns.shown(record) if returns.met else record
    except csv.Error as error:
        raise DataError(
            f"{file.name} cannot be read as rows ({error}): a stray quote seems to hold rows together; try "
            "data.read.quoting=false"
        ) from error


def _found(layout: Layout, encoding: str) -> Found:
    return Found(
        format="csv",
        encoding=encoding,
        delimiter=layout.delimiter_name,
        quoting=layout.quoting,
        header=layout.has_header,
        columns=len(layout.columns),
    )


def _records(
    lines: Iterator[str], file: SourceFile, layout: Layout, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    reader = rows_of(lines, layout.delimiter, quoting=layout.quoting)
    width = len(layout.columns)
    required = max((layout.columns.index(column) for column in needed), default=0) + 1
    ended = 0
    header_is_next = layout.has_header
    for row in reader:
        line, ended = ended + 1, reader.line_num
        if not any(row):
            continue
        if header_is_next:
            header_is_next = False
            continue
        if len(row) > width and not any(row[width:]):
            row = row[:width]  # noqa: PLW2901
        if required <= len(row) < width:
            row = row + [""] * (width - len(row))  # noqa: PLW2901
        if len(row) != width:
            yield BrokenRecord(file, line, f"{len(row)} fields instead of {width}")
            continue
        if ended - line > 0 and _swallows_rows(row, layout.delimiter, width):
            notes.swallowed.add(f"{file.name}:{line}")
        yield Record(file, line, dict(zip(layout.columns, row, strict=True)))


class _LoneReturns:
    """Hides carriage returns that end no line from csv, and brings them back.

    Attributes:
        met: Whether there was one.
    """

    def __init__(self) -> None:
        self.met = False

    def hidden(self, line: str) -> str:
        # Nearly no line has one, but each of a file from Windows ends in one.
        if "\r" not in line or (line.find("\r", 0, -2) == -1 and not line.endswith("\r")):
            return line
        self.met = True
        return _LONE_RETURN.sub(_RETURN, line)

    @staticmethod
    def shown(record: Record | BrokenRecord) -> Record | BrokenRecord:
        if isinstance(record, BrokenRecord):
            return record
        return replace(record, fields={name: value.replace(_RETURN, "\r") for name, value in record.fields.items()})


def _swallows_rows(row: list[str], delimiter: str, width: int) -> bool:
    """Tell whether a field that spans lines holds lines with as many delimiters as a row has."""
    if width == 1:
        return False
    return any(
        line.count(delimiter) >= width - 1 for field in row if "\n" in field for line in field.splitlines()[1:]
    ) and any(line.count('"') % 2 for field in row for line in field.splitlines())
