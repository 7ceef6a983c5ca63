"""Words of many texts at once, as numbers: no Python loop per token, no dictionary, any language."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BATCH_CHARACTERS = 2_000_000
"""Bounds the memory of a batch to about 100 MB."""

SEPARATOR, PART_OF_WORD, WORD_BY_ITSELF = 0, 1, 2

# Scripts that put no spaces between words: each character counts as a word, so three make a shingle.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_UNICODE = 0x110000
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, therefore invertible modulo 2**64
_INVERSE = pow(_MULTIPLIER, -1, 1 << 64)


@dataclass(frozen=True)
class Tokens:
    """The words of a batch of texts in reading order.

    Attributes:
        hashes: One number a word, uint64, shape [words]; the same word has the same number in every run.
        documents: Index of the text in the batch, int64, shape [words], ascending.
        starts: Index of the first character in `characters`, int64, shape [words].
        ends: Index after the last character, int64, shape [words].
        characters: The lower-cased texts joined by newlines, code points, uint32.
    """

    hashes: NDArray[np.uint64]
    documents: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    characters: NDArray[np.uint32]

    def word(self, index: int) -> str:
        """Return the word at a position."""
        return self.characters[self.starts[index] : self.ends[index]].tobytes().decode("utf-32-le")


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over 64 bits (finalizer of SplitMix64, Steele et al. 2014)."""
    scattered: NDArray[np.uint64] = numbers ^ (numbers >> np.uint64(30))
    scattered = scattered * np.uint64(0xBF58476D1CE4E5B9)
    scattered ^= scattered >> np.uint64(27)
    scattered *= np.uint64(0x94D049BB133111EB)
    return scattered ^ (scattered >> np.uint64(31))


def batches(texts: Sequence[str], characters: int = BATCH_CHARACTERS) -> Iterator[tuple[int, Sequence[str]]]:
    """Cut texts into batches of about so many characters; yields the index of the first text, and them."""
    first, held = 0, 0
    for index, text in enumerate(texts):
        held += len(text)
        if held >= characters:
            yield first, texts[first : index + 1]
            first, held = index + 1, 0
    if first < len(texts):
        yield first, texts[first:]


def tokenised(texts: Sequence[str], *, by_space: bool = False) -> Tokens:
    """Find and hash the words of a batch of texts, lower-cased.

    A word is a run of letters, digits and marks; in scripts without spaces, and among symbols such as emoji,
    a single character. The hash is a polynomial over the code points: the difference of two prefix sums,
    shifted back by the inverse of the multiplier's power, so that every word costs the same however long it
    is.

    Args:
        texts: At most about `BATCH_CHARACTERS` characters in all.
        by_space: A word is whatever stands between white space, such as `(reuters)`.

    Returns:
        The words.
    """
    lowered = [text.lower() for text in texts]
    joined = "\n".join(lowered).encode("utf-32-le", errors="replace")
    characters = np.frombuffer(joined, np.uint32)
    kinds = _kinds(characters, by_space=by_space)
    inside = kinds == PART_OF_WORD
    alone = kinds == WORD_BY_ITSELF
    before = np.concatenate(([False], inside[:-1])) if len(inside) else inside
    after = np.concatenate((inside[1:], [False])) if len(inside) else inside
    starts = np.flatnonzero(alone | (inside & ~before))
    ends = np.flatnonzero(alone | (inside & ~after)) + 1
    lengths = np.fromiter((len(text) + 1 for text in lowered), np.int64, len(lowered))
    documents = np.searchsorted(np.cumsum(lengths), starts, side="right")
    return Tokens(_hashes(characters, starts, ends), documents.astype(np.int64), starts, ends, characters)


def _hashes(characters: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    count = len(characters) + 1
    powers = _powers(_MULTIPLIER, count)
    sums = np.zeros(count, np.uint64)
    # Plus one, so that leading characters of code 0 count.
    np.cumsum((characters.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=sums[1:])
    return mixed((sums[ends] - sums[starts]) * _powers(_INVERSE, count)[starts])


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _kinds(characters: NDArray[np.uint32], *, by_space: bool) -> NDArray[np.uint8]:
    """Classify characters, asking about each distinct one once."""
    present = np.zeros(_UNICODE, bool)
    present[characters] = True
    kinds = np.zeros(_UNICODE, np.uint8)
    for code in np.flatnonzero(present).tolist():
        kinds[code] = (SEPARATOR if chr(code).isspace() else PART_OF_WORD) if by_space else _kind(code)
    return kinds[characters]


def _kind(code: int) -> int:
    if any(low <= code <= high for low, high in _UNSPACED):
        return WORD_BY_ITSELF
    category = unicodedata.category(chr(code))
    if category[0] in "LNM" or category == "Pc":
        return PART_OF_WORD
    return WORD_BY_ITSELF if category == "So" else SEPARATOR
