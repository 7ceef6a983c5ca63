"""The rows of Parquet files, some thousand at a time, with the types of their columns."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from textops.errors import DataError
from textops.scoring.input_file import InputFile
from textops.scoring.part import most_bytes
from textops.scoring.source import Source

_MOST_ROWS = 8_192
_FEWEST_ROWS = 16
_PIECES_OF_A_PART = 8
_BUFFER_BYTES = 1 << 20


def parquet_tables(source: Source, columns: Sequence[str], skipped: int) -> Iterator[tuple[pa.Table, InputFile]]:
    """Yield the rows of a source in order.

    Where a table ends depends on the files alone, and not on what is skipped: so the output is the same, whatever
    happened on the way.

    Args:
        source: Parquet files.
        columns: Names of those to read.
        skipped: Rows at the beginning that are left out.

    Raises:
        DataError: If a file cannot be read.
    """
    chosen = set(columns)
    schema = pa.schema([field for field in source.schema if field.name in chosen])
    for file in source.files:
        try:
            with parquet.ParquetFile(file.path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as opened:
                for table in _tables(opened, schema, skipped):
                    yield table, file
                skipped = max(0, skipped - opened.metadata.num_rows)
        except (pa.ArrowException, OSError) as error:
            reason = " ".join(str(error).split())
            raise DataError(f"{file.file.name} cannot be read as Parquet: {reason}") from error


def _tables(file: parquet.ParquetFile, schema: pa.Schema, skipped: int) -> Iterator[pa.Table]:
    present = file.schema_arrow.names
    asked = set(schema.names)
    wanted = [name for name in dict.fromkeys(present) if name in asked]
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        if skipped >= about.num_rows:
            skipped -= about.num_rows
            continue
        size = _piece_rows(about.total_byte_size, about.num_rows, len(present))
        # With all columns there is nothing to choose, and two may have the same name.
        chosen = None if len(wanted) == len(present) or len(set(present)) < len(present) else wanted
        # The other processors have models to ask.
        for batch in file.iter_batches(batch_size=size, row_groups=[group], columns=chosen, use_threads=False):
            if skipped >= batch.num_rows:
                skipped -= batch.num_rows
                continue
            yield _fitted(pa.Table.from_batches([batch.slice(skipped)]), schema)
            skipped = 0


def _piece_rows(size: int, rows: int, columns: int) -> int:
    """Return how many rows are read at once, so that they are a piece of a part."""
    of_a_row = max(1, size // max(1, rows))
    return max(_FEWEST_ROWS, min(_MOST_ROWS, most_bytes(columns) // _PIECES_OF_A_PART // of_a_row))


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns that all files have together."""
    if table.schema.equals(schema):
        return table
    if len(set(schema.names)) < len(schema.names):
        return table.cast(schema)
    arrays: list[Any] = []
    places = {name: place for place, name in enumerate(table.column_names)}
    for field in schema:
        if field.name in places:
            column = table.column(places[field.name])
            arrays.append(column if column.type == field.type else column.cast(field.type))
        else:
            arrays.append(pa.nulls(table.num_rows, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)
