"""What a text looks like from outside: numbers without the words, so they can be kept where the text must not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.text.characters import SEPARATOR, character_classes
from textops.text.hashing import code_points

_LAST_ASCII = 0x7F


@dataclass(frozen=True)
class Surface:
    """Surface features of one text; shares are of its characters, 0 for an empty text.

    Attributes:
        characters: Length in code points.
        words: Runs of word characters, also in scripts without spaces.
        upper_share: Upper-case letters.
        digit_share: Digits.
        punctuation_share: What is neither part of a word nor white space.
        other_script_share: Characters beyond ASCII.
    """

    characters: int
    words: int
    upper_share: float
    digit_share: float
    punctuation_share: float
    other_script_share: float


def surface_of(text: str) -> Surface:
    """Measure a text."""
    codes = code_points(text)
    if len(codes) == 0:
        return Surface(0, 0, 0.0, 0.0, 0.0, 0.0)
    inside = character_classes()[codes] != SEPARATOR
    letters = codes.view("U1")
    blank: NDArray[np.bool_] = np.strings.isspace(letters)
    return Surface(
        characters=len(codes),
        words=int(inside[0]) + int(np.count_nonzero(inside[1:] & ~inside[:-1])),
        upper_share=float(np.strings.isupper(letters).mean()),
        digit_share=float(np.strings.isdigit(letters).mean()),
        punctuation_share=float((~inside & ~blank).mean()),
        other_script_share=float((codes > _LAST_ASCII).mean()),
    )
