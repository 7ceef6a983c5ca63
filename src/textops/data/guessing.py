"""How well a label can be guessed from one thing alone, measured on examples held out from the guessing."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 32
"""A numeric column is cut into so many parts of equal size; finer ones would hold too few examples."""


@dataclass(frozen=True)
class Guess:
    """The result of guessing.

    Attributes:
        accuracy: Share of held-out examples guessed right.
        majority: The same for always guessing the most frequent class.
    """

    accuracy: float
    majority: float

    @property
    def skill(self) -> float:
        """Share of the errors of the majority guess that are avoided: 1 for perfect, 0 for useless."""
        return (self.accuracy - self.majority) / (1 - self.majority) if self.majority < 1 else 0.0


def guess_by_value(
    codes: NDArray[np.int64], labels: NDArray[np.int64], held_out: NDArray[np.bool_], classes: int
) -> Guess:
    """Guess the most frequent label of each value.

    Values are learned on one half and judged on the other, so a column of unique ids is not taken for a leak.

    Args:
        codes: Value of each example as a number from 0, shape [examples].
        labels: Class index, shape [examples].
        held_out: Which examples to judge on, shape [examples].
        classes: Number of classes.

    Returns:
        How well it works; nothing is known about values that were not seen, so the majority is guessed for
        them.
    """
    values = int(codes.max()) + 1
    learned = np.bincount(codes[~held_out] * classes + labels[~held_out], minlength=values * classes)
    table = learned.reshape(values, classes)
    majority = int(table.sum(axis=0).argmax())
    guesses = np.where(table.sum(axis=1) > 0, table.argmax(axis=1), majority)
    judged = labels[held_out]
    return Guess(float((guesses[codes[held_out]] == judged).mean()), float((judged == majority).mean()))


def coded(values: Iterable[Hashable]) -> NDArray[np.int64]:
    """Number values by first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)


def binned(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number values by the part of the sorted values they fall into; equal values fall into the same part."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)
