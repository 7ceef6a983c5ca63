"""Labels that are one, written in several ways."""

from collections import Counter

from textops.data.validation import Validated
from textops.label_sets import joined, parts


def merge_spellings(result: Validated, separator: str | None = None) -> None:
    """Give labels that differ in case or blanks only the spelling that most of them have; each row is noted.

    Args:
        result: The rows; their labels are changed in place.
        separator: What stands between the labels of a row; None where it has one.
    """
    counts = Counter(label for row in result.rows for label in parts(row.label, separator))
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
        labels = parts(row.label, separator)
        for label in labels:
            if label in instead:
                result.note(f"label {label!r} is taken for {instead[label]!r}", row.place)
                row.label = joined((instead.get(each, each) for each in labels), separator or "")
