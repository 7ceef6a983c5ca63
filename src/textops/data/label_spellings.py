"""Labels that are one, written in several ways."""

from collections.abc import Mapping

import numpy as np

from textops.data.row_table import RowTable
from textops.data.validation import Validated
from textops.label_sets import joined


def merge_spellings(table: RowTable, result: Validated) -> None:
    """Give labels that differ in case or blanks only the spelling that most of them have; each row is noted."""
    classes = table.classes.classes()
    counts = classes.counts(table.label_counts())
    instead = _instead(dict(zip(classes.names, counts.tolist(), strict=True)))
    changed = {
        number: given
        for number in range(len(table.classes))
        if (given := [name for name in table.classes.classes_of(number) if name in instead])
    }
    if not changed:
        return
    for first, last in table.chunks():
        labels = table.label.read(first, last)
        rows = np.flatnonzero(np.isin(labels, list(changed)))
        for number, place in zip(labels[rows].tolist(), table.places(rows + first), strict=True):
            for name in changed[number]:
                result.note(f"label {name!r} is taken for {instead[name]!r}", place)
    table.classes.rename(
        {
            number: joined(
                (instead.get(name, name) for name in table.classes.classes_of(number)), table.classes.separator or ""
            )
            for number in changed
        }
    )


def _instead(counts: Mapping[str, int]) -> dict[str, str]:
    """Return for each spelling that gives way the one that takes its place."""
    spellings: dict[str, list[str]] = {}
    for name in counts:
        spellings.setdefault(" ".join(name.casefold().split()), []).append(name)
    return {
        name: most
        for names in spellings.values()
        for most in [max(names, key=lambda each: (counts[each], each))]
        for name in names
        if name != most
    }
