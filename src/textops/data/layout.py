"""How the rows of a delimited file are laid out: said by the user, or found by looking."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import Encoding
from textops.data.lines import HEAD_LINES, line_end_of, opened_lines
from textops.data.locations import SourceFile, format_of
from textops.data.mending import without_surrogates
from textops.data.nearest import nearest
from textops.data.quoting import quotes_hold, quotes_seem_text
from textops.data.records import require_columns
from textops.data.renaming import renamed
from textops.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|", ":", "\x01", "^", "~")
DELIMITER_NAMES = {"\t": "tab", "\x01": "\\x01", " ": "space", "\x1f": "none"}
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
LONGEST_NAME = 64
"""Names of columns are short; the texts in a first row that is none are not."""


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are laid out.

    Attributes:
        delimiter: One character.
        columns: Names in the order of the file.
        has_header: Whether the first row is the names.
        quoting: Whether double quotes hold fields together.
        line_end: What ends a row; empty for each of the three that are in use.
    """

    delimiter: str
    columns: tuple[str, ...]
    has_header: bool
    quoting: bool = True
    line_end: str = ""

    @property
    def delimiter_name(self) -> str:
        """The delimiter as a person can read it."""
        return DELIMITER_NAMES.get(self.delimiter, self.delimiter)


def find_layout(file: SourceFile, encoding: Encoding, read: ReadConfiguration, needed: Sequence[str]) -> Layout:
    """Find out how a file is laid out; what the configuration says is not looked for.

    Args:
        file: The file.
        encoding: Its encoding.
        read: What is known.
        needed: Columns that must be there. The first row is taken for names, unless those that it lacks are called by
            number, `column_1`.

    Raises:
        DataError: If the file is empty, or lacks a needed column.
    """
    with opened_lines(file, encoding) as lines:
        head = list(islice(lines, HEAD_LINES))
    if not any(line.strip("\ufeff \t\r\n") for line in head):
        raise DataError(f"{file.name} is empty: there is nothing to read")
    line_end = line_end_of(head)
    looked = _Looked(head, read, needed, quoting=read.quoting is not False)
    layout = replace(_named(looked, file) if read.delimiter != "auto" else _best(looked, file), line_end=line_end)
    if read.quoting != "auto" or len(layout.columns) == 1:
        return layout
    with opened_lines(file, encoding, line_end) as lines:
        if not quotes_seem_text(lines, layout.delimiter, len(layout.columns)):
            return layout
    with opened_lines(file, encoding, line_end) as lines:
        if quotes_hold(lines, layout.delimiter, len(layout.columns)):
            return layout
    # Names are compared again: with quoting off, quotes in the first row are a part of them.
    looked = replace(looked, quoting=False)
    without = replace(looked.layout(layout.delimiter), line_end=line_end)
    return without if all(column in without.columns for column in needed) else layout


def rows_of(lines: Iterable[str], delimiter: str, *, quoting: bool) -> "Reader":
    """Return the rows of lines, each a list of fields."""
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE)


@dataclass(frozen=True)
class _Looked:
    """The first lines of a file, and what is known about it."""

    head: list[str]
    read: ReadConfiguration
    needed: Sequence[str]
    quoting: bool

    def rows(self, delimiter: str) -> list[list[str]]:
        try:
            return [row for row in rows_of(self.head, delimiter, quoting=self.quoting) if any(row)]
        except csv.Error:
            return []

    def layout(self, delimiter: str) -> Layout:
        rows = self.rows(delimiter)
        first = rows[0] if rows else []
        cells = tuple(without_surrogates(cell.strip("\ufeff \t")) for cell in first)
        names = self.read.column_names
        if names:
            has_header = cells == names if self.read.header == "auto" else self.read.header
            return Layout(delimiter, renamed(names, self.read.rename), has_header, self.quoting)
        numbered = tuple(f"column_{number}" for number in range(1, len(first) + 1))
        has_header = self._has_header(cells, numbered) if self.read.header == "auto" else self.read.header
        return Layout(delimiter, renamed(cells if has_header else numbered, self.read.rename), has_header, self.quoting)

    def _has_header(self, cells: tuple[str, ...], numbered: tuple[str, ...]) -> bool:
        present = renamed(cells, self.read.rename)
        absent = [column for column in self.needed if column not in present]
        return not absent or not all(column in numbered for column in absent)

    def fit(self, delimiter: str) -> tuple[int, int, float, int]:
        """Rank a delimiter: by the needed columns it gives, then by how alike the rows are, then by their fields."""
        layout, rows = self.layout(delimiter), self.rows(delimiter)
        fields = len(rows[0]) if rows else 0
        found = sum(column in layout.columns for column in self.needed)
        # The last row may be cut by the end of the head.
        same = Counter(len(row) for row in rows[: max(1, len(rows) - 1)])[fields] / max(1, len(rows) - 1)
        return found, int(fields == len(layout.columns)), same if not self.needed and fields > 1 else 0.0, fields


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns, as nearly all do.

    It does where a word stands above numbers. It does not where a number, a long text, or a word that stands below it
    once more is in it.
    """
    if not rows:
        return False
    first = [cell.strip("\ufeff \t") for cell in rows[0]]
    others = [row for row in rows[1:] if row != rows[0]]
    below = [{row[place].strip() for row in others if place < len(row)} - {""} for place in range(len(first))]
    columns = list(zip(first, below, strict=True))
    if any(name and not _is_number(name) and values and all(map(_is_number, values)) for name, values in columns):
        return True
    return not any(
        name in values or _is_number(name) or len(name) > LONGEST_NAME or "\n" in name for name, values in columns
    )


def _named(looked: _Looked, file: SourceFile) -> Layout:
    """Return the layout with the delimiter that the user gives."""
    given = looked.read.delimiter
    delimiter = SPELLED.get(given.lower(), given)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise DataError(f"data.read.delimiter is one character (or tab, comma, semicolon), not {delimiter!r}")
    layout = looked.layout(delimiter)
    require_columns(looked.needed, layout.columns, file.name, _advice(delimiter, looked) or _no_header(layout, looked))
    return layout


def _best(looked: _Looked, file: SourceFile) -> Layout:
    is_tsv = "tsv" in {looked.read.format, format_of(file.relative)}
    first = ("\t", *DELIMITERS) if is_tsv else DELIMITERS
    layout = looked.layout(max(dict.fromkeys(first), key=looked.fit))
    require_columns(looked.needed, layout.columns, file.name, _no_header(layout, looked))
    if len(layout.columns) == 1:
        # Nothing to part: a delimiter that does not occur leaves the commas of the texts alone.
        unused = next((each for each in DELIMITERS if not any(each in line for line in looked.head)), NO_DELIMITER)
        return replace(layout, delimiter=unused)
    return layout


def _advice(delimiter: str, looked: _Looked) -> str:
    """Say which delimiter would have given the needed columns, where another one would."""
    for other in DELIMITERS:
        if other == delimiter:
            continue
        layout = looked.layout(other)
        if len(layout.columns) > 1 and all(
            column in layout.columns or nearest(column, layout.columns) for column in looked.needed
        ):
            name = layout.delimiter_name
            return f"; the delimiter seems to be {name}: set data.read.delimiter={name}"
    return ""


def _no_header(layout: Layout, looked: _Looked) -> str:
    """Say what to do where the first row is no header."""
    if looked.read.header != "auto" or looked.read.column_names or looks_like_header(looked.rows(layout.delimiter)):
        return ""
    if any(nearest(column, layout.columns) for column in looked.needed):
        return ""
    return (
        f"; its first row looks like data: call the columns column_1 to column_{len(layout.columns)}, or name them "
        "with data.read.column_names"
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
