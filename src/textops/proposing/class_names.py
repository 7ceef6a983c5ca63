"""Labels as they are written, and the classes that are meant."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from textops.data.configuration import SPLITS

FEWEST = len(SPLITS)
"""Of each class: one for each part of the split."""


def merged_spellings(counts: Mapping[str, int]) -> dict[str, str] | None:
    """Return raw label -> class where labels differ in case or blanks only, None where none do."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for label, count in counts.items():
        spellings[" ".join(label.casefold().split())][label] += count
    if len(spellings) == len(counts):
        return None
    return {label: each.most_common(1)[0][0] for each in spellings.values() for label in each}


def too_rare(counts: Mapping[str, int], names: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return the raw labels of classes that cannot be in every part of a split."""
    sizes: Counter[str] = Counter()
    for label, count in counts.items():
        sizes[(names or {}).get(label, label)] += count
    return tuple(label for label in counts if sizes[(names or {}).get(label, label)] < FEWEST)
