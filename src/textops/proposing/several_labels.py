"""Whether a column holds any number of labels for each row: lists, or names with something between them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from textops.data.label_lists import raw_labels
from textops.errors import DataError
from textops.label_sets import DEFAULT_SEPARATOR

_SEPARATORS = (DEFAULT_SEPARATOR, ";", ",")
_MOSTLY_LISTS = 0.9
_LEAST_WITH_SEVERAL = 0.1
_LEAST_IN_OTHER_SETS = 0.5
_NO_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class SeveralFound:
    """Labels of a column whose rows have any number of them.

    Attributes:
        separator: Stands between labels where they are no list, and is in none of them.
        counts: Label -> rows that have it.
        share: Of the rows with a value that have more than one.
    """

    separator: str
    counts: Counter[str]
    share: float


def several_labels(counts: Mapping[str, int]) -> SeveralFound | None:
    """Return the labels of a column, None where each of its values is rather one class.

    Args:
        counts: Value -> how often.
    """
    rows = sum(counts.values())
    lists = sum(count for value, count in counts.items() if value.startswith("[") and value.endswith("]"))
    if rows and lists >= _MOSTLY_LISTS * rows:
        found = _taken_apart(counts, _NO_SEPARATOR)
        if found is None or not found.counts:
            return None
        free = [each for each in _SEPARATORS if not any(each in label for label in found.counts)]
        return SeveralFound(free[0], found.counts, found.share) if free else None
    for separator in _SEPARATORS:
        found = _taken_apart(counts, separator)
        if found is not None and found.share >= _LEAST_WITH_SEVERAL and _combined(counts, found):
            return found
    return None


def _taken_apart(counts: Mapping[str, int], separator: str) -> SeveralFound | None:
    labels: Counter[str] = Counter()
    rows = several = 0
    for value, count in counts.items():
        try:
            parts = set(raw_labels(value, separator, ""))
        except DataError:
            return None
        rows += count
        several += count * (len(parts) > 1)
        labels.update(dict.fromkeys(parts, count))
    return SeveralFound(separator, labels, several / rows) if rows else None


def _combined(counts: Mapping[str, int], found: SeveralFound) -> bool:
    """Tell whether labels come in several combinations; `Food, Drink` is a class whose name has a comma."""
    if len(found.counts) >= len(counts):
        return False
    sets = Counter(part for value in counts for part in set(raw_labels(value, found.separator, "")))
    return sum(times > 1 for times in sets.values()) >= _LEAST_IN_OTHER_SETS * len(sets)
