"""A part of the output as bytes, so that parts one behind the other are the whole file."""

import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from textops.json_text import as_json
from textops.scoring.destination import Destination

_PACKING = 6
_SLACK_BYTES = 1 << 20


class PartWriter:
    """Writes part after part, in memory that is used again: what was just given back is void after the next part."""

    def __init__(self, destination: Destination, texts: tuple[str, ...]) -> None:
        """Take what is written.

        Args:
            destination: Which form.
            texts: Columns whose values hardly repeat.
        """
        self._destination = destination
        self._texts = texts
        self._room: pa.Buffer | None = None

    def written(self, table: pa.Table, *, header: bool) -> bytes | pa.Buffer:
        """Return rows in the form of the output.

        Args:
            table: The rows.
            header: Whether the names of the columns come first, in a form that has such a line.
        """
        if self._destination.form == "parquet":
            return self._parquet(table)
        content = _csv(table, header=header) if self._destination.form == "csv" else _json_lines(table)
        # Without the time in it, the same rows are the same bytes.
        return gzip.compress(content, _PACKING, mtime=0) if self._destination.packed else content

    def _parquet(self, table: pa.Table) -> pa.Buffer:
        # Memory that is new to a process is cleared first, which takes as long as a tenth of the packing.
        wanted = table.nbytes + _SLACK_BYTES
        if self._room is None or self._room.size < wanted:
            self._room = pa.allocate_buffer(wanted)
        sink = pa.FixedSizeBufferWriter(self._room)
        try:
            self._write(table, sink)
            return self._room.slice(0, sink.tell())
        except OSError:
            # Packed it is larger than before; that happens with columns that hold next to nothing.
            larger = pa.BufferOutputStream()
            self._write(table, larger)
            return larger.getvalue()

    def _write(self, table: pa.Table, sink: pa.NativeFile) -> None:
        repeated = [name for name in table.column_names if name not in self._texts]
        statistics = [name for name in repeated if not pa.types.is_nested(table.schema.field(name).type)]
        parquet.write_table(
            table,
            sink,
            compression="snappy",
            # Looking for values that repeat, among texts, is time lost.
            use_dictionary=repeated or False,  # type: ignore[arg-type] # names are taken too
            write_statistics=statistics or False,
            row_group_size=max(1, table.num_rows),
        )


def _csv(table: pa.Table, *, header: bool) -> bytes:
    columns = [_as_cells(column) for column in table.columns]
    sink = io.BytesIO()
    plain = pa.table(columns, names=[_sound_name(name) for name in table.column_names])
    csv.write_csv(plain, sink, csv.WriteOptions(include_header=header))
    return sink.getvalue()


def _json_lines(table: pa.Table) -> bytes:
    names = [json.dumps(name, ensure_ascii=False) for name in table.column_names]
    columns = [[as_json(value) for value in _values(column)] for column in table.columns]
    lines = (
        "{" + ",".join(f"{name}:{value}" for name, value in zip(names, row, strict=True)) + "}\n"
        for row in zip(*columns, strict=True)
    )
    return "".join(lines).encode("utf-8", "replace")


def _as_cells(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """Return a column as CSV holds it: what is nested as JSON, what is no UTF-8 with replacements."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column if _is_sound(column) else pa.chunked_array([pa.array(_values(column), pa.large_string())])
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column
    if pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        return pc.cast(column, pa.string())
    cells = [
        None if value is None else value if isinstance(value, str) else as_json(value) for value in _values(column)
    ]
    return pa.chunked_array([pa.array(cells, pa.large_string())])


def _is_sound(column: "pa.ChunkedArray[Any]") -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _values(column: "pa.ChunkedArray[Any]") -> list[Any]:
    """Return values as Python knows them; bytes, and what should be UTF-8 and is not, as text with replacements."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_dictionary(column.type):
        column = column.cast(kind)
    if pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        # Python has no date for some of Arrow's dates.
        return column.cast(pa.string()).to_pylist()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = column.cast(pa.large_binary())
    return [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in column.to_pylist()]


def _sound_name(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
