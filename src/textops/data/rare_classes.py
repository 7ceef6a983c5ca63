"""Classes with very few examples: kept, left out, or merged into one."""

from dataclasses import replace

from loguru import logger

from textops.data.configuration import SourceConfiguration
from textops.data.grouping import Grouped
from textops.data.nearest import listed
from textops.data.validation import Validated
from textops.label_sets import joined


def with_rare_classes(groups: Grouped, validated: Validated, source: SourceConfiguration) -> Grouped:
    """Do with rare classes what the configuration says.

    Of a text with several labels the rare ones alone are left out; one that has no other goes with them.

    Args:
        groups: The examples; labels of those that are merged are changed in place.
        validated: What is left out is tallied in it.
        source: Says what is rare, and what becomes of it.
    """
    configuration, separator = source.rare_classes, source.separator or ""
    rare = rare_classes(groups, source)
    if configuration.rule == "keep" or not rare:
        return groups
    if configuration.rule == "merge":
        moved = [row for row in groups.rows if not rare.keys().isdisjoint(source.labels_of(row.label))]
        for row in moved:
            named = (configuration.name if each in rare else each for each in source.labels_of(row.label))
            row.label = joined(named, separator)
        logger.info("{:,} examples of {:,} rare classes are {!r} now", len(moved), len(rare), configuration.name)
        return groups
    kept = []
    for index, row in enumerate(groups.rows):
        labels = source.labels_of(row.label)
        others = [each for each in labels if each not in rare]
        if labels and not others:
            validated.drop(f"the class has fewer than {configuration.below} examples", row.place)
            continue
        row.label = joined(others, separator)
        kept.append(index)
    logger.warning("{:,} rare classes are left out: {}", len(rare), listed(sorted(rare)))
    return replace(groups, rows=[groups.rows[index] for index in kept], groups=[groups.groups[index] for index in kept])


def rare_classes(groups: Grouped, source: SourceConfiguration) -> dict[str, int]:
    """Return the classes with fewer groups than configured, and how many they have: near duplicates count once."""
    of_class: dict[str, set[str]] = {}
    for row, group in zip(groups.rows, groups.groups, strict=True):
        for label in source.labels_of(row.label):
            of_class.setdefault(label, set()).add(group)
    return {label: len(members) for label, members in of_class.items() if len(members) < source.rare_classes.below}
