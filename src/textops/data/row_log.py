"""Every row that was left out, repaired or found odd, by file and line: `rows.parquet` beside the data set."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textops.data.arrow_columns import name_column, number_column

if TYPE_CHECKING:
    from pyarrow import parquet

ROWS_FILE = "rows.parquet"
BATCH_ROWS = 1 << 16
_PLACE = re.compile(r"(?s)(.*):(\d+)(?: \(.*\))?")

What = Literal["left out", "repaired", "noted"]


class RowLog:
    """Writes one row for each thing that happened to a row of the source.

    Columns: `file`, `line` (number of the row in Parquet, JSON and databases; 0: the whole file), `what` (left out,
    repaired, noted) and `reason`. No texts, and never more than `BATCH_ROWS` rows in memory, whatever a source is
    like.
    """

    def __init__(self, path: Path) -> None:
        """Name the file; it is there once the log was closed, without a row where nothing happened."""
        self.path = path
        self._writer: parquet.ParquetWriter | None = None
        self._rows: list[tuple[str, str, str]] = []

    def add(self, what: What, reason: str, place: str) -> None:
        """Write down what happened to the row at `file:line`."""
        self._rows.append((place, what, reason))
        if len(self._rows) >= BATCH_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left; nothing is added afterwards."""
        self._flush().close()

    def _flush(self) -> "parquet.ParquetWriter":
        import pyarrow as pa
        from pyarrow import parquet

        places = [_parted(place) for place, _, _ in self._rows]
        columns = {
            "file": name_column([file for file, _ in places]),
            "line": number_column([line for _, line in places]),
            "what": name_column([what for _, what, _ in self._rows]),
            "reason": name_column([reason for _, _, reason in self._rows]),
        }
        table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self.path, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._rows = []
        return self._writer


@contextmanager
def row_log() -> Iterator[RowLog]:
    """Give a log whose file lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="textops-") as folder:
        yield RowLog(Path(folder) / ROWS_FILE)


def _parted(place: str) -> tuple[str, int]:
    """Take `file:line`, perhaps with a remark behind it, apart."""
    found = _PLACE.fullmatch(place)
    return (place, 0) if found is None else (found[1], int(found[2]))
