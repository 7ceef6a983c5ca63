"""Which characters make words, in every script."""

import functools
import unicodedata

import numpy as np
from numpy.typing import NDArray

SEPARATOR = 0
WORD = 1
SINGLE = 2
"""A character that is a word by itself: scripts that are written without spaces."""

_CODE_POINTS = 0x110000
# Combining marks lie below here (planes 0 and 1) and in the variation selectors, which do not matter for words.
_LAST_MARK = 0x20000
_SINGLE_RANGES = (
    (0x3041, 0x30FF),  # hiragana and katakana
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0x20000, 0x3FFFF),  # ideographs, further extensions
)


@functools.cache
def character_classes() -> NDArray[np.uint8]:
    """Return the class of every code point, shape [0x110000]: `SEPARATOR`, `WORD` or `SINGLE`.

    Letters, digits and the underscore make words; so do combining marks, without which the words of Indic scripts
    and of Arabic with vowel signs would fall apart. Built at the first call, in about 20 ms.
    """
    characters = np.arange(_CODE_POINTS, dtype=np.uint32).view("U1")
    classes = np.strings.isalnum(characters).astype(np.uint8)
    classes[ord("_")] = WORD
    for code_point in np.flatnonzero(classes[:_LAST_MARK] == SEPARATOR):
        if unicodedata.category(chr(code_point)).startswith("M"):
            classes[code_point] = WORD
    for first, last in _SINGLE_RANGES:
        block = classes[first : last + 1]
        block[block == WORD] = SINGLE
    classes.setflags(write=False)
    return classes
