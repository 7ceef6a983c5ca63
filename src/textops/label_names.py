"""Names of labels that read the same: an accent may be a character of its own in Unicode, as files of a Mac have it."""

import unicodedata
from collections.abc import Sequence

# No character is decomposed into more.
_MOST_PARTS = 4


def composed(name: str) -> str:
    """Return the name with its accents as parts of their letters (NFC)."""
    return unicodedata.normalize("NFC", name)


def as_known(names: Sequence[str], known: Sequence[str]) -> list[str | None]:
    """Return for each name the known one that reads the same, None where there is none."""
    present = frozenset(known)
    if present.issuperset(names):
        return list(names)
    # Of two known ones that read the same, the first.
    of_composed = {composed(each): each for each in reversed(known)}
    # Composing takes long for what is long and full of accents, and what is too long is none of them.
    longest = max(map(len, of_composed), default=0) * _MOST_PARTS
    return [
        name if name in present else of_composed.get(composed(name)) if len(name) <= longest else None for name in names
    ]
