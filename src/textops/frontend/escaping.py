"""Anybody's text between our own words, where Streamlit reads Markdown."""

import re

# Markdown lets a backslash stand before each of these; with it they begin nothing: no emphasis, link, image, HTML,
# formula, emoji, colour, icon or list.
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")


def plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, on one line."""
    return _SIGNS.sub(lambda sign: f"\\{sign.group()}", " ".join(text.split()))


def shortened(text: str, characters: int) -> str:
    """Return the beginning of a text on one line, with a mark where it goes on."""
    line = " ".join(text[: characters * 2].split())
    return line if len(line) <= characters and len(text) <= characters * 2 else f"{line[: characters - 1]}…"
