"""The examples in the order in which they are written: by position, a hash."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textops.data.arrow_columns import number_column, numbers_of
from textops.data.row_batches import give_back
from textops.data.row_table import GONE, RowTable

if TYPE_CHECKING:
    import pyarrow as pa

PART_BYTES = 16_000_000
"""Examples are sorted in parts of about so many bytes."""

MOST_PARTS = 512
READ_BYTES = 16_000_000
"""So many bytes are read before they are scattered over the parts."""


def ordered_rows(table: RowTable, *, with_source: bool = False) -> "Iterator[pa.Table]":
    """Yield the rows of a table by position, then by id, part after part.

    Rows are scattered over files by ranges of positions, which are spread evenly, and each file is sorted in memory:
    what is read, is read from front to back. Only a group of near duplicates, whose rows all have one position, is
    never divided.

    Args:
        table: Its rows are all but those that are gone.
        with_source: Whether what the source column says is wanted.

    Yields:
        Columns `row`, `position`, `state`, `split`, `label`, `time`, `file`, `id`, `text`, `group` (an id), and
        `source` where it is wanted.
    """
    size = (table.folder / "rows.arrow").stat().st_size
    # What was compressed takes about twice as much.
    count = min(MOST_PARTS, max(1, -(-2 * size // PART_BYTES)))
    columns = ["id", "text", *(["source"] if with_source else [])]
    if count == 1:
        tables = list(_gathered(table, columns))
        if tables:
            yield _sorted(_joined(tables))
        return
    folder = table.folder / "parts"
    folder.mkdir()
    _scatter(table, columns, count, folder)
    give_back()
    for number in range(count):
        path = folder / f"{number}.arrow"
        part = _read(path)
        path.unlink()
        if part is not None:
            yield _sorted(part)
        del part
        give_back()
    folder.rmdir()


def _gathered(table: RowTable, columns: list[str]) -> "Iterator[pa.Table]":
    """Yield the rows with all that is known of them, about `READ_BYTES` at a time, in reading order."""
    import pyarrow as pa

    held: list[pa.Table] = []
    for first, batch in table.batches.read(columns):
        last = first + batch.num_rows
        numbers: dict[str, NDArray[Any]] = {
            "row": np.arange(first, last),
            "position": table.position.read(first, last),
            "state": table.state.read(first, last),
            "split": table.split.read(first, last),
            "label": table.label.read(first, last),
            "time": table.time.read(first, last),
            "file": table.place_file.read(first, last),
            "named_after": table.group.read(first, last),
        }
        there = np.flatnonzero(numbers["state"] != GONE)
        arrays = [number_column(values) for values in numbers.values()] + [batch.column(name) for name in columns]
        whole = pa.Table.from_arrays(arrays, names=[*numbers, *columns])
        held.append(whole if len(there) == batch.num_rows else whole.take(number_column(there)))
        if sum(each.nbytes for each in held) >= READ_BYTES:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(tables: "list[pa.Table]") -> "pa.Table":
    import pyarrow as pa

    return pa.concat_tables(tables).combine_chunks() if len(tables) > 1 else tables[0]


def _scatter(table: RowTable, columns: list[str], count: int, folder: Path) -> None:
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as stack:
        writers: dict[int, pa.RecordBatchStreamWriter] = {}
        for rows in _gathered(table, columns):
            positions = numbers_of(rows.column("position"))
            parts = np.minimum((positions / float(1 << 64) * count).astype(np.int64), count - 1)
            order = np.argsort(parts, kind="stable")
            edges = np.searchsorted(parts[order], np.arange(count + 1)).tolist()
            rows = rows.take(number_column(order))  # noqa: PLW2901
            for number, (begin, end) in enumerate(pairwise(edges)):
                if begin == end:
                    continue
                if number not in writers:
                    path = str(folder / f"{number}.arrow")
                    writers[number] = stack.enter_context(pa.ipc.new_stream(path, rows.schema, options=options))
                writers[number].write_table(rows.slice(begin, end - begin))
        for number in set(range(count)) - set(writers):
            (folder / f"{number}.arrow").touch()


def _read(path: Path) -> "pa.Table | None":
    import pyarrow as pa

    if not path.stat().st_size:
        return None
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
        return reader.read_all().combine_chunks()


def _sorted(rows: "pa.Table") -> "pa.Table":
    """Sort rows, and put the name of its group into each."""
    from pyarrow import compute

    numbers = numbers_of(rows.column("row"))
    by_number = np.argsort(numbers)
    named_after = numbers_of(rows.column("named_after"))
    places = by_number[np.searchsorted(numbers, named_after, sorter=by_number)]
    groups = rows.column("id").take(number_column(places))
    rows = rows.drop_columns(["named_after"]).append_column("group", groups)
    order = compute.sort_indices(rows, sort_keys=[("position", "ascending"), ("id", "ascending")])
    return rows.take(order)
