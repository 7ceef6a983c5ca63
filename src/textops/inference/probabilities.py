"""From logits to calibrated probabilities."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Answer = Callable[[Sequence[str]], NDArray[np.float64]]
"""From texts to calibrated probabilities, shape [texts, classes]: what evaluation and gate know of a model."""


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return probabilities, same shape as `logits`, that sum to 1 over the last axis.

    Args:
        logits: Raw scores, shape [..., classes].
        temperature: Logits are divided by it first (Guo et al. 2017, On Calibration of Modern Neural
            Networks).
    """
    scaled = np.asarray(logits, np.float64) / temperature
    # Without this shift, exp overflows for large logits.
    scaled -= scaled.max(axis=-1, keepdims=True)
    exponentials = np.exp(scaled)
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def softmax_row(logits: Sequence[float], temperature: float) -> list[float]:
    """Do what `softmax` does for one text; for few classes, without arrays, it takes a tenth of the time."""
    scaled = [logit / temperature for logit in logits]
    highest = max(scaled)
    exponentials = [math.exp(value - highest) for value in scaled]
    total = sum(exponentials)
    return [value / total for value in exponentials]
