"""Hashes of words and character n-grams for a whole batch of texts at once, without a loop over tokens.

A segment `c[s:e]` of mixed character codes has the polynomial hash `sum(c[s + i] * BASE**i)` modulo 2**32. With prefix
sums `P` of `c[i] * BASE**i` it is `(P[e] - P[s]) * BASE**-s`: a few vector operations for all words of a batch
(Karp and Rabin 1987, Efficient randomized pattern-matching algorithms). Because every code is mixed first, the upper
bits are spread evenly, and a bucket is simply the hash shifted right.
"""

import functools

import numpy as np
from numpy.typing import NDArray

HASH_BITS = 32
_BASE = 0x9E3779B1
_INVERSE_BASE = pow(_BASE, -1, 1 << HASH_BITS)
_MIX_1 = np.uint32(0x85EBCA6B)
_MIX_2 = np.uint32(0xC2B2AE35)
_PAIR = np.uint32(0x27D4EB2F)
_SHIFT = np.uint32(15)
_SMALLEST_TABLE = 1 << 16

Hashes = NDArray[np.uint32]


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a string, shape [len(text)]."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def mix(codes: NDArray[np.uint32]) -> Hashes:
    """Spread code points over all 32 bits, shape as given; different codes stay different."""
    mixed = codes * _MIX_1
    mixed += _MIX_2
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX_2
    return mixed


def segment_hashes(mixed: Hashes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Hash the segments `mixed[starts[i]:ends[i]]`, shape [len(starts)].

    The hash depends on the segment alone, not on its place.
    """
    powers, inverse_powers = _powers(_table_size(len(mixed)))
    prefix = np.empty(len(mixed) + 1, np.uint32)
    prefix[0] = 0
    np.cumsum(mixed * powers[: len(mixed)], dtype=np.uint32, out=prefix[1:])
    return (prefix[ends] - prefix[starts]) * inverse_powers[starts]


def pair_hashes(hashes: Hashes) -> Hashes:
    """Hash each two neighbours, shape [len(hashes) - 1] (empty for fewer than two)."""
    return hashes[:-1] * _PAIR + hashes[1:]


def window_hashes(mixed: Hashes, longest: int) -> dict[int, Hashes]:
    """Hash every window of 1 to `longest` characters.

    Returns:
        By window length n the hashes of the windows that start at each position, shape [len(mixed) - n + 1].
    """
    base = np.uint32(_BASE)
    windows = {1: mixed}
    for length in range(2, longest + 1):
        windows[length] = windows[length - 1][:-1] * base + mixed[length - 1 :]
    return windows


def _table_size(length: int) -> int:
    return max(_SMALLEST_TABLE, 1 << (length - 1).bit_length())


@functools.lru_cache(maxsize=8)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    tables = []
    for base in (_BASE, _INVERSE_BASE):
        factors = np.full(size, base, np.uint32)
        factors[0] = 1
        tables.append(np.multiply.accumulate(factors, dtype=np.uint32))
    return tables[0], tables[1]
