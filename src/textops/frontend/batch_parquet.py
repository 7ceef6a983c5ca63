"""Parquet files."""

import pyarrow as pa
from pyarrow import parquet

from textops.frontend.batch_table import (
    MOST_UNPACKED_BYTES,
    BatchTable,
    FileRefusedError,
    Layout,
    refuse_too_many_cells,
    unique_names,
)

MAGIC = b"PAR1"

_ROWS_OF_A_PART = 8_192


def read_parquet(content: bytes) -> BatchTable:
    """Read a Parquet file.

    Raises:
        FileRefusedError: If it is damaged, empty or unpacks to too much.
    """
    try:
        with parquet.ParquetFile(pa.BufferReader(content)) as file:
            refuse_too_many_cells(file.metadata.num_rows, len(file.schema_arrow.names))
            table = _unpacked(file)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise FileRefusedError(f"The file cannot be read as Parquet: {reason}.") from error
    if not table.num_rows or not table.num_columns:
        raise FileRefusedError("The file is empty: there is no row in it.")
    table = table.rename_columns(unique_names(table.column_names))
    return BatchTable("parquet", table, {}, Layout())


def _unpacked(file: parquet.ParquetFile) -> pa.Table:
    """Read part by part: a small file may unpack to more than there is memory."""
    parts: list[pa.RecordBatch] = []
    unpacked = 0
    for part in file.iter_batches(batch_size=_ROWS_OF_A_PART):
        parts.append(part)
        unpacked += part.nbytes
        if unpacked > MOST_UNPACKED_BYTES:
            raise FileRefusedError(
                f"The file unpacks to more than {MOST_UNPACKED_BYTES >> 20:,} MB: leave out columns, or divide it."
            )
    return pa.Table.from_batches(parts, schema=file.schema_arrow)
