"""Texts that come again, the same or nearly the same, and between which files."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations

import numpy as np

from textops.data.stages import Stages
from textops.data.validation import LabelledText
from textops.explaining.page import Block, Paragraph, Point, Section, Table, Weight
from textops.explaining.rows import Rows, excerpt, origins

_PAIRS = 10
_GROUPS = 8
_PLACES = 3
_MOST_ORIGINS = 20
"""A text of more origins than this would be in hundreds of pairs, and tells nothing about any of them."""

_MANY = 0.2


def describe_duplicates(stages: Stages, rows: Rows) -> Section:
    """Count what comes again; near-duplicates are known only where the preparation came so far."""
    every = stages.validated.rows
    exact = len(every) - len({row.text for row in every})
    blocks: list[Block] = []
    shared = _pairs([row.text for row in every], origins(every))
    if shared:
        blocks += [Paragraph("The same text in two origins (files, folders, or what data.source_column says):"), shared]
    sizes = np.bincount(rows.groups)
    near = int(sizes[sizes > 1].sum())
    if stages.grouped is not None:
        between = _pairs(rows.groups.tolist(), origins(rows.rows))
        if between:
            blocks += [Paragraph("Groups of near-duplicates that reach over two origins:"), between]
        if near:
            blocks += [Paragraph("The largest groups of near-duplicates:"), _largest(rows)]
    return Section(
        "Duplicates", tuple(blocks) or (Paragraph("No text comes again."),), tuple(_points(stages, rows, exact, near))
    )


def _points(stages: Stages, rows: Rows, exact: int, near: int) -> list[Point]:
    every = len(stages.validated.rows)
    points = []
    if exact:
        points.append(
            Point(
                Weight.LOOK if exact >= _MANY * every else Weight.FINE,
                f"{exact:,} of {every:,} rows repeat the text of another one.",
                "Each text counts once, so that none is in training and test at once. Without that, the test would ask "
                "for "
                "what was learned by heart.",
            )
        )
    if stages.grouped is not None and near:
        points.append(
            Point(
                Weight.LOOK if near >= _MANY * len(rows) else Weight.FINE,
                f"{near:,} of {len(rows):,} examples have a near-duplicate.",
                "A group stays on one side of the split, so the parts can differ from the shares that were asked for.",
            )
        )
    straddling = _straddling(rows)
    if straddling:
        points.append(
            Point(
                Weight.PROBLEM,
                f"{straddling:,} groups of near-duplicates stand in more than one part of the predefined split.",
                "The test knows texts of the training: figures look better than they are. Use data.split.rule=hash, or "
                "take "
                "them out of the files.",
            )
        )
    if not points:
        points.append(Point(Weight.FINE, "No text comes again, nor nearly so.", "Nothing to keep together."))
    return points


def _straddling(rows: Rows) -> int:
    if rows.splits is None:
        return 0
    places = {*zip(rows.groups.tolist(), rows.splits, strict=True)}
    return sum(count > 1 for count in Counter(group for group, _ in places).values())


def _pairs(things: Iterable[Hashable], places: Sequence[str]) -> Table | None:
    """Return how many things each two origins have in common, the closest first; None where none have."""
    origins_of: dict[Hashable, set[str]] = defaultdict(set)
    for thing, place in zip(things, places, strict=True):
        origins_of[thing].add(place)
    counts: Counter[tuple[str, str]] = Counter()
    for each in origins_of.values():
        if 1 < len(each) <= _MOST_ORIGINS:
            counts.update(combinations(sorted(each), 2))
    if not counts:
        return None
    shown = tuple((first, second, f"{count:,}") for (first, second), count in counts.most_common(_PAIRS))
    return Table(("Here", "And here", "In common"), shown)


def _largest(rows: Rows) -> Table:
    members: dict[int, list[LabelledText]] = defaultdict(list)
    sizes = np.bincount(rows.groups)
    largest = {int(number) for number in np.argsort(-sizes, kind="stable")[:_GROUPS] if sizes[number] > 1}
    for group, row in zip(rows.groups.tolist(), rows.rows, strict=True):
        if group in largest:
            members[group].append(row)
    ordered = sorted(members.values(), key=lambda each: -len(each))
    return Table(
        ("Examples", "Classes", "For instance", "Places"),
        tuple((f"{len(each):,}", class_counts(each), excerpt(each[0].text), places_of(each)) for each in ordered),
    )


def class_counts(rows: Sequence[LabelledText]) -> str:
    """Return how many of some rows are of which class."""
    counts = Counter(row.label for row in rows).most_common(4)
    return ", ".join(f"{name} {count:,}" for name, count in counts)


def places_of(rows: Sequence[LabelledText]) -> str:
    """Return the first places of some rows."""
    return ", ".join([*(row.place for row in rows[:_PLACES]), *(["…"] if len(rows) > _PLACES else [])])
