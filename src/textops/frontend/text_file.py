"""The text of a file that somebody drops on the page."""

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "cp1252"
_NO_TEXT = "The file holds no text: take one that a text editor can open."


class NoTextError(ValueError):
    """A file that holds no text; the message is a sentence."""


@dataclass(frozen=True)
class DecodedText:
    """A text, and how it was read.

    Attributes:
        text: The text.
        encoding: In which it was written.
        is_guess: Whether that is only a guess.
    """

    text: str
    encoding: str
    is_guess: bool


def decode(content: bytes) -> DecodedText:
    """Return the text of a file: Unicode, or else what Western European files were written in before.

    Raises:
        NoTextError: If it is empty, or no text.
    """
    if not content.strip():
        raise NoTextError("The file is empty.")
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked is None and b"\x00" in content:
        raise NoTextError(_NO_TEXT)
    try:
        return DecodedText(content.decode(marked or "utf-8"), marked or "utf-8", is_guess=False)
    except UnicodeDecodeError as error:
        if marked is not None:
            raise NoTextError(_NO_TEXT) from error
        return DecodedText(content.decode(_FALLBACK, errors="replace"), _FALLBACK, is_guess=True)
