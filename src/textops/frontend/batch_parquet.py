"""Parquet files."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
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
            _refuse_too_large(content, file)
            table = _unpacked(file)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise FileRefusedError(f"The file cannot be read as Parquet: {reason}.") from error
    if not table.num_rows or not table.num_columns:
        raise FileRefusedError("The file is empty: there is no row in it.")
    table = table.rename_columns(unique_names(table.column_names))
    return BatchTable("parquet", table, {}, Layout())


def _refuse_too_large(content: bytes, looked_at: parquet.ParquetFile) -> None:
    """Look how much the file unpacks to, without unpacking it: a text that all rows share stands in it once.

    Raises:
        FileRefusedError: If that is more than there is memory for.
    """
    schema, about = looked_at.schema, looked_at.metadata
    leaves = [schema.column(number) for number in range(len(schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    of_one_length = sum(
        (leaf.length or 0) * group.column(number).num_values
        for number, leaf in enumerate(leaves)
        if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY"
        for group in groups
    )
    _refuse(of_one_length)
    unpacked = 0
    with parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts) as file:
        for part in file.iter_batches(batch_size=_ROWS_OF_A_PART):
            unpacked += sum(map(_unpacked_size, part.columns))
            _refuse(unpacked)


def _refuse(unpacked: int) -> None:
    if unpacked > MOST_UNPACKED_BYTES:
        raise FileRefusedError(
            f"The file unpacks to more than {MOST_UNPACKED_BYTES >> 20:,} MB: leave out columns, or divide it."
        )


def _unpacked_size(cells: "pa.Array[Any]") -> int:
    """Return how many bytes cells take where each has its own."""
    kind: Any = cells.type
    nested: Any = cells
    if pa.types.is_dictionary(kind):
        if not _is_text(kind.value_type):
            return int(cells.nbytes)
        lengths = pc.binary_length(nested.dictionary).take(nested.indices)
        return int(nested.indices.nbytes) + (pc.sum(lengths).as_py() or 0)
    if pa.types.is_map(kind):
        return _unpacked_size(nested.keys) + _unpacked_size(nested.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _unpacked_size(nested.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_unpacked_size, nested.flatten()))
    return int(cells.nbytes)


def _is_text(kind: Any) -> bool:  # noqa: ANN401 (a type of Arrow)
    is_kind = pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary
    return any(each(kind) for each in is_kind)


def _unpacked(file: parquet.ParquetFile) -> pa.Table:
    parts = list(file.iter_batches(batch_size=_ROWS_OF_A_PART))
    return pa.Table.from_batches(parts, schema=file.schema_arrow)
