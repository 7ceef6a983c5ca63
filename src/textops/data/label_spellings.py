"""Labels that are one, written in several ways."""

from collections.abc import Mapping

import numpy as np

from textops.data.row_table import RowTable
from textops.data.validation import INVISIBLE, Validated
from textops.label_names import composed
from textops.label_sets import joined

# Joiners are seen: they shape what stands beside them, in Persian words and in emoji.
_JOINERS = "\u200c\u200d"
_WITHOUT_INVISIBLE = str.maketrans("", "", "".join(sign for sign in INVISIBLE if sign not in _JOINERS))


def merge_spellings(table: RowTable, result: Validated) -> None:
    """Give labels that look the same but for case and blanks the spelling that most of them have; each row is noted."""
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
                result.note(f"label {_told_apart(name, instead[name])}", place)
    table.classes.rename(
        {
            number: joined(
                (instead.get(name, name) for name in table.classes.classes_of(number)), table.classes.separator or ""
            )
            for number in changed
        }
    )


def _instead(counts: Mapping[str, int]) -> dict[str, str]:
    """Return for each spelling that gives way the one that takes its place, as keyboards write it."""
    spellings: dict[str, list[str]] = {}
    for name in counts:
        spellings.setdefault(_key(name), []).append(name)
    return {
        name: most
        for names in spellings.values()
        for most in [composed(max(names, key=lambda each: (counts[each], each)))]
        for name in names
        if name != most
    }


def _key(name: str) -> str:
    """Fold away what nobody sees, and case: an accent may be a character of its own, as files of a Mac have it."""
    visible = composed(name.translate(_WITHOUT_INVISIBLE))
    return composed(" ".join(visible.casefold().split()))


def _told_apart(name: str, other: str) -> str:
    """Write both so that they can be told apart, by their codes where they look the same."""
    shown = repr if name.casefold().split() == other.casefold().split() else ascii
    return f"{shown(name)} is taken for {shown(other)}"
