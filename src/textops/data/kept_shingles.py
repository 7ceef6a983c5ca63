"""The shingles of texts that may be nearly the same, in a file: how similar any two of them are."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from textops.data.column_files import ColumnFile
from textops.data.shingles import HASH_BITS, Shingles, distinct

SHINGLES_AT_ONCE = 250_000
"""Bounds the memory of a comparison; a single pair of long texts may have more."""


class KeptShingles:
    """Sets of shingles by the number of their text; sixteen bytes a text stay in memory."""

    def __init__(self, path: Path) -> None:
        """Make the file."""
        self._path = path
        self._hashes = ColumnFile(path, np.uint64)
        self._numbers: list[NDArray[np.int64]] = []
        self._counts: list[NDArray[np.int64]] = []
        self._index: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hashes.close()
        self._path.unlink()

    def add(self, numbers: NDArray[np.int64], shingles: Shingles) -> None:
        """Keep the shingles of some texts, whose numbers are larger than all before."""
        hashes, counts = distinct(shingles)
        self._hashes.append(hashes)
        self._numbers.append(numbers)
        self._counts.append(counts)

    def alike(self, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float) -> NDArray[np.bool_]:
        """Tell which pairs of texts have an exact Jaccard similarity of `threshold` or more."""
        numbers, offsets = self._offsets()
        left, right = np.searchsorted(numbers, left), np.searchsorted(numbers, right)
        sizes = np.diff(offsets)
        found = np.zeros(len(left), bool)
        # The smaller set cannot share more than all it has.
        possible = np.flatnonzero(
            np.minimum(sizes[left], sizes[right]) / np.maximum(sizes[left], sizes[right]) >= threshold
        )
        costs = np.cumsum(sizes[left[possible]] + sizes[right[possible]])
        first = 0
        while first < len(possible):
            before = costs[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(costs, before + SHINGLES_AT_ONCE, side="right")))
            some = possible[first:last]
            found[some] = self._similarity(left[some], right[some], offsets) >= threshold
            first = last
        return found

    def _offsets(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._index is None:
            counts = np.concatenate(self._counts)
            self._index = np.concatenate(self._numbers), np.concatenate(([0], np.cumsum(counts)))
            self._counts.clear()
            self._numbers.clear()
        return self._index

    def _similarity(
        self, left: NDArray[np.int64], right: NDArray[np.int64], offsets: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        texts, places = np.unique(np.concatenate((left, right)), return_inverse=True)
        begins, counts = offsets[texts], offsets[texts + 1] - offsets[texts]
        hashes = np.concatenate(
            [
                self._hashes.read(begin, end)
                for begin, end in zip(begins.tolist(), (begins + counts).tolist(), strict=True)
            ]
        )
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        of_pair = counts[places]
        pairs = np.repeat(np.tile(np.arange(len(left), dtype=np.uint64), 2), of_pair)
        within = np.arange(of_pair.sum()) - np.repeat(np.cumsum(of_pair) - of_pair, of_pair)
        numbers = pairs << np.uint64(HASH_BITS) | hashes[np.repeat(starts[places], of_pair) + within]
        # Those of the left texts are in order, and so are those of the right: a stable sort merges the two.
        numbers.sort(kind="stable")
        shared = np.bincount(
            (numbers[1:][numbers[1:] == numbers[:-1]] >> np.uint64(HASH_BITS)).astype(np.int64), minlength=len(left)
        )
        every = of_pair[: len(left)] + of_pair[len(left) :]
        return np.asarray(shared / (every - shared))
