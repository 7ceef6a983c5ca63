"""The name that was probably meant, for messages about names that do not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 12
"""So many names stand in a message; a table of 300 columns must still give one readable line."""

LONGEST = 40
"""Longer names are cut; the first row of a file without a header may hold whole texts."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, None when none is alike; case does not count."""
    by_folded = {candidate.strip().casefold(): candidate for candidate in known}
    matches = get_close_matches(name.strip().casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` or an empty string."""
    meant = nearest(name, known)
    return f"; did you mean {meant!r}?" if meant is not None else ""


def listed(names: Iterable[str]) -> str:
    """Return the names in quotes, separated by commas, cut after `LISTED` of them."""
    every = list(names)
    shown = ", ".join(repr(name if len(name) <= LONGEST else f"{name[:LONGEST]}...") for name in every[:LISTED])
    return f"{shown} and {len(every) - LISTED} more" if len(every) > LISTED else shown
