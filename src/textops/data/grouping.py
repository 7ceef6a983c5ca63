"""One example for each text, and one group for each set of near duplicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SplitConfiguration
from textops.data.duplicates import near_duplicates
from textops.data.exact_duplicates import leave_out_copies
from textops.data.row_table import KEPT, RowTable
from textops.data.runs import begins
from textops.data.validation import Validated
from textops.errors import DataError

CROWDED = "so many texts are nearly alike that this one was not compared with each of them"
MOST_ROWS = 1 << 32


@dataclass(frozen=True)
class Grouped:
    """What came of looking for duplicates; the table holds the group of each row.

    Attributes:
        exact: Rows left out because their text was there already.
        conflicting: Texts that had several labels.
        near: Rows that share a group with another one, in ascending order; all others are groups of their own.
    """

    exact: int
    conflicting: int
    near: NDArray[np.int64]


def grouped(
    table: RowTable, validated: Validated, configuration: SplitConfiguration, threshold: float | None
) -> Grouped:
    """Leave out exact duplicates and group near ones.

    A group is named after its member with the lowest position, and all its members stand at that position.

    Args:
        table: All rows.
        validated: What is left out is tallied in it.
        configuration: Of the split.
        threshold: Jaccard similarity from which two texts belong together, None: only exact duplicates count.

    Raises:
        DataError: If there are more rows than near duplicates can be found among.
    """
    copies = leave_out_copies(table, validated, configuration)
    near = np.zeros(0, np.int64)
    if threshold is not None:
        near = _group_near(table, validated, threshold)
    return Grouped(copies.exact, copies.conflicting, near)


def _group_near(table: RowTable, validated: Validated, threshold: float) -> NDArray[np.int64]:
    if len(table) >= MOST_ROWS:
        raise DataError(
            f"near duplicates are found among {MOST_ROWS:,} rows, and there are {len(table):,}: "
            "set data.near_duplicates.enabled=false"
        )

    def read(chosen: NDArray[np.bool_] | None) -> Iterator[tuple[NDArray[np.int64], Sequence[str]]]:
        yield from texts_of(table, None if chosen is None else np.flatnonzero(chosen))

    found = near_duplicates(read, len(table), threshold, table.folder)
    for place in table.places(found.crowded):
        validated.note(CROWDED, place)
    joined = found.groups.joined()
    roots = found.groups.groups(joined)
    members = np.union1d(joined, roots)
    if len(members):
        _name(table, members, found.groups.groups(members))
    return members


def texts_of(
    table: RowTable, chosen: NDArray[np.int64] | None = None
) -> Iterator[tuple[NDArray[np.int64], Sequence[str]]]:
    """Yield the numbers and texts of examples, some at a time: all, or those of some rows in ascending order."""
    for first, batch in table.batches.read(["text"], chosen):
        last = first + batch.num_rows
        inside = (
            np.arange(first, last)
            if chosen is None
            else chosen[np.searchsorted(chosen, first) : np.searchsorted(chosen, last)]
        )
        inside = inside[table.state.read(first, last)[inside - first] == KEPT]
        texts = batch.column("text").to_pylist()
        yield inside, [texts[index] for index in (inside - first).tolist()]


def _name(table: RowTable, members: NDArray[np.int64], roots: NDArray[np.int64]) -> None:
    """Put the members of each group where the one with the lowest position is, and name the group after it."""
    positions = table.position.take(members)
    order = np.lexsort((members, positions, roots))
    starts = begins(roots[order])
    lowest = order[starts]
    of_group = np.empty(len(members), np.int64)
    of_group[order] = lowest[np.cumsum(starts) - 1]
    table.group.put(members, members[of_group])
    table.position.put(members, positions[of_group])
