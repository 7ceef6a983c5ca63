"""Reads whole files of Parquet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Return the table of a file; for pyarrow's own `read_table` pandas is loaded, where that is installed.

    Args:
        path: The file.
        columns: Which; None for all.

    Raises:
        ArrowException: If the file is damaged, or has no such column.
    """
    from pyarrow import ArrowInvalid, parquet

    with parquet.ParquetFile(path) as file:
        if missing := set(columns or ()) - set(file.schema_arrow.names):
            raise ArrowInvalid(f"{path} has no column {min(missing)}")
        return file.read(columns=None if columns is None else list(columns))
