"""A file of rows as the page holds it: its columns, and what is wrong with a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from textops.column_names import told_apart
from textops.errors import DataError

MOST_COLUMNS = 20_000
MOST_CELLS = 50_000_000
MOST_ROWS = 5_000_000
"""Of each row the page keeps some hundred bytes, however little stands in it."""
MOST_PARTS = 10_000_000
"""Of one line or one array, which is taken apart as a whole: an empty part takes fifty times its room in the file."""
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
"""A small file may unpack to more than this machine has; nothing that fits the upload comes near it."""

Kind = Literal["delimited", "json", "parquet"]
KIND_NAMES: Mapping[Kind, str] = {"delimited": "Delimited text", "json": "JSON lines", "parquet": "Parquet"}

_JSON_MARK = {b"textops.content": b"json"}


class FileRefusedError(DataError):
    """A file that is no table; the message is a sentence."""


@dataclass(frozen=True)
class Layout:
    """How a file was read, or is to be read; None is for the page to find out, or does not apply.

    Attributes:
        encoding: Name of the encoding.
        delimiter: Between two cells.
        has_header: Whether the first row holds the names.
        quoting: Whether a cell in quotation marks may hold delimiters and line ends.
    """

    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    quoting: bool | None = None


@dataclass(frozen=True)
class BatchTable:
    """The rows of a file, each in its place.

    Attributes:
        kind: What the file is.
        columns: Cells by column; null where a row has none.
        faults: By row, why it could not be read as the others.
        layout: How it was read.
        notes: What was found or guessed, in sentences.
    """

    kind: Kind
    columns: pa.Table
    faults: Mapping[int, str]
    layout: Layout
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.columns.num_rows


def json_field(name: str) -> "pa.Field[Any]":
    """Return a column whose cells are JSON: values of several kinds, each exactly as it came."""
    return pa.field(name, pa.string(), metadata=_JSON_MARK)


def is_json(field: "pa.Field[Any]") -> bool:
    """Tell whether the cells of a column are JSON."""
    return field.metadata is not None and _JSON_MARK.items() <= field.metadata.items()


def refuse_too_many_cells(rows: int, columns: int) -> None:
    """Refuse a table that would take the memory of everybody.

    Raises:
        FileRefusedError: If there are too many columns, rows or cells.
    """
    if rows > MOST_ROWS:
        raise FileRefusedError(f"The file has more than {MOST_ROWS:,} rows: divide it, or use textops score.")
    if columns > MOST_COLUMNS:
        raise FileRefusedError(f"The file has more than {MOST_COLUMNS:,} columns: leave out those that are not needed.")
    if rows * columns > MOST_CELLS:
        raise FileRefusedError(
            f"The file has more than {MOST_CELLS:,} cells: leave out columns that are not needed, or divide it."
        )


def refuse_too_many_parts(text: str, signs: str) -> None:
    """Refuse to take a text apart that would become more objects than there is memory for.

    Args:
        text: A line, or a whole file.
        signs: Before each part stands one of these.

    Raises:
        FileRefusedError: If there are too many.
    """
    if len(text) > MOST_PARTS and sum(map(text.count, signs)) > MOST_PARTS:
        raise FileRefusedError(f"A single row of the file has more than {MOST_PARTS:,} parts: give each row a line.")


def counted(number: int, noun: str) -> str:
    """Return a number of things, for people."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def unique_names(names: list[str]) -> list[str]:
    """Return names of columns, those that are empty or there already told apart by a number."""
    # Halves of surrogate pairs cannot be written.
    names = [name.encode("utf-8", "replace").decode("utf-8") for name in names]
    return told_apart(names, [name.strip() for name in names])
