"""What each n-gram says for each class: the table of a linear model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LANES = 8
"""Numbers that the kernel adds up at once."""

_CACHE_LINE = 64


@dataclass(frozen=True)
class LinearTable:
    """A linear model over two groups of n-grams, words with their pairs and runs of characters.

    The score of a class is its bias and, for each group, the sum of weight * row over the n-grams of the text, divided
    by the length of the vector of the weights; the weight of an n-gram is that of its count times its own.

    Attributes:
        rows: What each id says for each class, and what it weighs (bytes: unsigned); float32 or int8, C order, shape
            [ids, classes + 1].
        scales: What the sums of each group are multiplied by; float32, shape [2, classes].
        bias: float32, shape [classes].
        first_run: Ids from here on are runs of characters.
    """

    rows: NDArray[np.generic]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    first_run: int

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.bias)

    @cached_property
    def has_floats(self) -> bool:
        """Whether the rows are floats."""
        return self.rows.dtype == np.float32

    @property
    def bytes_in_registers(self) -> int:
        """How much memory `in_registers` takes."""
        return len(self.rows) * self._width * np.dtype(np.float32).itemsize

    @cached_property
    def in_registers(self) -> NDArray[np.float32]:
        """The rows as the kernel reads them for many texts; float32, shape [ids, classes + 1 and zeros up to `LANES`].

        No row begins in one line of the processor's cache and ends in the next.
        """
        size = len(self.rows) * self._width
        room = np.zeros(size + _CACHE_LINE // 4, np.float32)
        first = -room.ctypes.data % _CACHE_LINE // 4
        rows = room[first : first + size].reshape(len(self.rows), self._width)
        rows[:, : self.classes] = self.rows[:, : self.classes]
        own = self.rows[:, self.classes]
        rows[:, self.classes] = own if self.has_floats else own.view(np.uint8)
        rows.setflags(write=False)
        return rows

    @property
    def _width(self) -> int:
        return -(-(self.classes + 1) // LANES) * LANES
