"""How many groups, or rows, there are of each class: near duplicates count once where it matters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.class_table import Classes
from textops.data.configuration import SPLITS
from textops.data.row_table import KEPT, RowTable


@dataclass(frozen=True)
class NearRows:
    """Examples that are in groups of several rows, in the order of their rows.

    Attributes:
        rows: Their numbers.
        groups: Number of the row after which the group is named.
    """

    rows: NDArray[np.int64]
    groups: NDArray[np.int64]

    @classmethod
    def of(cls, table: RowTable, near: NDArray[np.int64]) -> "NearRows":
        """Take those of some rows that are examples still."""
        rows = near[table.state.take(near) == KEPT]
        return cls(rows, table.group.take(rows))


def group_counts(table: RowTable, near: NearRows, classes: Classes) -> NDArray[np.int64]:
    """Count the groups with an example of each class in each split, shape [splits, classes]."""
    of_rows = np.zeros((len(SPLITS), len(table.classes)), np.int64)
    for rows in table.kept():
        if len(rows):
            first, last = int(rows[0]), int(rows[-1]) + 1
            alone = rows[~np.isin(rows, _between(near.rows, first, last), assume_unique=True)] - first
            splits, labels = table.split.read(first, last)[alone], table.label.read(first, last)[alone]
            _count(of_rows, splits, labels)
    counts = np.stack([classes.counts(each) for each in of_rows])
    splits, labels = table.split.take(near.rows), table.label.take(near.rows)
    places, of_class = classes.each(labels.astype(np.int64))
    if len(places):
        # A group counts once in each split that it stands in: in one, but for predefined splits.
        found = np.unique(np.stack((near.groups[places], splits[places].astype(np.int64), of_class)), axis=1)
        np.add.at(counts, (found[1], found[2]), 1)
    return counts


def row_counts(table: RowTable) -> NDArray[np.int64]:
    """Count the examples of each label in each split, shape [splits, labels]."""
    counts = np.zeros((len(SPLITS), len(table.classes)), np.int64)
    for rows in table.kept():
        if len(rows):
            first, last = int(rows[0]), int(rows[-1]) + 1
            _count(counts, table.split.read(first, last)[rows - first], table.label.read(first, last)[rows - first])
    return counts


def _count(counts: NDArray[np.int64], splits: NDArray[np.uint8], labels: NDArray[np.int32]) -> None:
    keys = splits.astype(np.int64) * counts.shape[1] + labels
    counts += np.bincount(keys, minlength=counts.size).reshape(counts.shape)


def _between(rows: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    return rows[np.searchsorted(rows, first) : np.searchsorted(rows, last)]
