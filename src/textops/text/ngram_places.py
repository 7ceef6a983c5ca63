"""Where the n-grams of a text lie in it: what the tokenizer counts, told one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.text.characters import word_bounds
from textops.text.hashing import HASH_BITS, code_points, mix, pair_hashes, segment_hashes, window_hashes
from textops.text.ngrams import NgramTokenizer


@dataclass(frozen=True)
class PlacedNgrams:
    """N-grams of one kind, each as often as it occurs.

    Attributes:
        ids: Their ids, uint32; shape [n-grams].
        spans: Where each covers the normalized text, from where to where; shape [n-grams, 2]. A run that reaches into
            the blanks around the text reaches from -1, or to one behind its end.
        second_spans: The same of the second word of a pair; None for all others.
    """

    ids: NDArray[np.uint32]
    spans: NDArray[np.intp]
    second_spans: NDArray[np.intp] | None = None


def placed_ngrams(tokenizer: NgramTokenizer, normalized: str) -> Iterator[PlacedNgrams]:
    """Yield the words of a text, its pairs of words, and its runs by length: what `occurrences` gives, with places.

    Args:
        tokenizer: Says what counts.
        normalized: The text after `normalize`.
    """
    if not normalized:
        return
    codes = code_points(f" {normalized} ")
    mixed = mix(codes)
    starts, ends = word_bounds(codes)
    hashes = segment_hashes(mixed, starts, ends)
    # The blank in front is no part of the text.
    spans = np.column_stack([starts, ends]) - 1
    shift = np.uint32(HASH_BITS - tokenizer.word_bits)
    one = np.uint32(1)
    yield PlacedNgrams((hashes >> shift) + one, spans)
    if tokenizer.word_pairs and len(hashes) > 1:
        yield PlacedNgrams((pair_hashes(hashes) >> shift) + one, spans[:-1], spans[1:])
    windows = window_hashes(mixed, tokenizer.longest)
    shift = np.uint32(HASH_BITS - tokenizer.character_bits)
    for length in range(tokenizer.shortest, min(tokenizer.longest, len(codes)) + 1):
        ids = (windows[length] >> shift) + np.uint32(tokenizer.first_character_id)
        begins = np.arange(len(ids)) - 1
        yield PlacedNgrams(ids, np.column_stack([begins, begins + length]))
