"""Rows become columns, a few thousand at a time: as objects of Python they would take many times the room."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from textops.frontend.batch_table import is_json, json_field, refuse_too_many_cells, unique_names

UNREADABLE = "unreadable row"
"""Name of the column that holds, as they came, the rows that could not be taken apart."""

_CELLS_OF_A_PART = 200_000
_MOST_ROWS_OF_A_PART = 8_192


class ColumnsBuilder:
    """Takes rows one by one and makes a table of them; a row that has no value for a column gets null there.

    Attributes:
        rows: How many rows were taken.
        faults: By row, what is wrong with it.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        """Take the names of columns, as far as they are known."""
        self.rows = 0
        self.faults: dict[int, str] = {}
        self._parts: dict[str, list[tuple[int, pa.Array[Any], bool]]] = {name: [] for name in names}
        self._begun: list[Mapping[str, Any]] = []
        self._begun_at = 0
        self._unreadable: dict[int, str] = {}

    def add(self, values: Mapping[str, Any]) -> None:
        """Add a row by the names of its columns."""
        for name in values:
            if name not in self._parts:
                self._parts[name] = []
        self._begun.append(values)
        self.rows += 1
        rows = len(self._begun)
        if rows >= _MOST_ROWS_OF_A_PART or rows * len(self._parts) >= _CELLS_OF_A_PART:
            self._finish_part()

    def add_faulty(self, values: Mapping[str, Any], fault: str, content: str | None = None) -> None:
        """Add a row with something wrong.

        Args:
            values: What could be read of it.
            fault: What is wrong.
            content: The row as it came, where the values do not say all of it.
        """
        self.faults[self.rows] = fault
        if content is not None:
            self._unreadable[self.rows] = content
        self.add(values)

    def table(self) -> pa.Table:
        """Return all rows."""
        self._finish_part()
        fields, columns = [], []
        names = unique_names(list(self._parts))
        for name, parts in zip(names, self._parts.values(), strict=True):
            field, column = _column(name, parts, self.rows)
            fields.append(field)
            columns.append(column)
        if self._unreadable:
            name = unique_names([*names, UNREADABLE])[-1]
            contents = [_without_halves(self._unreadable.get(row)) for row in range(self.rows)]
            fields.append(pa.field(name, pa.string()))
            columns.append(pa.chunked_array([pa.array(contents, pa.string())]))
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))

    def _finish_part(self) -> None:
        refuse_too_many_cells(self.rows, len(self._parts))
        if not self._begun:
            return
        for name, parts in self._parts.items():
            array, as_json = _array([row.get(name) for row in self._begun])
            if array.null_count < len(array):
                parts.append((self._begun_at, array, as_json))
        self._begun_at = self.rows
        self._begun = []


def _array(values: list[Any]) -> tuple["pa.Array[Any]", bool]:
    """Return values of one kind as they are, all others as JSON."""
    kinds = {type(value) for value in values if value is not None}
    try:
        match kinds:
            case _ if kinds <= {str}:
                return pa.array(values, pa.string()), False
            case _ if kinds == {bool}:
                return pa.array(values, pa.bool_()), False
            case _ if kinds == {int}:
                return pa.array(values, pa.int64()), False
            case _ if kinds <= {int, float}:
                return pa.array(values, pa.float64()), False
    except (UnicodeEncodeError, OverflowError, pa.ArrowInvalid):
        # Half of a surrogate pair, or a number too large: JSON can hold both.
        pass
    return pa.array([None if value is None else json.dumps(value) for value in values], pa.string()), True


def _column(
    name: str, parts: list[tuple[int, "pa.Array[Any]", bool]], rows: int
) -> tuple["pa.Field[Any]", "pa.ChunkedArray[Any]"]:
    """Join the parts of a column, with nulls where there are none."""
    kinds = {(array.type, as_json) for _, array, as_json in parts}
    field = pa.field(name, parts[0][1].type if parts else pa.string())
    if len(kinds) > 1 or any(as_json for _, as_json in kinds):
        field = json_field(name)
    chunks: list[pa.Array[Any]] = []
    reached = 0
    for start, part, as_json in parts:
        if start > reached:
            chunks.append(pa.nulls(start - reached, field.type))
        reached = start + len(part)
        if is_json(field) and not as_json:
            values = part.to_pylist()
            chunks.append(pa.array([None if value is None else json.dumps(value) for value in values], pa.string()))
        else:
            chunks.append(part)
    if rows > reached:
        chunks.append(pa.nulls(rows - reached, field.type))
    return field, pa.chunked_array(chunks, field.type)


def _without_halves(content: str | None) -> str | None:
    """Return a text as UTF-8 can hold it."""
    return None if content is None else content.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
