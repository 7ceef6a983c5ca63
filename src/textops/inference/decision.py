"""Which class is the answer: the most probable, or the one whose weighted probability is largest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.bundle import Decision


def decide(
    probabilities: NDArray[np.float64], weights: Sequence[float] | NDArray[np.float64] | None
) -> NDArray[np.int64]:
    """Return the number of the class that answers each row, shape [rows].

    Args:
        probabilities: Calibrated, shape [rows, classes].
        weights: What each class counts; None where all count the same.
    """
    weighed = probabilities if weights is None else probabilities * np.asarray(weights)
    return np.asarray(weighed.argmax(axis=1), np.int64)


def confidence_in(probabilities: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability of the class that answers each row, shape [rows]."""
    return np.asarray(probabilities[np.arange(len(chosen)), chosen])


def heaviest(probabilities: Sequence[float], weights: Sequence[float]) -> int:
    """Do what `decide` does for one text, without arrays."""
    weighed = [probability * weight for probability, weight in zip(probabilities, weights, strict=True)]
    return weighed.index(max(weighed))


def weights_of(decision: Decision | None) -> tuple[float, ...] | None:
    """Return what each class counts, None where the most probable class is the answer."""
    return None if decision is None else decision.weights
