"""Markdown that stays whole whatever the classes are called."""

import re
from collections.abc import Sequence

# What could begin a link, emphasis, code, a formula, HTML or an address; an underscore inside a word begins nothing.
_SIGNS = re.compile(r"[\\`*<>|~$\[\]]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
# A comment would tell a person or an issue of that name; an entity does not hinder it, a space without width does.
_CALLS = re.compile(r"(?<!\w)@(?=\w)|(?<![\w&;])#(?=\d)")
_NOTHING = "&#8203;"
_MOST_LETTERS = 60


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
    written = _SIGNS.sub(lambda sign: f"&#{ord(sign.group())};", " ".join(text.split()))
    return _CALLS.sub(lambda call: f"{call.group()}{_NOTHING}", written)


def short(text: str, most: int = _MOST_LETTERS) -> str:
    """Return a text, without its end where it is long: a comment at GitHub holds 65,536 characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def figure(title: str, file: str, *, shown: bool) -> str:
    """Return a figure, or where it lies, for readers that cannot be given pictures."""
    return f"![{title}]({file})" if shown else f"{title}: `{file}`, beside this report."


def _cell(text: str) -> str:
    """Keep a text inside its cell: class names are anybody's text."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
