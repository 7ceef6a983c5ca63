"""Classes with very few examples: kept, left out, or merged into one."""

import numpy as np
from loguru import logger

from textops.data.class_counts import NearRows, group_counts, row_counts
from textops.data.configuration import RareClassConfiguration
from textops.data.grouping import Grouped
from textops.data.nearest import listed
from textops.data.row_table import NAMED_AFTER, RowTable
from textops.data.validation import Validated
from textops.label_sets import joined


def change_rare_classes(
    table: RowTable, groups: Grouped, validated: Validated, configuration: RareClassConfiguration
) -> None:
    """Do with rare classes what the configuration says.

    Of a text with several labels the rare ones alone are left out; one that has no other goes with them.

    Args:
        table: The examples.
        groups: Their groups.
        validated: What is left out is tallied in it.
        configuration: What is rare, and what becomes of it.
    """
    if configuration.rule == "keep":
        return
    rare = rare_classes(table, groups, configuration.below)
    if not rare:
        return
    labels = table.classes
    touched = {
        number: [configuration.name if name in rare else name for name in labels.classes_of(number)]
        if configuration.rule == "merge"
        else [name for name in labels.classes_of(number) if name not in rare]
        for number in range(len(labels))
        if not rare.keys().isdisjoint(labels.classes_of(number))
    }
    if configuration.rule == "merge":
        moved = int(row_counts(table)[:, list(touched)].sum())
        logger.info("{:,} examples of {:,} rare classes are {!r} now", moved, len(rare), configuration.name)
    else:
        gone = [number for number, others in touched.items() if not others]
        _leave_out(table, gone, validated, f"the class has fewer than {configuration.below} examples")
        logger.warning("{:,} rare classes are left out: {}", len(rare), listed(sorted(rare)))
    labels.rename({number: joined(names, labels.separator or "") for number, names in touched.items() if names})


def rare_classes(table: RowTable, groups: Grouped, below: int) -> dict[str, int]:
    """Return the classes with fewer groups than this, and how many they have: near duplicates count once."""
    classes = table.classes.classes()
    counts = group_counts(table, NearRows.of(table, groups.near), classes).sum(axis=0)
    return {name: count for name, count in zip(classes.names, counts.tolist(), strict=True) if 0 < count < below}


def _leave_out(table: RowTable, labels: list[int], validated: Validated, reason: str) -> None:
    """Leave out the examples with some labels; groups may go on to bear their names."""
    for rows in table.kept():
        gone = rows[np.isin(table.label.take(rows), labels)]
        for place in table.places(gone):
            validated.drop(reason, place)
        table.leave_out(gone, NAMED_AFTER)
