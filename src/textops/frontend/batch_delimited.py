"""Files of rows with a delimiter: CSV, TSV and their relatives."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from textops.frontend.batch_columns_builder import ColumnsBuilder
from textops.frontend.batch_encoding import Encoding
from textops.frontend.batch_table import (
    BatchTable,
    FileRefusedError,
    Layout,
    refuse_too_many_cells,
    refuse_too_many_parts,
    unique_names,
)

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    "^": "caret",
    "~": "tilde",
    "\x01": "control character 1",
    "\x1f": "none: one column",
}
NO_DELIMITER = "\x1f"
# What stands in a file that holds nothing.
_BARE = '",;\t|^~\x01\x1f \r\n'

_LONGEST_CELL = 2**31 - 1
_HEAD_CHARACTERS = 1 << 20
_HEAD_ROWS = 200
# In a file that has a delimiter nearly every row has as many of it as the first.
_LEAST_SHARE = 0.6
_LONGEST_NAME, _MOST_WORDS = 60, 6


@dataclass(frozen=True)
class _Format:
    delimiter: str
    quoting: bool
    skip_spaces: bool

    def rows(self, lines: IO[str] | Sequence[str]) -> "Reader":
        return csv.reader(
            self._bounded(lines),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE,
            skipinitialspace=self.skip_spaces,
        )

    def _bounded(self, lines: IO[str] | Sequence[str]) -> Iterator[str]:
        for line in lines:
            refuse_too_many_parts(line, self.delimiter)
            yield line


def read_delimited(content: bytes, encoding: Encoding, wanted: Layout, *, tabs: bool = False) -> BatchTable:
    """Read a delimited file; each row stays in its place, blank rows between others too.

    Args:
        content: Of the file.
        encoding: Of the content.
        wanted: What is known of its layout.
        tabs: Whether its name says that tabs are between its cells.

    Raises:
        FileRefusedError: If it holds no rows.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with _stream(content, encoding) as stream:
        beginning = stream.read(_HEAD_CHARACTERS)
    head = list(io.StringIO(beginning, newline=""))
    if len(beginning) == _HEAD_CHARACTERS:
        # The last line may have been cut; what stands there alone is whole enough.
        head = head[:-1] or head
    quoting = wanted.quoting if wanted.quoting is not None else True
    form = _Format(wanted.delimiter or _delimiter(head, quoting=quoting, tabs=tabs), quoting, skip_spaces=False)
    form = _Format(form.delimiter, quoting, any(f'{form.delimiter} "' in line for line in head))
    first = list(islice((row for row in form.rows(head) if any(row)), _HEAD_ROWS))
    if not any(cell.strip(_BARE) for row in first for cell in row):
        raise FileRefusedError("The file is empty: there is no row in it.")
    has_header = wanted.has_header if wanted.has_header is not None else _has_header(first)
    width = len(first[0])
    refuse_too_many_cells(1, width)
    names = unique_names(first[0] if has_header else [""] * width)
    layout = Layout(encoding.name, form.delimiter, has_header, quoting)
    try:
        with _stream(content, encoding) as stream:
            return _read(form.rows(stream), names, layout, encoding)
    except csv.Error as error:
        raise FileRefusedError(f"The file cannot be read as rows: {error}.") from error


def _stream(content: bytes, encoding: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding.codec, encoding.errors, newline="")


def _read(reader: "Reader", names: list[str], layout: Layout, encoding: Encoding) -> BatchTable:
    builder = ColumnsBuilder(names)
    swallowed = 0
    blank = 0
    for number, row in enumerate(_after_header(reader, has_header=bool(layout.has_header))):
        if not row:
            # Those at the end of the file are no rows.
            blank += 1
            continue
        for _ in range(blank):
            builder.add_faulty({}, "The row is blank")
        blank = 0
        values, fault, rest = _values(row, names, encoding if encoding.may_fail else None)
        if not swallowed and any("\n" in cell and _swallows(cell, str(layout.delimiter), len(names)) for cell in row):
            swallowed = number + 1
        if fault is None:
            builder.add(values)
        else:
            builder.add_faulty(values, fault, rest)
    notes = []
    if swallowed:
        notes.append(
            f"A quotation mark in row {swallowed:,} seems to hold several rows together: if so, take back below that "
            "they hold cells together."
        )
    return BatchTable("delimited", builder.table(), builder.faults, layout, tuple(notes))


def _after_header(reader: "Reader", *, has_header: bool) -> Iterator[list[str]]:
    if has_header:
        for row in reader:
            if any(row):
                break
    yield from reader


def _values(
    row: list[str], names: list[str], doubtful: Encoding | None
) -> tuple[dict[str, str], str | None, str | None]:
    """Return the cells of a row by name, what is wrong with it, and the row as it came where the cells lack some."""
    fault = rest = None
    width = len(names)
    if len(row) > width and not any(row[width:]):
        row = row[:width]
    if len(row) != width:
        fault = (
            f"The row has {len(row):,} of {width:,} columns"
            if len(row) < width
            else (f"The row has {len(row):,} columns instead of {width:,}")
        )
        if len(row) > width:
            rest = _joined(row)
    if doubtful is not None and not _is_clean(row):
        fault = f"The row has bytes that are no {doubtful.name.upper()}"
        row = [cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for cell in row]
    return dict(zip(names, row, strict=False)), fault, rest


def _is_clean(row: list[str]) -> bool:
    try:
        "".join(row).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _joined(row: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row)
    return line.getvalue()


def _delimiter(head: Sequence[str], *, quoting: bool, tabs: bool) -> str:
    if tabs and any("\t" in line for line in head):
        return "\t"
    candidates = [each for each in DELIMITERS if each != NO_DELIMITER]
    # A quotation mark without its second may hold all rows together: then only without them anything is seen.
    for quoted in dict.fromkeys((quoting, False)):
        fits = {each: _fit(_Format(each, quoted, skip_spaces=False), head) for each in candidates}
        best = max(candidates, key=fits.__getitem__)
        if fits[best][0] >= _LEAST_SHARE:
            return best
    return NO_DELIMITER


def _fit(form: _Format, head: Sequence[str]) -> tuple[float, int]:
    """Return the share of rows that are as wide as the first, and that width; nothing for a single column."""
    rows = list(islice((row for row in form.rows(head) if any(row)), _HEAD_ROWS))
    width = len(rows[0]) if rows else 0
    if width <= 1:
        return 0.0, 0
    return round(sum(len(row) == width for row in rows) / len(rows), 1), width


def _has_header(rows: list[list[str]]) -> bool:
    """Guess whether the first row holds names: short, no numbers, no sentences, nothing that is there again below."""
    first, below = rows[0], rows[1:]
    if any(_is_number(cell) or len(cell) > _LONGEST_NAME or len(cell.split()) > _MOST_WORDS for cell in first):
        return False
    if not below:
        return True
    # A column that repeats the first cell holds values: a class is there again, a name is not.
    return not any(cell and any(row[place : place + 1] == [cell] for row in below) for place, cell in enumerate(first))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _swallows(cell: str, delimiter: str, width: int) -> bool:
    """Tell whether a cell over several lines holds lines that look like rows of their own."""
    return width > 1 and any(line.count(delimiter) >= width - 1 for line in cell.splitlines()[1:])
