"""Bootstrap intervals: how far a measured figure could be off by the luck of the sample.

Efron and Tibshirani, An Introduction to the Bootstrap, chapters 13 (percentile interval) and 16 (paired test).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_RESAMPLES = 1000
DEFAULT_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure with the interval it was measured in.

    Attributes:
        value: The figure on the whole sample.
        low: Lower end of the percentile interval.
        high: Upper end of the percentile interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    count: int,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    confidence: float = DEFAULT_CONFIDENCE,
    seed: int = 0,
) -> Interval:
    """Measure a statistic and its percentile interval.

    Args:
        statistic: Takes row numbers, returns the figure on those rows.
        count: Rows in the sample; must be at least 1.
        resamples: How many samples to draw.
        confidence: Share of the resampled figures inside the interval.
        seed: Seed of the generator.

    Returns:
        The figure on all rows and its interval.

    Raises:
        ValueError: If `count` is zero.
    """
    if count < 1:
        raise ValueError("a bootstrap needs at least one row")
    generator = np.random.default_rng(seed)
    # One sample at a time: all of them at once would take resamples x count x 8 bytes.
    values = [statistic(generator.integers(0, count, size=count)) for _ in range(resamples)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(statistic(np.arange(count))), float(low), float(high))


def mean_interval(
    values: NDArray[np.floating] | NDArray[np.bool_],
    *,
    resamples: int = DEFAULT_RESAMPLES,
    confidence: float = DEFAULT_CONFIDENCE,
    seed: int = 0,
) -> Interval:
    """Measure the mean of `values` (shape [count]) and its percentile interval.

    Given the difference of two models' hits on the same examples, this is the paired bootstrap.
    """
    return bootstrap_interval(
        lambda rows: float(values[rows].mean()),
        len(values),
        resamples=resamples,
        confidence=confidence,
        seed=seed,
    )


def mean_intervals(
    columns: NDArray[np.floating] | NDArray[np.bool_],
    *,
    resamples: int = DEFAULT_RESAMPLES,
    confidence: float = DEFAULT_CONFIDENCE,
    seed: int = 0,
) -> list[Interval]:
    """Measure the mean of each column and its percentile interval, all from the same resamples of the rows.

    Args:
        columns: Shape [count, figures], count at least 1.
        resamples: How many samples to draw.
        confidence: Share of the resampled figures inside the interval.
        seed: Seed of the generator.

    Raises:
        ValueError: If there is no row.
    """
    count = len(columns)
    if count < 1:
        raise ValueError("a bootstrap needs at least one row")
    generator = np.random.default_rng(seed)
    draws = np.array([columns[generator.integers(0, count, size=count)].mean(axis=0) for _ in range(resamples)])
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return [
        Interval(float(value), float(below), float(above))
        for value, below, above in zip(columns.mean(axis=0), low, high, strict=True)
    ]
