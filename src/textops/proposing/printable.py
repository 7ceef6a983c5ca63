"""Anybody's text on one line of a terminal or a comment: without control characters, and not too long."""

LONGEST = 60


def printable(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line; what would steer a terminal or turn the direction of writing becomes a `?`."""
    line = "".join(each if each.isprintable() else "?" for each in " ".join(text[: 4 * longest].split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def quoted(text: str) -> str:
    """Return the same in quotation marks."""
    return f"'{printable(text)}'"
