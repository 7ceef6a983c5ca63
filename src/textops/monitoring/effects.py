"""How far two samples are apart: effect sizes that do not grow with the number of rows, each with its interval.

The population stability index (PSI) sums `(p - q) * ln(p / q)` over the shares of both samples in bins (Kullback's
J-divergence). Two samples of the same distribution have `(bins - 1) * (1/n + 1/m)` of it on average, by chance alone
(Yurdakul, 2018); this is taken off, so that a window of 1,000 rows and one of 100,000 get the same figure.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from textops.monitoring.effect import Effect

Numbers = NDArray[np.float64]

RESAMPLES = 200
"""Bootstrap samples behind each interval."""
_LEVEL = 95.0
_SURE = 0.999
_MOST_BINS = 10
_FEWEST_BINS = 4
_ROWS_OF_A_BIN = 50
# Where a bin is empty on one side, as if half a row were in it.
_HALF_A_ROW = 0.5
# Rows behind a bootstrapped Wasserstein distance: what it costs grows with them, and the interval hardly narrows.
_ROWS_OF_A_RESAMPLE = 1_000


def population_stability(
    reference: NDArray[np.int64], window: NDArray[np.int64], random: Generator, distinct: float = np.inf
) -> Effect:
    """Return the PSI of counts in the same bins, corrected for what chance alone gives.

    Args:
        reference: Rows in each bin, shape [bins].
        window: The same of the other sample.
        random: Draws the bootstrap samples.
        distinct: As how many texts the window counts, where texts are repeated; see `effective_rows`.
    """
    rows = int(reference.sum()), max(1, round(min(distinct, int(window.sum()))))
    chance = (len(reference) - 1) * (1 / rows[0] + 1 / rows[1])
    samples = zip((reference, window), rows, strict=True)
    drawn = [random.multinomial(count, each / each.sum(), size=RESAMPLES) for each, count in samples]
    # The samples differ from the truth once, and the bootstrap's from the samples once more.
    resampled = _psi(drawn[0], drawn[1]) - 2 * chance
    low, high = _interval(resampled)
    value = max(0.0, float(_psi(reference[None], window[None])[0]) - chance)
    return Effect(value=value, low=min(max(0.0, low), value), high=max(high, value))


def stability_by_luck(bins: int, reference: float, window: float) -> float:
    """Return the corrected PSI below which two samples of the same distribution stay in 999 of 1,000 cases.

    Times `1 / (1/n + 1/m)`, the PSI of such samples follows a chi-squared distribution with `bins - 1` degrees of
    freedom (Yurdakul, 2018). With few held-out texts it reaches what banks call a change, and a check looks at twenty
    features: so sure, one check in fifty would be wrong about any of them.

    Args:
        bins: How many bins there are.
        reference: Rows of the reference, at least one.
        window: Rows of the window, repeated texts counted once.
    """
    from scipy.stats import chi2

    freedom = bins - 1
    if not freedom:
        return 0.0
    return float(chi2.ppf(_SURE, freedom) - freedom) * (1 / reference + 1 / max(1.0, window))


def effective_rows(rows: Numbers) -> float:
    """Return how many texts a sample with repeated texts is worth: n**2 / sum(count**2) over the different rows.

    A thousand answers to a hundred texts tell no more of the world than a hundred do (Kish's effective sample size).

    Args:
        rows: Features of each text, shape [rows, features]; NaN equals NaN.
    """
    _, counts = np.unique(np.nan_to_num(rows, nan=-1.0), axis=0, return_counts=True)
    return float(counts.sum() ** 2 / (counts.astype(np.float64) ** 2).sum())


def _psi(reference: NDArray[np.int64], window: NDArray[np.int64]) -> Numbers:
    """Return the PSI of each row of counts, shape [samples, bins]."""
    first, second = _shares(reference), _shares(window)
    return np.asarray(((second - first) * np.log(second / first)).sum(axis=1))


def _shares(counts: NDArray[np.int64]) -> Numbers:
    smoothed = np.maximum(counts, _HALF_A_ROW)
    return np.asarray(smoothed / smoothed.sum(axis=1, keepdims=True))


def jensen_shannon(reference: NDArray[np.int64], window: NDArray[np.int64]) -> float:
    """Return the Jensen-Shannon distance of counts in the same bins: 0 for equal shares, 1 for nothing in common."""
    first, second = reference / reference.sum(), window / window.sum()
    middle = (first + second) / 2
    divergence = (_relative_entropy(first, middle) + _relative_entropy(second, middle)) / 2
    return math.sqrt(max(0.0, divergence))


def _relative_entropy(shares: Numbers, other: Numbers) -> float:
    present = shares > 0
    return float((shares[present] * np.log2(shares[present] / other[present])).sum())


def wasserstein(reference: Numbers, window: Numbers, random: Generator) -> Effect:
    """Return how far values have moved on average, in standard deviations of the reference.

    Args:
        reference: Values, at least one.
        window: The same of the other sample.
        random: Draws the bootstrap samples.
    """
    from scipy.stats import wasserstein_distance

    spread = float(reference.std()) or float(np.concatenate([reference, window]).std()) or 1.0
    resampled = [
        wasserstein_distance(_resample(reference, random), _resample(window, random)) / spread
        for _ in range(RESAMPLES // 2)
    ]
    value = float(wasserstein_distance(reference, window)) / spread
    low, high = _interval(np.array(resampled))
    return Effect(value=value, low=min(low, value), high=max(high, value))


def _resample(values: Numbers, random: Generator) -> Numbers:
    return values[random.integers(len(values), size=min(len(values), _ROWS_OF_A_RESAMPLE))]


def quantile_edges(reference: Numbers) -> Numbers:
    """Return the inner edges of bins that hold about equally many values of the reference.

    Small references get fewer bins. A value that takes more than one bin gets one of its own, so that leaving it, to
    either side, is seen.
    """
    bins = int(np.clip(len(reference) // _ROWS_OF_A_BIN, _FEWEST_BINS, _MOST_BINS))
    quantiles = np.quantile(reference, np.linspace(0, 1, bins + 1)[1:-1])
    edges, counts = np.unique(quantiles, return_counts=True)
    heavy = edges[(counts > 1) | (edges == reference.min()) | (edges == reference.max())]
    return np.union1d(edges, np.nextafter(heavy, -np.inf))


def count_in_bins(values: Numbers, edges: Numbers) -> NDArray[np.int64]:
    """Return how many values lie in each bin; an edge belongs to the bin below it."""
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)


def count_names(names: Sequence[str], of: Sequence[str]) -> NDArray[np.int64]:
    """Return how often each name occurs, in the order of `of`."""
    places = {name: place for place, name in enumerate(of)}
    return np.bincount([places[name] for name in names], minlength=len(of))


def bootstrapped(value: Callable[[NDArray[np.intp]], float], rows: int, random: Generator) -> Effect:
    """Return a figure of rows with its interval.

    Args:
        value: Computes it from row numbers.
        rows: How many rows there are, at least one.
        random: Draws the bootstrap samples.
    """
    resampled = np.array([value(random.integers(rows, size=rows)) for _ in range(RESAMPLES)])
    low, high = _interval(resampled[np.isfinite(resampled)])
    measured = value(np.arange(rows))
    return Effect(value=measured, low=min(low, measured), high=max(high, measured))


def _interval(resampled: Numbers) -> tuple[float, float]:
    tail = (100 - _LEVEL) / 2
    low, high = np.percentile(resampled, [tail, 100 - tail])
    return float(low), float(high)
