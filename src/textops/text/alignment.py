"""Where the characters of a normalized text come from: places in it told as places in the text as it was sent.

Normalizing changes lengths: one ligature becomes two letters, a letter and its accent one, a run of blanks one blank.
"""

import functools
import itertools
import sys
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.text.characters import SEPARATOR, SINGLE, WORD, character_classes
from textops.text.hashing import code_points
from textops.text.normalization import compose, normalize

_BLANK = 3
"""What a cluster is beside `SEPARATOR`, `WORD` and `SINGLE`: nothing but white space."""

_ENOUGH = 32
# A syllable of Hangul is composed by arithmetic, and stands in no table.
_HANGUL_SECONDS = frozenset(map(chr, [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]))


@dataclass(frozen=True)
class Alignment:
    """A text as it was sent, taken apart into words, and as the n-gram tokenizers see it.

    A word is a word of the tokenizers, or a run of other visible characters: every visible character is in one.

    Attributes:
        normalized: What the tokenizers see.
        starts: Where each word begins in the text as it was sent; shape [words].
        ends: Where it ends; shape [words].
        words: The word that each normalized character comes from, -1 for white space; shape [len(normalized)].
    """

    normalized: str
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    words: NDArray[np.intp]


def align(text: str, max_characters: int | None = None) -> Alignment:
    """Take a text apart, and find its words again in what `normalize` makes of it.

    Args:
        text: Any string.
        max_characters: See `normalize`; words behind it are words too, from which no character comes.
    """
    bounds = cluster_bounds(text)
    clusters = [text[start:end] for start, end in itertools.pairwise(bounds)]
    word_of_cluster, starts, ends = _words(clusters, bounds)
    normalized = normalize(text, max_characters)
    words = word_of_cluster[_sources(clusters, bounds, max_characters)]
    words[code_points(normalized) == ord(" ")] = -1
    return Alignment(normalized, starts, ends, words)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text begin and end."""
    bounds = cluster_bounds(text)
    clusters = [text[start:end] for start, end in itertools.pairwise(bounds)]
    _, starts, ends = _words(clusters, bounds)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def cluster_bounds(text: str) -> list[int]:
    """Return where a text can be cut so that its parts, normalized by themselves, make the normalized whole.

    Between two of the bounds lies a character with the marks behind it, or a syllable of Hangul.

    Returns:
        0, the places in between, and the length of the text.
    """
    if text.isascii():
        return list(range(len(text) + 1))
    inner = (place for place in range(1, len(text)) if _begins(text[place]) or _is_blank(text[place - 1]))
    return [0, *inner, len(text)] if text else [0]


def _words(clusters: list[str], bounds: list[int]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the word of each cluster (-1 for white space), and where words begin and end."""
    kinds = np.fromiter(map(_kind, clusters), np.uint8, len(clusters))
    before = np.concatenate([[np.uint8(_BLANK)], kinds[:-1]]) if len(kinds) else kinds
    begins = (kinds != _BLANK) & ((kinds != before) | (kinds == SINGLE))
    words = np.cumsum(begins) - 1
    words[kinds == _BLANK] = -1
    places = np.asarray(bounds, np.intp)
    behind = np.concatenate([kinds[1:], [np.uint8(_BLANK)]]) if len(kinds) else kinds
    finishes = (kinds != _BLANK) & ((kinds != behind) | (kinds == SINGLE))
    return words.astype(np.intp), places[:-1][begins], places[1:][finishes]


def _sources(clusters: list[str], bounds: list[int], cut: int | None) -> NDArray[np.intp]:
    """Return the cluster of each character of the normalized text: what `normalize` does, done to their numbers."""
    if cut is not None:
        clusters = [cluster[: cut - start] for cluster, start in zip(clusters, bounds, strict=False) if start < cut]
    pieces = [cluster if cluster.isascii() else compose(cluster) for cluster in clusters]
    composed = "".join(pieces)[:cut]
    sources = np.repeat(np.arange(len(pieces)), list(map(len, pieces)))[:cut]
    blank = _blanks(composed)
    before = np.concatenate([[True], blank[:-1]])[: len(blank)]
    kept = np.flatnonzero(~(blank & before))
    if len(kept) and blank[kept[-1]]:
        kept = kept[:-1]
    sources = sources[kept]
    if composed.isascii():
        return sources
    return np.repeat(sources, [len(composed[place].lower()) for place in kept.tolist()])


def _blanks(text: str) -> NDArray[np.bool_]:
    return np.fromiter(map(_is_blank, text), np.bool_, len(text))


def _is_blank(character: str) -> bool:
    return character.isspace()


def _begins(character: str) -> bool:
    """Tell whether nothing before a character can change with it."""
    return character.isascii() or _begins_cluster(character)


@functools.lru_cache(maxsize=1 << 14)
def _begins_cluster(character: str) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) == 0 and first not in _seconds()


@functools.cache
def _seconds() -> frozenset[str]:
    """Return the characters that NFKC may join to the one before, though they are no marks that it sorts."""
    found = set(_HANGUL_SECONDS)
    for code in range(sys.maxunicode + 1):
        decomposition = unicodedata.decomposition(chr(code))
        if decomposition and not decomposition.startswith("<") and " " in decomposition:
            found.add(chr(int(decomposition.split()[1], 16)))
    return frozenset(found)


def _kind(cluster: str) -> int:
    # Of a letter with thousands of marks the first tell enough.
    return _kind_of_beginning(cluster[:_ENOUGH])


@functools.lru_cache(maxsize=1 << 14)
def _kind_of_beginning(cluster: str) -> int:
    """Return what a cluster is: white space, a separator, part of a word, or a word by itself."""
    normalized = cluster if cluster.isascii() else unicodedata.normalize("NFKC", cluster)
    if normalized.isspace():
        return _BLANK
    kinds = character_classes()[code_points(normalized)]
    return SINGLE if SINGLE in kinds else WORD if WORD in kinds else SEPARATOR
