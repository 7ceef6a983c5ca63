"""Which classes are given which answers; only what happened, as a thousand classes make a million pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Confusion:
    """Examples of one class that were given one class; classes by their place among all."""

    true: int
    predicted: int
    examples: int


def confusion_of(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> tuple[Confusion, ...]:
    """Count the pairs of truth and answer, in rising order."""
    pairs, counts = np.unique(np.stack([truth, predicted], axis=1), axis=0, return_counts=True)
    return tuple(
        Confusion(true, answer, examples)
        for (true, answer), examples in zip(pairs.tolist(), counts.tolist(), strict=True)
    )
