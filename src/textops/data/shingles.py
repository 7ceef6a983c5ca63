"""Three-word shingles of texts, and their MinHash signatures.

Broder 1997, On the resemblance and containment of documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from textops.data.runs import begins
from textops.data.tokens import batches, mixed, tokenised

WORDS = 3
SIGNATURE_LENGTH = 126
SIGNATURE_SEED = 42
SIGNATURE_ROWS = 8192
"""rensa hands signatures over as Python lists: so many rows at a time bound the memory of that."""

HASH_BITS = 40

LONGEST = 1_000_000
"""Characters of a text that count; a line of 50 MB would take gigabytes, and two texts that begin with a million
characters alike are near enough."""


@dataclass(frozen=True)
class Shingles:
    """The shingles of texts, one text after the other.

    Attributes:
        hashes: uint64, shape [shingles]; within a text in reading order, repeats included.
        offsets: int64, shape [texts + 1]; text i has hashes[offsets[i]:offsets[i + 1]], never none.
    """

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]


def shingled(texts: Sequence[str]) -> Shingles:
    """Make the shingles of texts.

    A text of one or two words has one shingle, the whole of it, so that short titles are alike only when they
    have the same words in the same order. A text without a word (punctuation only) is alike only to the very
    same text. Of a very long text the first `LONGEST` characters count.
    """
    hashes, counts = [], []
    for _, batch in batches([text[:LONGEST] for text in texts]):
        batch_hashes, batch_counts = _shingles_of_batch(batch)
        hashes.append(batch_hashes)
        counts.append(batch_counts)
    offsets = np.zeros(len(texts) + 1, np.int64)
    if counts:
        np.cumsum(np.concatenate(counts), out=offsets[1:])
    return Shingles(np.concatenate(hashes) if hashes else np.zeros(0, np.uint64), offsets)


def _shingles_of_batch(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    tokens = tokenised(texts)
    words = np.bincount(tokens.documents, minlength=len(texts))
    first = np.concatenate(([0], np.cumsum(words)[:-1])).astype(np.int64)
    counts = np.maximum(words - WORDS + 1, 1)
    # Where each shingle begins, counted in words.
    owner = np.repeat(np.arange(len(texts)), counts)
    firsts = np.cumsum(counts) - counts
    within = np.arange(len(owner)) - np.repeat(firsts, counts)
    begins = first[owner] + within
    hashes = np.zeros(len(owner), np.uint64)
    for position in range(WORDS):
        inside = within + position < words[owner]
        each = np.zeros(len(owner), np.uint64)
        each[inside] = tokens.hashes[begins[inside] + position]
        hashes = mixed(hashes + each + np.uint64(position + 1))
    for text in np.flatnonzero(words == 0).tolist():
        digest = blake2b(texts[text].encode("utf-8", errors="replace"), digest_size=8).digest()
        hashes[firsts[text]] = int.from_bytes(digest, "little")
    return hashes, counts


def signatures(shingles: Shingles) -> NDArray[np.uint32]:
    """Return the MinHash signature of each text, shape [texts, SIGNATURE_LENGTH]."""
    from rensa import RMinHash

    count = len(shingles.offsets) - 1
    found = np.empty((count, SIGNATURE_LENGTH), np.uint32)
    for first in range(0, count, SIGNATURE_ROWS):
        last = min(first + SIGNATURE_ROWS, count)
        begin, end = shingles.offsets[first], shingles.offsets[last]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            shingles.hashes[begin:end],
            (shingles.offsets[first : last + 1] - begin).astype(np.uint64),
            SIGNATURE_LENGTH,
            SIGNATURE_SEED,
        )
        found[first:last] = matrix.to_rows()
    return found


def distinct(shingles: Shingles) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the distinct shingles of each text in ascending order, and how many each text has.

    One number holds text and shingle, because sorting numbers is many times quicker than sorting rows of two; 40 bits
    of a hash are enough to tell the shingles of two texts apart.
    """
    counts = np.diff(shingles.offsets)
    texts = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    numbers = np.sort(texts << np.uint64(HASH_BITS) | shingles.hashes >> np.uint64(64 - HASH_BITS))
    numbers = numbers[begins(numbers)]
    owners = (numbers >> np.uint64(HASH_BITS)).astype(np.int64)
    return numbers & np.uint64((1 << HASH_BITS) - 1), np.bincount(owners, minlength=len(counts))
