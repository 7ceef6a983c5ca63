"""Which things belong together, told by pairs of them."""

import numpy as np
from numpy.typing import NDArray

from textops.data.runs import begins


class UnionFind:
    """Groups of numbered things; four bytes for each thing, and a pair costs what it touches, not what there is."""

    def __init__(self, count: int) -> None:
        """Begin with every thing in a group of its own."""
        self._parents = np.arange(count, dtype=np.uint32)

    def groups(self, things: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the smallest member of the group of each thing."""
        found = self._parents[things]
        while True:
            above = self._parents[found]
            if np.array_equal(above, found):
                self._parents[things] = found
                return found.astype(np.int64)
            found = above

    def join(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
        """Make one group of the groups of each pair."""
        while True:
            one, other = self.groups(left), self.groups(right)
            apart = one != other
            if not apart.any():
                return
            left, right = left[apart], right[apart]
            low, high = np.minimum(one[apart], other[apart]), np.maximum(one[apart], other[apart])
            # Of several pairs with the same larger root the smallest partner wins; the rest join in the next round.
            order = np.lexsort((low, high))
            high, low = high[order], low[order]
            first = begins(high)
            self._hook(high[first], low[first])

    def _hook(self, roots: NDArray[np.int64], below: NDArray[np.int64]) -> None:
        """Put groups below others; chains of them are shortened, for each link would cost every later look."""
        parents = self._parents
        parents[roots] = below
        while not np.array_equal(parents[roots], above := parents[parents[roots]]):
            parents[roots] = above

    def joined(self) -> NDArray[np.int64]:
        """Return the things that are in a group with a smaller one, in ascending order."""
        step = 1 << 17
        count = len(self._parents)
        found = [
            np.flatnonzero(self._parents[first : first + step] != np.arange(first, min(first + step, count))) + first
            for first in range(0, count, step)
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)
