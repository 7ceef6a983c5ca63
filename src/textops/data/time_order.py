"""Where the splits begin when the newest examples are for the test."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from textops.data.class_counts import NearRows
from textops.data.configuration import SPLITS, SplitConfiguration
from textops.data.row_table import RowTable
from textops.data.runs import begins, lengths


def time_edges(
    table: RowTable, near: NearRows, split: SplitConfiguration
) -> Callable[[NDArray[np.int64]], NDArray[np.uint8]]:
    """Return what gives rows their split by time.

    Groups are ordered by the time of their oldest member, then by position. This rule needs about fifty bytes of
    memory for each example; the others need none.
    """
    kept = np.concatenate([*table.kept(), np.zeros(0, np.int64)])
    times = table.time.take(kept)
    members = np.searchsorted(kept, near.rows)
    _, numbers = np.unique(near.groups, return_inverse=True)
    oldest = np.full(int(numbers.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(oldest, numbers, times[members])
    times[members] = oldest[numbers]
    positions = table.position.take(kept)
    order = np.lexsort((positions, times))
    # A group stands where its first member stands: members have the same time and position, so they are neighbours.
    starts = np.flatnonzero(begins(times[order], positions[order]))
    before = np.repeat(starts, lengths(starts, len(order))) / max(len(order), 1)
    found = np.empty(len(kept), np.uint8)
    train, val, test = (SPLITS.index(name) for name in ("train", "val", "test"))
    found[order] = np.where(before < split.train, train, np.where(before < split.train + split.val, val, test))
    return lambda rows: found[np.searchsorted(kept, rows)]
