"""Labels that are one, written in several ways."""

from collections import Counter

from textops.data.validation import Validated


def merge_spellings(result: Validated) -> None:
    """Give labels that differ in case or blanks only the spelling that most of them have; each row is noted."""
    counts = Counter(row.label for row in result.rows)
    spellings: dict[str, list[str]] = {}
    for name in counts:
        spellings.setdefault(" ".join(name.casefold().split()), []).append(name)
    instead = {
        name: most
        for names in spellings.values()
        for most in [max(names, key=lambda each: (counts[each], each))]
        for name in names
        if name != most
    }
    for row in result.rows if instead else ():
        if row.label in instead:
            result.note(f"label {row.label!r} is taken for {instead[row.label]!r}", row.place)
            row.label = instead[row.label]
