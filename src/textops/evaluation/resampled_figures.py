"""A figure and the same of resamples, each of which may be undefined: what the sample lacks cannot be measured."""

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_CONFIDENCE, Interval


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where the denominator is zero and the figure has no meaning."""
    undefined = np.full_like(numerator, np.nan)
    return np.divide(numerator, denominator, out=undefined, where=denominator > 0)


def percentile_interval(value: float, resampled: NDArray[np.float64]) -> Interval:
    """Return a figure with its percentile interval.

    Args:
        value: On the whole sample; NaN becomes 0.
        resampled: The figure on each resample, shape [resamples]; NaN is left out.
    """
    value = float(np.nan_to_num(value))
    defined = resampled[np.isfinite(resampled)]
    if not len(defined):
        return Interval(value, value, value)
    tail = (1 - DEFAULT_CONFIDENCE) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(value, float(low), float(high))
