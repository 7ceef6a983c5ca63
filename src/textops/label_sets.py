"""Several labels of one text as one name: `sport|tech`. Whoever compares, counts or keeps answers takes it as it is.

Labels stand in alphabetical order, each once, so the same labels make the same name; no label is the empty name.
"""

from collections.abc import Iterable

DEFAULT_SEPARATOR = "|"


def joined(labels: Iterable[str], separator: str) -> str:
    """Return the name of a set of labels; none of them holds the separator."""
    return separator.join(sorted(set(labels)))


def parts(name: str, separator: str | None) -> tuple[str, ...]:
    """Return the labels of a set by its name.

    Args:
        name: As `joined` gives it.
        separator: What stands between labels; None where a text has one label, which is the name then.
    """
    if separator is None:
        return (name,)
    return tuple(name.split(separator)) if name else ()
