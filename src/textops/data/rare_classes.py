"""Classes with very few examples: kept, left out, or merged into one."""

from dataclasses import replace

from loguru import logger

from textops.data.configuration import RareClassConfiguration
from textops.data.grouping import Grouped
from textops.data.nearest import listed
from textops.data.validation import Validated


def with_rare_classes(groups: Grouped, validated: Validated, configuration: RareClassConfiguration) -> Grouped:
    """Do with rare classes what the configuration says.

    Args:
        groups: The examples; labels of those that are merged are changed in place.
        validated: What is left out is tallied in it.
        configuration: What is rare, and what becomes of it.
    """
    rare = rare_classes(groups, configuration.below)
    if configuration.rule == "keep" or not rare:
        return groups
    if configuration.rule == "merge":
        moved = [row for row in groups.rows if row.label in rare]
        for row in moved:
            row.label = configuration.name
        logger.info("{:,} examples of {:,} rare classes are {!r} now", len(moved), len(rare), configuration.name)
        return groups
    for row in groups.rows:
        if row.label in rare:
            validated.drop(f"the class has fewer than {configuration.below} examples", row.place)
    kept = [index for index, row in enumerate(groups.rows) if row.label not in rare]
    logger.warning("{:,} rare classes are left out: {}", len(rare), listed(sorted(rare)))
    return replace(groups, rows=[groups.rows[index] for index in kept], groups=[groups.groups[index] for index in kept])


def rare_classes(groups: Grouped, below: int) -> dict[str, int]:
    """Return the classes with fewer groups than this, and how many they have: near duplicates count once."""
    of_class: dict[str, set[str]] = {}
    for row, group in zip(groups.rows, groups.groups, strict=True):
        of_class.setdefault(row.label, set()).add(group)
    return {label: len(members) for label, members in of_class.items() if len(members) < below}
