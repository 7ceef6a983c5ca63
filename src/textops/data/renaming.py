"""Columns of files that call the same thing by different names."""

from collections.abc import Iterable, Mapping


def renamed(columns: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a file by their common names.

    Args:
        columns: As the file calls them.
        names: Name in a file -> common name. A file that has a column of the common name already keeps both.
    """
    own = tuple(columns)
    return tuple(names[name] if name in names and names[name] not in own else name for name in own)


def rename_map(columns: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return for each column of a file that has another common name this name."""
    own = tuple(columns)
    return {name: new for name, new in zip(own, renamed(own, names), strict=True) if name != new}
