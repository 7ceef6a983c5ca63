"""Cells as people and files want them, whatever kind their column is."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from textops.frontend.batch_table import is_json
from textops.json_text import as_json, as_text


def values_of(cells: "pa.Array[Any]", field: "pa.Field[Any]") -> list[Any]:
    """Return cells as Python knows them."""
    values: list[Any] = cells.to_pylist()
    return [None if value is None else json.loads(value) for value in values] if is_json(field) else values


def shown(cells: "pa.Array[Any]", field: "pa.Field[Any]") -> list[str]:
    """Return cells as a CSV file holds them: text as it is, what is nested as JSON, nothing as nothing."""
    if _is_plain(field):
        return ["" if value is None else value for value in cells.cast(pa.string()).to_pylist()]
    return [_shown(value) for value in values_of(cells, field)]


def fragments(cells: "pa.Array[Any]", field: "pa.Field[Any]") -> list[str]:
    """Return cells as JSON."""
    values = cells.cast(pa.string()).to_pylist() if _is_plain(field) else cells.to_pylist()
    if is_json(field):
        return ["null" if value is None else value for value in values]
    return [as_json(value) for value in values]


def _is_plain(field: "pa.Field[Any]") -> bool:
    """Tell whether Arrow itself writes the cells as people want them: Python has no date for some of its dates."""
    kind = field.type
    by_arrow = (pa.types.is_string, pa.types.is_large_string, pa.types.is_temporal, pa.types.is_decimal)
    return not is_json(field) and any(is_kind(kind) for is_kind in by_arrow)


def kind_of(value: object) -> str:
    """Return what people call a value that is no text."""
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case bytes():
            return "bytes"
        case _:
            return "no text"


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            # A half of a surrogate pair cannot be written.
            return value.encode("utf-8", "replace").decode("utf-8")
        case bool() | list() | tuple() | dict():
            return as_json(value)
        case _:
            return as_text(value)


def first_cells(columns: pa.Table, name: str, rows: int) -> Sequence[str]:
    """Return the first cells of a column as they are shown."""
    field = columns.schema.field(name)
    return [cell for part in columns.column(name).slice(0, rows).chunks for cell in shown(part, field)]
