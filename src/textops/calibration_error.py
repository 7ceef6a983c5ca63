"""The expected calibration error: how far promised and real accuracy lie apart.

Naeini et al. 2015, Obtaining Well Calibrated Probabilities Using Bayesian Binning; bins as in Guo et al. 2017, On
Calibration of Modern Neural Networks.
"""

import numpy as np
from numpy.typing import NDArray

DEFAULT_BINS = 15


def bin_numbers(confidence: NDArray[np.float64], bins: int = DEFAULT_BINS) -> NDArray[np.intp]:
    """Return the number of the equal-width bin (low, high] of each top probability, shape [n].

    Equal widths, not equal masses: the edges do not depend on the data, so that figures before and after
    scaling, of resamples and of other people's models can be compared.
    """
    edges = np.linspace(0, 1, bins + 1)
    # Zero belongs to the first bin although (low, high] leaves it out; rounding may exceed one.
    return np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)


def calibration_error(confidence: NDArray[np.float64], hits: NDArray[np.bool_], bins: int = DEFAULT_BINS) -> float:
    """Return the mean distance between confidence and accuracy over bins of equal width, weighted by examples.

    Args:
        confidence: Top probability by example, shape [examples], at least one.
        hits: Whether the top class is right, shape [examples].
        bins: How many bins.
    """
    gaps = np.bincount(bin_numbers(confidence, bins), weights=confidence - hits)
    return float(np.abs(gaps).sum() / len(hits))
