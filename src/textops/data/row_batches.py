"""Labelled rows on the disk, in the order in which they were read."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textops.data.arrow_columns import name_column, text_column
from textops.data.validation import LabelledText

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("id", "text", "raw", "source", "others")
BATCH_ROWS = 4096
BATCH_CHARACTERS = 8_000_000
"""A batch has no more rows and, but for one very long text, no more characters than this."""


class RowBatches:
    """What varies in length of a row: id, text, text before `remove_patterns`, source, and the other columns.

    An Arrow file: any batch, and of it any column, is read without the others.
    """

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path = path
        self._writer: pa.RecordBatchFileWriter | None = None
        self._firsts = [0]

    def append(self, rows: Sequence[LabelledText]) -> None:
        """Write a batch of rows."""
        import pyarrow as pa

        columns: dict[str, pa.Array[Any]] = {
            "id": name_column([row.id for row in rows]),
            "text": text_column([row.text for row in rows]),
            # No raw text is empty: this says that nothing was removed.
            "raw": text_column(["" if row.raw == row.text else row.raw for row in rows]),
            "source": name_column([row.source for row in rows]),
            "others": text_column([json.dumps(row.others) if row.others else "" for row in rows]),
        }
        batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_file(str(self._path), batch.schema, options=options)
        self._writer.write_batch(batch)
        self._firsts.append(self._firsts[-1] + len(rows))

    def finish(self) -> None:
        """Nothing is appended any more; from now on it can be read."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def read(
        self, columns: Sequence[str], chosen: NDArray[np.int64] | None = None
    ) -> "Iterator[tuple[int, pa.RecordBatch]]":
        """Read some columns batch by batch, each with the number of its first row.

        Args:
            columns: Their names.
            chosen: Only batches that hold one of these rows, which are in ascending order.
        """
        import pyarrow as pa

        if len(self._firsts) == 1:
            return
        options = pa.ipc.IpcReadOptions(included_fields=[COLUMNS.index(column) for column in columns])
        with pa.OSFile(str(self._path), "rb") as file, pa.ipc.open_file(file, options=options) as reader:
            edges = None if chosen is None else np.searchsorted(chosen, self._firsts)
            for number in range(reader.num_record_batches):
                if edges is None or edges[number] < edges[number + 1]:
                    yield self._firsts[number], reader.get_batch(number)


def give_back() -> None:
    """Give memory that Arrow keeps for later back to the system; without this, what is kept grows part by part."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
