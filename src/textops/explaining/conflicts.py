"""Texts that come with several labels: nobody can learn both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from textops.data.stages import Stages
from textops.data.validation import LabelledText
from textops.explaining.duplicates import class_counts, places_of
from textops.explaining.page import Block, Paragraph, Point, Section, Table, Weight
from textops.explaining.rows import Rows, excerpt

_SHOWN = 20
_MANY = 0.01


def describe_conflicts(stages: Stages, rows: Rows) -> Section:
    """List the same and nearly the same texts with different labels."""
    every = stages.validated.rows
    exact = _conflicting((row.text, row) for row in every)
    near = _conflicting(zip(rows.groups.tolist(), rows.rows, strict=True)) if stages.grouped is not None else []
    blocks: list[Block] = []
    if exact:
        blocks += [Paragraph("The very same text with several labels:"), _table(exact)]
    if near:
        blocks += [Paragraph("Near-duplicates with different labels:"), _table(near)]
    return Section(
        "Conflicting labels",
        tuple(blocks) or (Paragraph("No text comes with two labels."),),
        tuple(_points(exact, near, len(every))),
    )


def _conflicting(things: Iterable[tuple[object, LabelledText]]) -> list[list[LabelledText]]:
    rows_of: dict[object, list[LabelledText]] = defaultdict(list)
    for thing, row in things:
        rows_of[thing].append(row)
    found = [rows for rows in rows_of.values() if len(rows) > 1 and len({row.label for row in rows}) > 1]
    return sorted(found, key=lambda rows: -len(rows))


def _table(found: Sequence[Sequence[LabelledText]]) -> Table:
    rows = [(class_counts(rows), excerpt(rows[0].text), places_of(rows)) for rows in found[:_SHOWN]]
    if len(found) > _SHOWN:
        rows.append((f"and {len(found) - _SHOWN:,} more", "", ""))
    return Table(("Labels", "Text", "Places"), tuple(rows))


def _points(exact: Sequence[Sequence[LabelledText]], near: Sequence[object], size: int) -> list[Point]:
    points = []
    if exact:
        rows = sum(map(len, exact))
        points.append(
            Point(
                Weight.PROBLEM if rows >= _MANY * size else Weight.LOOK,
                f"{len(exact):,} texts ({rows:,} rows) come with several labels.",
                "The label of the majority is kept; where votes are even, all rows of the text are left out of every "
                "part. "
                "So many rows nobody can get right: look whether the classes overlap, or people disagreed.",
            )
        )
    if near:
        points.append(
            Point(
                Weight.LOOK,
                f"{len(near):,} groups of near-duplicates hold different labels.",
                "They stay on one side of the split, where each contradicts the others. Look at them first: an error "
                "in the "
                "labels shows nowhere better.",
            )
        )
    return points or [Point(Weight.FINE, "No text comes with two labels.", "Nothing contradicts itself.")]
