"""Writing a data set: whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import move
from typing import TYPE_CHECKING, Any

import numpy as np

from textops.data.arrow_columns import moment_column, name_column, number_column, numbers_of
from textops.data.configuration import SPLITS
from textops.data.dataset import file_of
from textops.data.manifest import MANIFEST_FILE, DatasetManifest
from textops.data.row_log import ROWS_FILE
from textops.data.row_table import KEPT, RowTable
from textops.errors import DataError
from textops.files import folder_written_beside, write_text

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

MOST_FILES = 50
"""More files than this are not sources but texts of their own."""

GROUP_ROWS = 1 << 16
GROUP_BYTES = 32_000_000
"""A row group of Parquet has about so many rows or bytes at most: readers hold one of them in memory."""


def require_free(folder: Path) -> None:
    """See that a folder can take a data set.

    Raises:
        DataError: If it holds something that is no data set.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).is_file():
        raise DataError(f"{folder} is not empty and no data set: choose another folder, or remove what is in it")


@contextmanager
def dataset_beside(folder: Path) -> Iterator[Path]:
    """Give a folder that takes the place of a data set when the block ends well.

    Raises:
        DataError: If it cannot be written.
    """
    try:
        with folder_written_beside(folder) as beside:
            yield beside
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror or error}") from error


class SplitWriter:
    """Writes the three Parquet files, as the examples come.

    Examples stand in the order of their position, a hash: the same in every run, and the classes mixed, so that the
    first hundred of a file are a fair sample.
    """

    def __init__(self, folder: Path, table: RowTable, *, has_time: bool, source: bool) -> None:
        """Name the folder, and the table that the examples come from.

        Args:
            folder: Where to.
            table: Knows labels and files.
            has_time: Whether there is a column of time.
            source: Whether a column of the source says where a text comes from; else its file does where there are
                several, but not many.
        """
        self._files = {split: _SplitFile(folder / file_of(split)) for split in SPLITS}
        self._table = table
        self._has_time = has_time
        self._source = source
        self._by_file = not source and 1 < len(_files_of(table)) <= MOST_FILES

    def add(self, rows: "pa.Table") -> None:
        """Write some rows as `ordered_rows` gives them."""
        states, splits = numbers_of(rows.column("state")), numbers_of(rows.column("split"))
        for number, split in enumerate(SPLITS):
            self._files[split].add(self._columns(rows, np.flatnonzero((states == KEPT) & (splits == number))))

    def close(self) -> None:
        """Write what is left."""
        for file in self._files.values():
            file.close()

    def _columns(self, rows: "pa.Table", chosen: "np.ndarray[Any, np.dtype[np.int64]]") -> "pa.Table":
        import pyarrow as pa

        rows = rows.take(number_column(chosen))
        labels = name_column(self._table.classes.names).take(rows.column("label"))
        columns: dict[str, Any] = {"id": rows.column("id"), "text": rows.column("text"), "label": labels}
        if self._has_time:
            columns["timestamp"] = moment_column(numbers_of(rows.column("time")))
        columns["group"] = rows.column("group")
        if self._source:
            columns["source"] = rows.column("source")
        elif self._by_file:
            columns["source"] = name_column([file for file, _ in self._table.files]).take(rows.column("file"))
        return pa.table(columns)


class _SplitFile:
    """A Parquet file in row groups of bounded size."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[pa.Table] = []
        self._writer: parquet.ParquetWriter | None = None

    def add(self, rows: "pa.Table") -> None:
        if not rows.num_rows and self._held:
            return
        self._held.append(rows)
        size = sum(each.nbytes for each in self._held)
        if size >= GROUP_BYTES or sum(each.num_rows for each in self._held) >= GROUP_ROWS:
            self._write()

    def close(self) -> None:
        if self._held or self._writer is None:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        rows = pa.concat_tables(self._held).combine_chunks()
        self._held = []
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_table(rows)


def _files_of(table: RowTable) -> set[str]:
    """Return the files that examples come from."""
    numbers: set[int] = set()
    for rows in table.kept():
        numbers.update(np.unique(table.place_file.take(rows)).tolist())
    return {table.files[number][0] for number in numbers}


def finish(beside: Path, manifest: DatasetManifest, rows: Path | None = None) -> None:
    """Write `dataset.json`.

    Args:
        beside: The folder with the splits.
        manifest: What is known about them.
        rows: A closed log of the rows that were left out, repaired or odd; moved to its place.
    """
    if rows is not None:
        move(rows, beside / ROWS_FILE)
    write_text(beside / MANIFEST_FILE, manifest.model_dump_json(indent=2) + "\n")
