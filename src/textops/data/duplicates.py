"""Groups of texts that are nearly the same, by MinHash and locality-sensitive hashing.

Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, chapter 3. Whether two texts belong together depends
on those two alone (bands propose a pair, its exact Jaccard similarity decides), so more data can merge groups
but never part them; the split relies on that.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from textops.data.shingles import SIGNATURE_LENGTH, Shingles, jaccard, shingled, signatures
from textops.data.tokens import mixed

BAND_ROWS = 6
BANDS = SIGNATURE_LENGTH // BAND_ROWS
"""21 bands of 6 rows propose 99.8 % of the pairs with similarity 0.8, and 1.5 % of those with 0.3."""

ESTIMATE_SLACK = 0.15
"""Four standard errors of an estimate from 126 rows: a pair further below the threshold is not compared."""


def near_groups(texts: Sequence[str], threshold: float) -> NDArray[np.int64]:
    """Group texts whose shingles have a Jaccard similarity of `threshold` or more, and what these link.

    Returns:
        For each text the smallest index of its group, shape [texts].
    """
    labels = np.arange(len(texts), dtype=np.int64)
    if len(texts) < 2:  # noqa: PLR2004 - a pair
        return labels
    shingles = shingled(texts)
    marks = signatures(shingles)
    for band in range(BANDS):
        keys = _band_keys(marks[:, band * BAND_ROWS : (band + 1) * BAND_ROWS])
        _join_buckets(keys, labels, shingles, marks, threshold)
    return labels


def _band_keys(rows: NDArray[np.uint32]) -> NDArray[np.uint64]:
    keys = np.zeros(len(rows), np.uint64)
    for column in rows.T:
        keys = mixed(keys + column)
    return keys


def _join_buckets(
    keys: NDArray[np.uint64],
    labels: NDArray[np.int64],
    shingles: Shingles,
    marks: NDArray[np.uint32],
    threshold: float,
) -> None:
    """Join the groups of texts with the same key that are alike; changes `labels`."""
    order = np.argsort(keys, kind="stable")
    for left, right in _open_pairs(order, keys, labels):
        near = (marks[left] == marks[right]).mean(axis=1) >= threshold - ESTIMATE_SLACK
        left, right = left[near], right[near]  # noqa: PLW2901
        alike = jaccard(shingles, left, right) >= threshold
        join(labels, left[alike], right[alike])


def _open_pairs(
    order: NDArray[np.int64], keys: NDArray[np.uint64], labels: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the pairs within each bucket that are not in one group yet, by their distance in `order`.

    A bucket that has become one group is left behind, so a thousand copies cost a thousand comparisons.
    """
    distance = 1
    while True:
        order = _of_parted_buckets(order, keys, labels)
        if len(order) <= distance:
            return
        left, right = order[:-distance], order[distance:]
        same_bucket = keys[left] == keys[right]
        if not same_bucket.any():
            return
        wanted = same_bucket & (labels[left] != labels[right])
        if wanted.any():
            yield left[wanted], right[wanted]
        distance += 1


def _of_parted_buckets(
    order: NDArray[np.int64], keys: NDArray[np.uint64], labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Keep the texts of buckets that hold more than one group."""
    if len(order) == 0:
        return order
    sorted_keys = keys[order]
    begins = np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1])))
    groups = labels[order]
    parted = np.minimum.reduceat(groups, begins) != np.maximum.reduceat(groups, begins)
    counts = np.diff(np.append(begins, len(order)))
    kept: NDArray[np.int64] = order[np.repeat(parted, counts)]
    return kept


def join(labels: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
    """Union-find over arrays: give linked groups the smallest of their labels; changes `labels`."""
    while True:
        low, high = np.minimum(labels[left], labels[right]), np.maximum(labels[left], labels[right])
        if np.array_equal(low, high):
            return
        # `labels` point to the smallest member of a group; hooking these roots hooks everyone.
        parents = np.arange(len(labels))
        np.minimum.at(parents, high, low)
        while not np.array_equal(parents, parents[parents]):
            parents = parents[parents]
        labels[:] = parents[labels]
