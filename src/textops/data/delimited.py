"""Files of rows with a delimiter: CSV, TSV and their many relatives."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, TYPE_CHECKING

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import encoding_of_file, text_stream
from textops.data.locations import SourceFile
from textops.data.nearest import nearest
from textops.data.records import BrokenRecord, ReadingNotes, Record, require_columns
from textops.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|", ":", "\x01", "^", "~")
DELIMITER_NAMES = {"\t": "tab", "\x01": "\\x01", " ": "space"}
SPELLED = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "\\x01": "\x01",
}
NO_DELIMITER = "\x1f"
LONGEST_FIELD = 100_000_000
"""The 131,072 characters that csv allows by default are less than some articles have; this is more than any has."""

HEAD_LINES = 50
"""Lines looked at to find the delimiter; a quoted field of the first row may hold line ends."""


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are laid out.

    Attributes:
        delimiter: One character.
        columns: Names in the order of the file.
        has_header: Whether the first row is the names.
    """

    delimiter: str
    columns: tuple[str, ...]
    has_header: bool


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
        notes: Receives encoding, delimiter and suspicions.

    Yields:
        A record or a broken record for each row.

    Raises:
        DataError: If the file cannot be decoded, is empty, lacks a needed column, or has a field without end.
    """
    csv.field_size_limit(LONGEST_FIELD)
    encoding = encoding_of_file(file.path, file.name, read.encoding)
    notes.note_encoding(file, encoding)
    try:
        with text_stream(file.path, file.name, encoding) as stream:
            layout = _layout(list(islice(stream, HEAD_LINES)), file, read, needed)
        notes.delimiters[file.name] = _delimiter_name(layout.delimiter)
        with text_stream(file.path, file.name, encoding) as stream:
            yield from _rows(stream, file, layout, read, needed, notes)
    except csv.Error as error:
        raise DataError(
            f"{file.name} cannot be read as rows ({error}): a stray quote seems to hold rows together; try "
            "data.read.quoting=false"
        ) from error


def _rows(
    stream: IO[str],
    file: SourceFile,
    layout: Layout,
    read: ReadConfiguration,
    needed: Sequence[str],
    notes: ReadingNotes,
) -> Iterator[Record | BrokenRecord]:
    reader = _reader(stream, layout.delimiter, quoting=read.quoting)
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


def _layout(head: list[str], file: SourceFile, read: ReadConfiguration, needed: Sequence[str]) -> Layout:
    """Find delimiter and columns from the first lines."""
    if not any(line.strip("\ufeff \t\r\n") for line in head):
        raise DataError(f"{file.name} is empty: there is nothing to read")
    if read.delimiter != "auto":
        delimiter = SPELLED.get(read.delimiter.lower(), read.delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise DataError(f"data.read.delimiter is one character (or tab, comma, semicolon), not {delimiter!r}")
        layout = _layout_with(delimiter, head, read)
        require_columns(needed, layout.columns, file.name, _advice(delimiter, head, read, needed))
        return layout
    first = ("\t", *DELIMITERS) if read.format == "tsv" or file.path.suffix == ".tsv" else DELIMITERS
    layouts = [_layout_with(delimiter, head, read) for delimiter in dict.fromkeys(first)]
    best = max(layouts, key=lambda layout: _fit(layout, head, read, needed))
    require_columns(needed, best.columns, file.name)
    if len(best.columns) == 1:
        # Nothing to part: a delimiter that does not occur leaves the commas of the texts alone.
        unused = next((each for each in DELIMITERS if not any(each in line for line in head)), NO_DELIMITER)
        return replace(best, delimiter=unused)
    return best


def _layout_with(delimiter: str, head: list[str], read: ReadConfiguration) -> Layout:
    row = _first_row(head, delimiter, quoting=read.quoting)
    cells = tuple(cell.strip("\ufeff \t") for cell in row)
    if read.column_names:
        has_header = cells == read.column_names if read.header == "auto" else read.header
        return Layout(delimiter, read.column_names, has_header)
    if read.header is False:
        return Layout(delimiter, tuple(f"column_{number}" for number in range(1, len(row) + 1)), has_header=False)
    return Layout(delimiter, cells, has_header=True)


def _fit(layout: Layout, head: list[str], read: ReadConfiguration, needed: Sequence[str]) -> tuple[int, int, int]:
    """Rank a layout: first by the needed columns it has, then by how many fields its first row has."""
    fields = len(_first_row(head, layout.delimiter, quoting=read.quoting))
    same_width = int(fields == len(layout.columns))
    return sum(column in layout.columns for column in needed), same_width, fields


def _advice(delimiter: str, head: list[str], read: ReadConfiguration, needed: Sequence[str]) -> str:
    """Say which delimiter would have given the needed columns, where another one would."""
    for other in DELIMITERS:
        if other == delimiter:
            continue
        columns = _layout_with(other, head, read).columns
        if len(columns) > 1 and all(column in columns or nearest(column, columns) for column in needed):
            name = _delimiter_name(other)
            return f"; the delimiter seems to be {name}: set data.read.delimiter={name}"
    return ""


def _first_row(head: list[str], delimiter: str, *, quoting: bool) -> list[str]:
    return next((row for row in _reader(head, delimiter, quoting=quoting) if any(row)), [])


def _reader(lines: IO[str] | list[str], delimiter: str, *, quoting: bool) -> "Reader":
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE)


def _swallows_rows(row: list[str], delimiter: str, width: int) -> bool:
    """Tell whether a field that spans lines holds lines with as many delimiters as a row has."""
    if width == 1:
        return False
    return any(
        line.count(delimiter) >= width - 1 for field in row if "\n" in field for line in field.splitlines()[1:]
    ) and any(line.count('"') % 2 for field in row for line in field.splitlines())


def _delimiter_name(delimiter: str) -> str:
    return DELIMITER_NAMES.get(delimiter, delimiter)
