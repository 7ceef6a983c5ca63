"""The classes: how many there are, how evenly they are filled, which are too small."""

from collections import Counter
from pathlib import Path

from textops.data.configuration import SPLITS
from textops.explaining.figures import draw_counts
from textops.explaining.page import Figure, Point, Section, Table, Weight
from textops.explaining.rows import Rows

FIGURE = "explanation_classes.png"
FEW = 50
"""Fewer examples of a class than this, and its test part holds a handful: its figures are chance."""

UNEVEN = 0.8
_SHOWN = 50


def describe_classes(rows: Rows, folder: Path) -> Section:
    """Count examples by class and part."""
    counts = rows.counts()
    draw_counts(rows.classes, counts, rows.labels, rows.splits, folder / FIGURE)
    order = sorted(range(len(rows.classes)), key=lambda number: -counts[number])
    parts = Counter(zip(rows.splits or (), rows.labels.tolist(), strict=False))
    header = ("Class", *(SPLITS if rows.splits is not None else ()), "All", "Share")
    table = [
        (
            rows.classes[number],
            *(f"{parts[split, number]:,}" for split in SPLITS if rows.splits is not None),
            f"{counts[number]:,}",
            f"{counts[number] / len(rows):.1%}",
        )
        for number in order[:_SHOWN]
    ]
    if len(order) > _SHOWN:
        table.append((f"and {len(order) - _SHOWN:,} more", *[""] * (len(header) - 1)))
    return Section(
        "Classes", (Table(header, tuple(table)), Figure(FIGURE, "Examples of each class")), tuple(_points(rows, order))
    )


def _points(rows: Rows, order: list[int]) -> list[Point]:
    counts, size = rows.counts(), len(rows)
    points = []
    share = counts[order[0]] / size
    name = rows.classes[order[0]]
    if len(order) == 1:
        return [
            Point(
                Weight.PROBLEM,
                f"All {size:,} examples are of one class, {name!r}.",
                "There is nothing to tell apart: check data.paths, data.label_column and data.label_names.",
            )
        ]
    if share >= UNEVEN:
        points.append(
            Point(
                Weight.LOOK,
                f"{share:.1%} of the examples are of one class, {name!r}.",
                "Accuracy says little here: always answering that class is right so often. Look at F1 and recall of "
                "the "
                "others; the split keeps every class in every part.",
            )
        )
    small = [number for number in order if counts[number] < FEW]
    if small:
        least = small[-1]
        points.append(
            Point(
                Weight.LOOK,
                f"{len(small):,} of {len(order):,} classes have fewer than {FEW} examples, the smallest "
                f"{rows.classes[least]!r} has {counts[least]:,}.",
                "Their test parts hold a handful each, so figures by class are chance. Add examples, merge classes "
                "with "
                "data.label_names, or leave them out with data.ignore_labels.",
            )
        )
    if not points:
        points.append(
            Point(
                Weight.FINE,
                f"{len(order):,} classes; the largest has {share:.1%}, the smallest {counts[order[-1]] / size:.1%}.",
                "Every part of the split can hold enough of each.",
            )
        )
    return points
