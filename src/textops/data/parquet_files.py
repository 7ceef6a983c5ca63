"""Files of Parquet, in batches."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import GZIP_MAGIC, opened
from textops.data.locations import SourceFile
from textops.data.records import BrokenRecord, Found, ReadingNotes, Record, require_columns
from textops.data.renaming import renamed
from textops.data.structured import record_of
from textops.errors import DataError

BATCH_ROWS = 4096
BATCH_VALUES = 1 << 18
"""Rows of a batch are fewer where there are many columns."""


def read_parquet(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read a Parquet file in batches; arguments as `read_delimited`.

    Raises:
        DataError: If the file is not Parquet, or lacks a needed column.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with _seekable(file) as path, parquet.ParquetFile(path) as table:
            columns = table.schema_arrow.names
            require_columns(needed, renamed(columns, read.rename), file.name)
            notes.note_found(file, Found("parquet", columns=len(columns)))
            number = 0
            rows = max(1, min(BATCH_ROWS, BATCH_VALUES // max(1, len(columns))))
            for batch in table.iter_batches(batch_size=rows):
                for row in batch.to_pylist():
                    number += 1
                    yield record_of(file, number, row, read)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{file.name} cannot be read as Parquet: {reason}") from error


@contextmanager
def _seekable(file: SourceFile) -> Iterator[Path]:
    """Give the file itself, or what gzip holds: the end of a Parquet file is read first."""
    if not _is_packed(file.path):
        yield file.path
        return
    with tempfile.NamedTemporaryFile(prefix="textops-", suffix=".parquet") as unpacked:
        with opened(file.path, file.name) as content:
            shutil.copyfileobj(content, unpacked)
        unpacked.flush()
        yield Path(unpacked.name)


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
