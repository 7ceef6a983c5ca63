"""Numbers that are too many for the memory: columns in files, and records scattered over files by a hash."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

CHUNK_ROWS = 1 << 17
"""So many rows of a column are looked at at once."""

BUCKETS = 64
"""Records are scattered over so many files; each must fit into memory."""

BUFFERED_BYTES = 8_000_000
"""Records stay in memory until they are so many bytes: few rows need no file at all."""


class ColumnFile:
    """A column of numbers of one kind, read and changed by ranges, never as a whole."""

    def __init__(self, path: Path, kind: DTypeLike) -> None:
        """Make an empty column."""
        self.kind = np.dtype(kind)
        self._file = path.open("w+b")
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, values: Sequence[Any] | NDArray[Any]) -> None:
        """Add values at the end."""
        self._file.seek(self._rows * self.kind.itemsize)
        self._file.write(np.ascontiguousarray(values, self.kind).tobytes())
        self._rows += len(values)

    def read(self, first: int, last: int) -> NDArray[Any]:
        """Return the values of a range of rows; a copy."""
        self._file.seek(first * self.kind.itemsize)
        return np.frombuffer(bytearray(self._file.read((last - first) * self.kind.itemsize)), self.kind)

    def replace(self, first: int, values: NDArray[Any]) -> None:
        """Write other values from a row on."""
        self._file.seek(first * self.kind.itemsize)
        self._file.write(np.ascontiguousarray(values, self.kind).tobytes())

    def take(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return the values of some rows, which are in ascending order."""
        found = np.empty(len(rows), self.kind)
        for first, last, begin, end in _chunks_with(rows, self._rows):
            found[begin:end] = self.read(first, last)[rows[begin:end] - first]
        return found

    def put(self, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Change the values of some rows, which are in ascending order."""
        for first, last, begin, end in _chunks_with(rows, self._rows):
            chunk = self.read(first, last)
            chunk[rows[begin:end] - first] = values[begin:end]
            self.replace(first, chunk)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def chunks(rows: int) -> Iterator[tuple[int, int]]:
    """Cut a number of rows into ranges of `CHUNK_ROWS`."""
    for first in range(0, rows, CHUNK_ROWS):
        yield first, min(first + CHUNK_ROWS, rows)


def _chunks_with(chosen: NDArray[np.int64], rows: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the ranges that hold chosen rows, and which of the chosen they hold."""
    edges = np.searchsorted(chosen, np.arange(0, rows + CHUNK_ROWS, CHUNK_ROWS)).tolist()
    for number, (begin, end) in enumerate(pairwise(edges)):
        if begin < end:
            yield number * CHUNK_ROWS, min((number + 1) * CHUNK_ROWS, rows), begin, end


class Scattered:
    """Records scattered over files by the highest bits of a hash: equal hashes meet in one file.

    Within a file records stand in the order in which they were added.
    """

    def __init__(self, folder: Path, kind: Any) -> None:  # noqa: ANN401 - whatever numpy takes for a record
        """Name the folder, which is made when the records outgrow the memory; the first field is the hash."""
        self.kind = np.dtype(kind)
        self._folder = folder
        self._held: list[NDArray[Any]] = []
        self._files = ExitStack()
        self._buckets: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, *fields: NDArray[Any]) -> None:
        """Add records by their fields, one array each."""
        records = np.empty(len(fields[0]), self.kind)
        for name, values in zip(self.kind.names or (), fields, strict=True):
            records[name] = values
        self._held.append(records)
        if sum(each.nbytes for each in self._held) >= BUFFERED_BYTES:
            self._scatter()

    def buckets(self) -> Iterator[NDArray[Any]]:
        """Yield the records of one file after the other, never none; those of one hash together."""
        if not self._buckets:
            records = np.concatenate([*self._held, np.zeros(0, self.kind)])
            if len(records):
                yield records
            return
        self._scatter()
        for file in self._buckets:
            file.seek(0)
            records = np.frombuffer(bytearray(file.read()), self.kind)
            if len(records):
                yield records

    def close(self) -> None:
        """Remove the files."""
        self._files.close()
        self._held.clear()
        for number in range(len(self._buckets)):
            (self._folder / str(number)).unlink(missing_ok=True)
        self._buckets.clear()

    def _scatter(self) -> None:
        if not self._held:
            return
        if not self._buckets:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._buckets = [
                self._files.enter_context((self._folder / str(number)).open("w+b", buffering=0))
                for number in range(BUCKETS)
            ]
        records = np.concatenate(self._held)
        self._held.clear()
        places = (records[(self.kind.names or ("",))[0]] >> np.uint64(64 - BUCKETS.bit_length() + 1)).astype(np.int64)
        order = np.argsort(places, kind="stable")
        records, edges = records[order], np.searchsorted(places[order], np.arange(BUCKETS + 1))
        for number, file in enumerate(self._buckets):
            _write_whole(file, memoryview(records[edges[number] : edges[number + 1]].tobytes()))


def _write_whole(file: Any, content: memoryview) -> None:  # noqa: ANN401 - a file without a buffer
    while content:
        content = content[file.write(content) :]
