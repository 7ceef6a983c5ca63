"""Which ids of a tokenizer are kept, and under which new ids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PART = 64


@dataclass(frozen=True)
class Selection:
    """Numbers what is kept from 1, in the order of the old ids.

    Attributes:
        new_ids: New id by old id, 0 for what is not kept; int32, shape [ids].
        parts: The same in little space, for the compiled kernel: which of 64 ids are kept as bits, and how many before
            them are; uint64, shape [ids / 64, 2].
    """

    new_ids: NDArray[np.int32]
    parts: NDArray[np.uint64]

    @classmethod
    def of(cls, kept: NDArray[np.bool_]) -> "Selection":
        """Select what is true in an array, shape [ids]."""
        new_ids = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
        padded = np.zeros(-(-len(kept) // _PART) * _PART, np.bool_)
        padded[: len(kept)] = kept
        bits = np.packbits(padded, bitorder="little").view(np.uint64)
        counts = padded.reshape(-1, _PART).sum(axis=1)
        before = np.cumsum(counts) - counts
        return cls(new_ids, np.ascontiguousarray(np.column_stack([bits, before.astype(np.uint64)])))
