"""Markdown that stays whole whatever the classes are called."""

import re
from collections.abc import Sequence

# What could begin a link, emphasis, code, a formula, HTML or an address; an underscore inside a word begins nothing.
_SIGNS = re.compile(r"[\\`*<>|~$\[\]]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table.

    Args:
        header: Names of the columns.
        rows: Texts of the cells, as many in each row as there are columns.
    """
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(_cell(part) for part in line) + " |" for line in lines]


def code(text: str) -> str:
    """Return a text as it is written, in the type of a program, on one line."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def plain(text: str) -> str:
    """Return anybody's text so that Markdown shows it as it is, on one line, also inside a cell of a table."""
    return _SIGNS.sub(lambda sign: f"&#{ord(sign.group())};", " ".join(text.split()))


def _cell(text: str) -> str:
    """Keep a text inside its cell: class names are anybody's text."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
