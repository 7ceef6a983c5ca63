"""Calibration: whether 0.8 means right in eight of ten cases, and the one number that mends it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.calibration_error import DEFAULT_BINS, bin_numbers, calibration_error
from textops.inference.decision import confidence_in, decide

LOWEST_TEMPERATURE = 0.01
HIGHEST_TEMPERATURE = 100.0

_GOLDEN_RATIO = (math.sqrt(5) - 1) / 2
_LOG_TEMPERATURE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class ReliabilityBin:
    """The examples whose top probability lies in (low, high].

    Attributes:
        low: Lower edge.
        high: Upper edge.
        count: Examples in the bin, at least 1.
        confidence: Their mean top probability.
        accuracy: The share of them whose top class is right.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Reliability:
    """What a reliability diagram shows: the bins that hold examples, in rising order."""

    bins: tuple[ReliabilityBin, ...]

    @property
    def examples(self) -> int:
        """Examples over all bins."""
        return sum(part.count for part in self.bins)

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance between confidence and accuracy, weighted by examples; 0 is perfect, 1 the worst."""
        gaps = sum(part.count * abs(part.accuracy - part.confidence) for part in self.bins)
        return gaps / self.examples


def measure_reliability(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    bins: int = DEFAULT_BINS,
    weights: Sequence[float] | None = None,
) -> Reliability:
    """Sort examples into bins by the probability of the answer and measure confidence and accuracy of each.

    Args:
        probabilities: Shape [n, classes], n at least 1.
        labels: Class numbers, shape [n].
        bins: How many bins of equal width.
        weights: What each class counts where the answer is not the most probable one.

    Raises:
        ValueError: If there is no example.
    """
    if len(labels) == 0:
        raise ValueError("calibration needs at least one example")
    chosen = decide(probabilities, weights)
    return reliability_of(confidence_in(probabilities, chosen), chosen == labels, bins)


def reliability_of(confidence: NDArray[np.float64], hits: NDArray[np.bool_], bins: int = DEFAULT_BINS) -> Reliability:
    """Sort examples into bins by the confidence of the answer; whether it is right, `hits` tells; both shape [n]."""
    numbers = bin_numbers(confidence, bins)
    counts = np.bincount(numbers, minlength=bins)
    confidence_sums = np.bincount(numbers, weights=confidence, minlength=bins)
    hit_sums = np.bincount(numbers, weights=hits, minlength=bins)
    return Reliability(
        tuple(
            ReliabilityBin(
                low=number / bins,
                high=(number + 1) / bins,
                count=int(counts[number]),
                confidence=float(confidence_sums[number] / counts[number]),
                accuracy=float(hit_sums[number] / counts[number]),
            )
            for number in np.flatnonzero(counts).tolist()
        )
    )


def expected_calibration_error(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    bins: int = DEFAULT_BINS,
    weights: Sequence[float] | None = None,
) -> float:
    """Return the expected calibration error over bins of equal width, see `textops.calibration_error`.

    Args:
        probabilities: Shape [n, classes], n at least 1.
        labels: Class numbers, shape [n].
        bins: How many bins of equal width.
        weights: What each class counts where the answer is not the most probable one.

    Raises:
        ValueError: If there is no example.
    """
    if len(labels) == 0:
        raise ValueError("calibration needs at least one example")
    chosen = decide(probabilities, weights)
    return calibration_error(confidence_in(probabilities, chosen), chosen == labels, bins)


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Find the temperature that makes the softmax of validation logits honest.

    Minimises the negative log likelihood over the logarithm of the temperature (Guo et al. 2017, On
    Calibration of Modern Neural Networks). It is convex in 1/temperature, so it has one valley and a
    golden-section search finds its floor.

    Where every validation example is right, the likelihood alone would ask for a temperature of zero and
    promise certainty. As in Platt 1999 (Probabilistic Outputs for Support Vector Machines, section 2.2), one
    more example whose label is anybody's guess is added to the n seen: it weighs 1/(n + 1) and keeps the
    valley inside the range.

    Args:
        logits: Raw scores of validation examples, shape [n, classes].
        labels: Class numbers, shape [n].

    Returns:
        What logits must be divided by, between `LOWEST_TEMPERATURE` and `HIGHEST_TEMPERATURE`; 1.0 where the
        logits are all alike and say nothing.

    Raises:
        ValueError: If there is no example, the shapes differ, or a logit is not finite.
    """
    scores = np.asarray(logits, np.float64)
    if scores.ndim != 2 or len(scores) == 0 or labels.shape != scores.shape[:1]:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"logits {scores.shape} and labels {labels.shape} are not [n, classes] and [n], n > 0")
    if not np.isfinite(scores).all():
        raise ValueError("logits are not finite")
    # Only differences count; with the top at zero, exp never overflows.
    scores = scores - scores.max(axis=1, keepdims=True)
    if not scores.any():
        return 1.0
    guess_weight = 1 / (len(scores) + 1)
    right = scores[np.arange(len(labels)), labels]
    target_score = (1 - guess_weight) * right.mean() + guess_weight * scores.mean()

    def loss(log_temperature: float) -> float:
        factor = math.exp(-log_temperature)
        return float(np.log(np.exp(scores * factor).sum(axis=1)).mean() - target_score * factor)

    return math.exp(_golden_section(loss, math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE)))


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley between `low` and `high` is lowest (Kiefer 1953)."""
    left = high - _GOLDEN_RATIO * (high - low)
    right = low + _GOLDEN_RATIO * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > _LOG_TEMPERATURE_TOLERANCE:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN_RATIO * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN_RATIO * (high - low)
            at_right = function(right)
    return (low + high) / 2
