"""Names of the columns of a table, each there once."""

from collections.abc import Sequence


def told_apart(given: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return names of which none is empty or there twice: a number tells them apart.

    Args:
        given: The names as they are.
        wanted: How each should rather be called; empty where nothing is known of it. As many as `given`.
    """
    taken: set[str] = set()
    names: list[str] = []
    # Only what stands for itself keeps its name: `a (2)` may be there too.
    reserved = set(given)
    for number, (old, wish) in enumerate(zip(given, wanted, strict=True), start=1):
        name = first = wish or f"column {number}"
        again = 2
        while name in taken or (name != old and name in reserved):
            name, again = f"{first} ({again})", again + 1
        taken.add(name)
        names.append(name)
    return names
