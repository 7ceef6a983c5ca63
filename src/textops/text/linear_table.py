"""What each n-gram says for each class: the table of a linear model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


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
