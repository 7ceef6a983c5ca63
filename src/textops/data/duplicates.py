"""Groups of texts that are nearly the same, by MinHash and locality-sensitive hashing, in bounded memory.

Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, chapter 3. Whether two texts belong together depends
on those two alone (bands propose a pair, its exact Jaccard similarity decides), so more data can merge groups
but never part them; the split relies on that. The one exception are crowds: of more than `MOST_COMPARED` texts that
a band proposes together, each is compared with so many before and after it only. Who was in a crowd is told.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.data.column_files import ColumnFile, Scattered
from textops.data.kept_shingles import KeptShingles
from textops.data.runs import begins, lengths, repeated
from textops.data.shingles import SIGNATURE_LENGTH, shingled, signatures
from textops.data.tokens import mixed
from textops.data.union_find import UnionFind

BAND_ROWS = 6
BANDS = SIGNATURE_LENGTH // BAND_ROWS
"""21 bands of 6 rows propose 99.8 % of the pairs with similarity 0.8, and 1.5 % of those with 0.3."""

MOST_COMPARED = 64
"""Bounds what thousands of texts just below the threshold cost, all of which would be compared with all."""

RECORDS_AT_ONCE = 1 << 17
TEXTS_AT_ONCE = 4096

_RECORD = np.dtype([("key", "<u8"), ("row", "<u4")])

TextReader = Callable[[NDArray[np.bool_] | None], Iterator[tuple[NDArray[np.int64], Sequence[str]]]]
"""Yields numbers, ascending, and texts, some at a time: all of them, or those that a mask over the numbers holds."""


@dataclass(frozen=True)
class NearGroups:
    """What belongs together.

    Attributes:
        groups: The groups.
        crowded: Texts that were not compared with all that may be nearly the same, in ascending order.
    """

    groups: UnionFind
    crowded: NDArray[np.int64]


def near_groups(texts: Sequence[str], threshold: float) -> NDArray[np.int64]:
    """Group texts whose shingles have a Jaccard similarity of `threshold` or more, and what these link.

    Returns:
        For each text the smallest index of its group, shape [texts].
    """

    def read(chosen: NDArray[np.bool_] | None) -> Iterator[tuple[NDArray[np.int64], Sequence[str]]]:
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            numbers = np.arange(first, min(first + TEXTS_AT_ONCE, len(texts)))
            inside = numbers if chosen is None else numbers[chosen[numbers]]
            yield inside, [texts[number] for number in inside.tolist()]

    with tempfile.TemporaryDirectory(prefix="textops-") as folder:
        found = near_duplicates(read, len(texts), threshold, Path(folder))
    return found.groups.groups(np.arange(len(texts)))


def near_duplicates(read: TextReader, count: int, threshold: float, folder: Path) -> NearGroups:
    """Group texts that are read twice: to propose pairs, and to compare what was proposed.

    Args:
        read: Gives the texts.
        count: One more than the largest number of a text.
        threshold: Jaccard similarity from which two texts belong together.
        folder: For files that are removed again.
    """
    groups = UnionFind(count)
    proposed = ColumnFile(folder / "proposed", _RECORD)
    try:
        candidates = _propose(read, count, folder, proposed)
        if not candidates.any():
            return NearGroups(groups, np.zeros(0, np.int64))
        with KeptShingles(folder / "shingles") as shingles:
            for numbers, texts in read(candidates):
                shingles.add(numbers, shingled(texts))
            crowded = [
                _join_alike(records["key"], records["row"].astype(np.int64), groups, shingles, threshold)
                for records in _whole_buckets(proposed)
            ]
        return NearGroups(groups, np.unique(np.concatenate(crowded)))
    finally:
        proposed.close()
        (folder / "proposed").unlink()


def _propose(read: TextReader, count: int, folder: Path, proposed: ColumnFile) -> NDArray[np.bool_]:
    """Write down the texts that share a key with another one, key by key; returns which texts these are."""
    candidates = np.zeros(count, bool)
    with Scattered(folder / "bands", _RECORD) as bands:
        for numbers, texts in read(None):
            keys = _band_keys(signatures(shingled(texts)))
            bands.add(keys.ravel(), np.repeat(numbers, BANDS))
        for records in bands.buckets():
            order = np.argsort(records["key"], kind="stable")
            shared = records[order[repeated(records["key"][order])]]
            proposed.append(shared)
            candidates[shared["row"]] = True
    return candidates


def _band_keys(marks: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return a key for each text and band, shape [texts, BANDS]; different bands have different keys."""
    keys = np.broadcast_to(np.arange(BANDS, dtype=np.uint64), (len(marks), BANDS))
    for row in range(BAND_ROWS):
        keys = mixed(keys + marks[:, row::BAND_ROWS])
    return keys


def _whole_buckets(proposed: ColumnFile) -> Iterator[NDArray[np.void]]:
    """Yield the records some at a time; those of one key together."""
    left = np.zeros(0, _RECORD)
    for first in range(0, len(proposed), RECORDS_AT_ONCE):
        last = min(first + RECORDS_AT_ONCE, len(proposed))
        records = np.concatenate((left, proposed.read(first, last)))
        whole = len(records) if last == len(proposed) else int(np.argmax(records["key"] == records["key"][-1]))
        left = records[whole:]
        if whole:
            yield records[:whole]


def _join_alike(
    keys: NDArray[np.uint64], rows: NDArray[np.int64], groups: UnionFind, shingles: KeptShingles, threshold: float
) -> NDArray[np.int64]:
    """Join the groups of texts with the same key that are alike.

    A bucket that has become one group is left behind, so a thousand copies cost a thousand comparisons.

    Returns:
        The texts of buckets that were left before all was compared.
    """
    for distance in range(1, MOST_COMPARED + 1):
        parted = _of_parted_buckets(keys, groups.groups(rows))
        keys, rows = keys[parted], rows[parted]
        if len(rows) <= distance:
            return rows[:0]
        together = keys[distance:] == keys[:-distance]
        if not together.any():
            return rows[:0]
        left, right = rows[:-distance][together], rows[distance:][together]
        apart = groups.groups(left) != groups.groups(right)
        left, right = left[apart], right[apart]
        if len(left):
            alike = shingles.alike(left, right, threshold)
            groups.join(left[alike], right[alike])
    _, number, counts = np.unique(keys, return_inverse=True, return_counts=True)
    parted = _of_parted_buckets(keys, groups.groups(rows))
    return rows[parted & (counts[number] > MOST_COMPARED + 1)]


def _of_parted_buckets(keys: NDArray[np.uint64], groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which texts are in buckets that hold more than one group."""
    if not len(keys):
        return np.zeros(0, bool)
    starts = np.flatnonzero(begins(keys))
    parted = np.minimum.reduceat(groups, starts) != np.maximum.reduceat(groups, starts)
    return np.repeat(parted, lengths(starts, len(keys)))
