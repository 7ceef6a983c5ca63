"""Characters that are read one by one: neither their neighbours nor their place change what they become."""

import functools
import sys
import unicodedata

import numpy as np
from numpy.typing import NDArray

NOT_PLAIN = 0xFFFF

_PLANE = 0x10000
_BLANK = ord(" ")
# Their lower case depends on what stands around them, or is longer than they are.
_SIGMA, _DOTTED_I = 0x3A3, 0x130
_SURROGATES = range(0xD800, 0xE000)
# Vowels and final consonants of Korean, which are composed by rule and not by table.
_HANGUL_FOLLOWERS = (range(0x1161, 0x1176), range(0x11A8, 0x11C3))


@functools.cache
def folded_plain_characters() -> NDArray[np.uint16]:
    """Return what `normalize` makes of each character of the first plane, shape [0x10000].

    `NOT_PLAIN` stands for those of which it takes a whole text to say: what NFKC changes, moves or composes with the
    character before. In a text without such characters every character is folded by itself. Built at the first call,
    in about 60 ms.
    """
    characters = list(map(chr, range(_PLANE)))
    unsafe = {_SIGMA, _DOTTED_I, NOT_PLAIN, *_SURROGATES, *_composing()}
    table = np.full(_PLANE, NOT_PLAIN, np.uint16)
    for code, character in enumerate(characters):
        if code in unsafe or unicodedata.combining(character) or not unicodedata.is_normalized("NFKC", character):
            continue
        lower = character.lower()
        if len(lower) == 1 and ord(lower) < NOT_PLAIN:
            table[code] = _BLANK if character.isspace() else ord(lower)
    table.setflags(write=False)
    return table


def _composing() -> set[int]:
    """Return the characters that NFKC may compose with the one before them."""
    found = {code for block in _HANGUL_FOLLOWERS for code in block}
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code))
        if parts and not parts.startswith("<"):
            found.update(int(part, 16) for part in parts.split()[1:])
    return found
