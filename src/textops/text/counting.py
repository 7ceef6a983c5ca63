"""How often each id occurs in a document, without sorting."""

import functools
import threading

import numpy as np
from numpy.typing import NDArray

LARGEST_TABLE = 1 << 22
"""Above this many possible ids a table of counts would outgrow the processor's cache, and sorting is as fast."""

_FEWEST_WEIGHTS = 1 << 10
_scratch = threading.local()


def count_distinct(ids: NDArray[np.uint32], vocabulary_size: int) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Return the distinct ids of one document and how often each occurs.

    Every occurrence writes its position into a table at its id; what is read back afterwards is one position for all
    occurrences of an id, which can be counted. Two passes instead of a sort: half the time for a long text.

    Args:
        ids: Ids below `vocabulary_size`, shape [occurrences].
        vocabulary_size: Number of possible ids.

    Returns:
        Distinct ids and their counts, both of shape [distinct], in a fixed order that depends on `ids` alone.
    """
    if vocabulary_size > LARGEST_TABLE:
        distinct, counts = np.unique(ids, return_counts=True)
        return distinct, counts
    table = _table(vocabulary_size)
    positions = ids.astype(np.intp)
    table[positions] = np.arange(len(ids), dtype=np.int32)
    counts = np.bincount(table[positions], minlength=1)
    chosen = np.flatnonzero(counts)
    return ids[chosen], counts[chosen]


def weights_up_to(largest: int) -> NDArray[np.float32]:
    """Return the weights of counts, 1 + ln(count), at least from 0 to the largest; the first is never used."""
    return _weights(max(_FEWEST_WEIGHTS, 1 << largest.bit_length()))


@functools.lru_cache(maxsize=4)
def _weights(size: int) -> NDArray[np.float32]:
    weights = (1 + np.log(np.maximum(np.arange(size), 1))).astype(np.float32)
    weights.setflags(write=False)
    return weights


def _table(size: int) -> NDArray[np.int32]:
    # What an earlier document left in the table does no harm: only places written for this one are read.
    table: NDArray[np.int32] | None = getattr(_scratch, "table", None)
    if table is None or len(table) < size:
        table = np.zeros(size, np.int32)
        _scratch.table = table
    return table
