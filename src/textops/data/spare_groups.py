"""Moving whole groups so that every class is in every split: only small data and rare classes need it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.class_counts import NearRows
from textops.data.class_table import Classes
from textops.data.configuration import SPLITS, SplitConfiguration
from textops.data.row_table import RowTable
from textops.errors import DataError

_POSITIONS = float(1 << 64)


@dataclass(frozen=True)
class _Group:
    """A group that a class is in: the row after which it is named, its rows, and all classes of these."""

    name: int
    rows: NDArray[np.int64]
    classes: NDArray[np.int64]


def move_groups(
    table: RowTable, near: NearRows, counts: NDArray[np.int64], split: SplitConfiguration
) -> tuple[str, ...]:
    """Move groups until every class is in every split.

    The group to move is the one of the class whose position is nearest to where the split begins or ends, among those
    that can be spared. With more data the rule itself may fill the split, and the moved group goes back; for these
    groups alone the promise of `assign` does not hold, so they are listed in `dataset.json`.

    Args:
        table: The examples; receives other splits for those that are moved.
        near: Those of them that share a group.
        counts: Groups with each class in each split, shape [splits, classes].
        split: The rule.

    Returns:
        The names of the groups that were moved.

    Raises:
        DataError: If a class cannot be in every split.
    """
    counts = counts.copy()
    classes = table.classes.classes()
    moved: dict[int, None] = {}
    for number, name in enumerate(classes.names):
        if not counts[:, number].sum():
            continue
        for target in ("test", "val", "train"):
            to = SPLITS.index(target)
            if counts[to, number]:
                continue
            group = _spare_group(table, near, classes, name, target, counts, split)
            if group is None:
                raise DataError(_why_not(name, table.classes.separator))
            home = int(table.split.take(group.rows)[0])
            counts[home, group.classes] -= 1
            counts[to, group.classes] += 1
            table.split.put(group.rows, np.full(len(group.rows), to, np.uint8))
            moved[group.name] = None
    names = sorted(moved)
    ids = dict(zip(names, table.ids(np.array(names, np.int64)), strict=True)) if names else {}
    return tuple(ids[name] for name in moved)


def _why_not(name: str, separator: str | None) -> str:
    if separator is None:
        return (
            f"class {name!r} cannot be in train, val and test at once: its near duplicates are mixed up with those of "
            "other classes; add examples, or set data.near_duplicates.enabled=false"
        )
    return (
        f"label {name!r} cannot be in train, val and test at once: its few texts are the only ones of other labels "
        "where they are; add examples, or leave more rare labels out (data.rare_classes.rule=drop, a larger "
        "data.rare_classes.below)"
    )


def _spare_group(
    table: RowTable,
    near: NearRows,
    classes: Classes,
    name: str,
    target: str,
    counts: NDArray[np.int64],
    split: SplitConfiguration,
) -> _Group | None:
    """Return the group nearest to the target whose split keeps all of its classes without it."""
    rows = _rows_of(table, classes, name)
    shares = table.position.take(rows) / _POSITIONS
    begin = {"test": 0.0, "val": split.test, "train": split.test + split.val}[target]
    end = {"test": split.test, "val": split.test + split.val, "train": 1.0}[target]
    distances = np.maximum(begin - shares, shares - end)
    names = table.group.take(rows)
    splits = table.split.take(rows)
    seen: set[int] = set()
    for place in np.lexsort((names, distances)).tolist():
        group = int(names[place])
        if group in seen:
            continue
        seen.add(group)
        members = near.rows[near.groups == group]
        members = members if len(members) else rows[place : place + 1]
        _, of_group = classes.each(table.label.take(members).astype(np.int64))
        of_group = np.unique(of_group)
        if (counts[splits[place], of_group] > 1).all():
            return _Group(group, members, of_group)
    return None


def _rows_of(table: RowTable, classes: Classes, name: str) -> NDArray[np.int64]:
    labels = classes.labels_with(name)
    return np.concatenate([rows[np.isin(table.label.take(rows), labels)] for rows in table.kept()])
