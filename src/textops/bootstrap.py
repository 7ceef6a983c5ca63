"""Intervals: how far a measured figure could be off by the luck of the sample.

Efron and Tibshirani, An Introduction to the Bootstrap, chapters 13 (percentile interval) and 16 (paired test). A share
of examples has the interval of Wilson instead.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_RESAMPLES = 1000
DEFAULT_CONFIDENCE = 0.95

# Of the normal distribution, for 95 %.
_NORMAL_QUANTILE = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A figure with the interval it was measured in.

    Attributes:
        value: The figure on the whole sample.
        low: Lower end of the interval.
        high: Upper end of the interval.
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


def share_interval(hits: NDArray[np.bool_] | NDArray[np.floating]) -> Interval:
    """Measure how large a share of examples is right, with the 95 % score interval of Wilson.

    Resamples of a sample in which everything is right are right in everything: their interval is a point, however few
    the examples are. Wilson's has a width there too, and covers the truth as often as it promises down to a handful
    of examples (Wilson 1927, Probable Inference; Brown, Cai and DasGupta 2001, Interval Estimation for a Binomial
    Proportion).

    Args:
        hits: 1 where an example is right, shape [count].

    Raises:
        ValueError: If there is no example.
    """
    if len(hits) < 1:
        raise ValueError("a share needs at least one example")
    return share_intervals(np.array([hits.sum()], np.float64), np.array([len(hits)], np.float64))[0]


def share_intervals(right: NDArray[np.float64], of: NDArray[np.float64]) -> list[Interval]:
    """Measure several shares, see `share_interval`; one of nothing is 0 and may be anything.

    Args:
        right: Examples that are right, shape [shares].
        of: Examples in all, same shape.
    """
    counts = np.maximum(of, 1.0)
    share, spread = right / counts, _NORMAL_QUANTILE**2 / counts
    middle, half = share + spread / 2, np.sqrt(spread * (share * (1 - share) + spread / 4))
    # Rounding must not leave the share itself outside.
    low = np.clip((middle - half) / (1 + spread), 0, share)
    high = np.clip((middle + half) / (1 + spread), share, 1)
    high[of == 0] = 1.0
    return [Interval(*three) for three in zip(share.tolist(), low.tolist(), high.tolist(), strict=True)]
