"""Which example is for training, which for validation, which for the test."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from textops.data.class_counts import NearRows, group_counts
from textops.data.configuration import SPLITS, SplitConfiguration, SplitName
from textops.data.nearest import listed
from textops.data.row_table import RowTable
from textops.data.spare_groups import move_groups
from textops.data.time_order import time_edges
from textops.errors import DataError

POSITIONS = 1 << 64
TRAIN, VAL, TEST = (SPLITS.index(name) for name in ("train", "val", "test"))


def assign(table: RowTable, near: NDArray[np.int64], split: SplitConfiguration) -> tuple[str, ...]:
    """Divide examples by the configured rule, never a group between two splits (`predefined` excepted).

    `hash`: every example has a position, a salted hash of its id, the same whatever else is in the data. A
    group is named after its member with the lowest position, and stands there. Positions run from test over
    val to train. New data can only add members to a group or merge groups; both can only lower its position.
    So an example may move from train to val or test when a near duplicate of it arrives, but never from test
    to val or train, nor from val to train. The price: a group of n near duplicates is in test with
    probability 1 - (1 - share)**n.

    `time`: the oldest groups are for training, the newest for the test; a group is as old as its oldest
    member.

    `predefined`: as the files say.

    Args:
        table: The examples; receives their splits.
        near: Those that share a group with another one, in ascending order.
        split: The rule.

    Returns:
        Groups that the rule put elsewhere and that were moved so that every class is in every split.

    Raises:
        DataError: If a class has too few groups to be in every split, or a file belongs to no split.
    """
    rows = NearRows.of(table, near)
    if split.rule == "hash":
        _divide(table, lambda chosen: by_position(table.position.take(chosen), split))
        classes = table.classes.classes()
        counts = group_counts(table, rows, classes)
        _require_enough_groups(classes.names, counts)
        return move_groups(table, rows, counts, split)
    if split.rule == "time":
        before = time_edges(table, rows, split)
        _divide(table, before)
    else:
        _divide(table, _by_file(table, split))
    _require_classes_in_train(table.classes.classes().names, group_counts(table, rows, table.classes.classes()))
    return ()


def split_of_file(file: str, configuration: SplitConfiguration) -> SplitName:
    """Return the split that a file belongs to.

    Raises:
        DataError: If it matches no pattern, or those of two splits.
    """
    name = file.lower()
    found: list[SplitName] = [
        split
        for split, patterns in (configuration.from_file or {}).items()
        if any(
            fnmatchcase(name, each.lower()) or fnmatchcase(PurePosixPath(name).name, each.lower()) for each in patterns
        )
    ]
    if len(found) != 1:
        what = "patterns of " + " and ".join(found) if found else "no pattern"
        raise DataError(f"{file} matches {what} in data.split.from_file: every file belongs to exactly one split")
    return found[0]


def by_position(positions: NDArray[np.uint64], split: SplitConfiguration) -> NDArray[np.uint8]:
    """Return the split that belongs to each position."""
    shares = positions / POSITIONS
    return np.where(shares < split.test, TEST, np.where(shares < split.test + split.val, VAL, TRAIN)).astype(np.uint8)


def _divide(table: RowTable, rule: Callable[[NDArray[np.int64]], NDArray[np.uint8]]) -> None:
    for rows in table.kept():
        table.split.put(rows, rule(rows))


def _by_file(table: RowTable, split: SplitConfiguration) -> Callable[[NDArray[np.int64]], NDArray[np.uint8]]:
    """Return what gives rows the split of their file; without files for val a share of train is taken for it."""
    given: dict[int, int] = {}

    def rule(rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        files = table.place_file.take(rows)
        for number in np.unique(files).tolist():
            if number not in given:
                given[number] = SPLITS.index(split_of_file(table.files[number][0], split))
        of_file = np.array([given.get(number, TRAIN) for number in range(len(table.files))], np.uint8)
        found: NDArray[np.uint8] = of_file[files]
        if "val" not in (split.from_file or {}):
            found[(found == TRAIN) & (table.position.take(rows) / POSITIONS < split.val)] = VAL
        return found

    return rule


def _require_enough_groups(names: list[str], counts: NDArray[np.int64]) -> None:
    few = {
        label: count for label, count in zip(names, counts.sum(axis=0).tolist(), strict=True) if 0 < count < len(SPLITS)
    }
    if few:
        label, count = min(few.items())
        more = f", and so few have {len(few) - 1} more classes" if len(few) > 1 else ""
        raise DataError(
            f"class {label!r} has {count} example{'s' * (count != 1)}{more}; each class needs {len(SPLITS)} "
            "(near duplicates count once), one for each of train, val and test: add examples, merge classes "
            "with data.label_names, leave some out with data.ignore_labels, or all such with "
            "data.rare_classes.rule=drop (merge makes one class of them)"
        )


def _require_classes_in_train(names: list[str], counts: NDArray[np.int64]) -> None:
    missing = [
        name
        for name, in_train, in_all in zip(names, counts[TRAIN].tolist(), counts.sum(axis=0).tolist(), strict=True)
        if in_all and not in_train
    ]
    if missing:
        raise DataError(
            f"class {listed(missing)} has no example in train: use data.split.rule=hash, other shares, or "
            "leave the class out with data.ignore_labels"
        )
    for split, of_split in zip(SPLITS, counts, strict=True):
        if not of_split.any():
            raise DataError(f"the split {split} is empty: there are too few examples; add some or change data.split")
