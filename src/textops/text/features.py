"""What is measured of each text: numbers without the words, which can be kept where the text must not.

The same numbers are measured of held-out texts and of live ones, so that both can be compared.
"""

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.text import compiled
from textops.text.characters import SEPARATOR, character_classes
from textops.text.familiar_words import FamiliarWords, word_hashes
from textops.text.hashing import HASH_BITS, Hashes, code_points, mix
from textops.text.normalization import normalize

SKETCH_BITS = 3
SKETCH_PLACES = 1 << SKETCH_BITS
FEATURE_NAMES = (
    "characters",
    "words",
    "word_characters",
    "upper_share",
    "digit_share",
    "punctuation_share",
    "other_script_share",
    "letter_entropy",
    "unseen_share",
    *(f"sketch_{place}" for place in range(1, SKETCH_PLACES + 1)),
)
"""The features in their order:

- `characters`: Length of the text in code points.
- `words`: Words that the n-grams of the default model know; in scripts without spaces each character is one.
- `word_characters`: Their mean length, after NFKC and in lower case.
- `upper_share`, `digit_share`, `punctuation_share`, `other_script_share`: Shares of the characters that are upper-case
  letters, digits, neither part of a word nor white space, and beyond ASCII.
- `letter_entropy`: Entropy of the characters of the words in bits, over 64 buckets: languages and noise differ in it.
- `unseen_share`: Share of the words that the training texts did not have; None where these are not known.
- `sketch_1` to `sketch_8`: Projection of the bag of words. Each word adds 1 to one of eight places or takes it away, as
  its hash says; divided by the number of words (count sketch: Charikar, Chen and Farach-Colton, 2002). Texts about
  other things have other sums, whatever the model makes of them.
"""

UPPER, DIGIT, BLANK = 1, 2, 4
"""Bits of `character_kinds`."""
_CODE_POINTS = 0x110000
_LAST_ASCII = 0x7F
_BUCKET_BITS = 6
_PER_UNIT = 10_000.0

Features = dict[str, float | None]


def features_of(text: str, familiar: FamiliarWords | None) -> Features:
    """Measure a text; each feature by its name, rounded to four decimals, 0 where an empty text has none.

    Args:
        text: Any string.
        familiar: Words of the training texts, None where they are not known.
    """
    kernel = compiled.kernel()
    normalized = normalize(text)
    values: Sequence[float]
    if kernel is None:
        values = _measured(text, normalized, familiar)
    else:
        bits = None if familiar is None else familiar.bits
        values = kernel.describe(text, normalized, character_classes(), character_kinds(), bits)
    features: Features = dict(zip(FEATURE_NAMES, values, strict=True))
    if familiar is None:
        features["unseen_share"] = None
    return features


@functools.cache
def character_kinds() -> NDArray[np.uint8]:
    """Return what kind each code point is, shape [0x110000]: a sum of `UPPER`, `DIGIT` and `BLANK`."""
    characters = np.arange(_CODE_POINTS, dtype=np.uint32).view("U1")
    kinds = np.zeros(_CODE_POINTS, np.uint8)
    kinds[np.strings.isupper(characters)] |= UPPER
    kinds[np.strings.isdigit(characters)] |= DIGIT
    kinds[np.strings.isspace(characters)] |= BLANK
    kinds.setflags(write=False)
    return kinds


def _measured(text: str, normalized: str, familiar: FamiliarWords | None) -> list[float]:
    """Do what the kernel does, slower."""
    codes, letters, hashes = code_points(text), _letters(normalized), word_hashes(normalized)
    words = len(hashes)
    unseen = 0 if familiar is None else familiar.count_unseen(hashes)
    return [
        float(len(codes)),
        float(words),
        _rounded(len(letters), words),
        *(_rounded(count, len(codes)) for count in _kinds_in(codes)),
        _entropy(letters),
        _rounded(unseen, words),
        *(_rounded(value, words) for value in _sketch(hashes)),
    ]


def _letters(normalized: str) -> NDArray[np.uint32]:
    codes = code_points(normalized)
    letters: NDArray[np.uint32] = codes[character_classes()[codes] != SEPARATOR]
    return letters


def _kinds_in(codes: NDArray[np.uint32]) -> list[int]:
    kinds = character_kinds()[codes]
    is_separator = character_classes()[codes] == SEPARATOR
    return [
        int(np.count_nonzero(kinds & UPPER)),
        int(np.count_nonzero(kinds & DIGIT)),
        int(np.count_nonzero(is_separator & ((kinds & BLANK) == 0))),
        int(np.count_nonzero(codes > _LAST_ASCII)),
    ]


def _entropy(letters: NDArray[np.uint32]) -> float:
    """Return the entropy of characters in buckets of their mixed codes."""
    if not len(letters):
        return 0.0
    counts = np.bincount(mix(letters) >> np.uint32(HASH_BITS - _BUCKET_BITS), minlength=1 << _BUCKET_BITS)
    present = counts[counts > 0]
    bits = np.log2(len(letters)) - float((present * np.log2(present)).sum()) / len(letters)
    return _rounded(max(0.0, bits), 1)


def _sketch(hashes: Hashes) -> list[int]:
    mixed = mix(hashes)
    places = mixed >> np.uint32(HASH_BITS - SKETCH_BITS)
    is_taken = (mixed >> np.uint32(HASH_BITS - SKETCH_BITS - 1)) & np.uint32(1)
    added = np.bincount(places[is_taken == 0], minlength=SKETCH_PLACES)
    taken = np.bincount(places[is_taken == 1], minlength=SKETCH_PLACES)
    return [int(value) for value in added.astype(np.int64) - taken.astype(np.int64)]


def _rounded(value: float, of: int) -> float:
    """Return a share with four decimals, so that it stays short where it is written; 0 of nothing."""
    if not of:
        return 0.0
    return float(np.floor(value / of * _PER_UNIT + 0.5)) / _PER_UNIT
