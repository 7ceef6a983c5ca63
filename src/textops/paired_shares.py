"""Two shares of the same examples: the interval of their difference, and how many examples show a small one.

Both models are right or wrong on the very same examples, so only those count on which one alone is right: `lost` by the
first, or `won`. The interval is the score interval of Tango (1998, Equivalence Test and Confidence Interval for the
Difference in Proportions for the Paired-Sample Design). Resamples of a sample in which nothing is lost lose nothing
either: their interval is a point, however few the examples are. Tango's has a width there too, and keeps the level that
it promises down to a handful of examples (Newcombe 1998, Improved Confidence Intervals for the Difference between
Binomial Proportions Based on Paired Data; Fagerland et al. 2014, Recommended Tests and Confidence Intervals for Paired
Binomial Proportions).
"""

import math

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval

# Of the normal distribution: 95 % between plus and minus, and 80 % below.
_QUANTILE, _POWER_QUANTILE = 1.959963984540054, 0.8416212335729143
POWER = 0.8

_STEPS = 60
_ROUNDING = 1e-9
_TOLERANCE_STEP = 1e-5
_MOST_EXACT = 10_000
_SPREADS = 8

Numbers = NDArray[np.float64]


def paired_interval(lost: int, won: int, examples: int) -> Interval:
    """Measure by how much one share is above another one of the same examples, with the 95 % interval of Tango.

    Args:
        lost: Examples on which only the other model is right.
        won: Examples on which only this one is right.
        examples: All, at least 1.

    Raises:
        ValueError: If there is no example.
    """
    if examples < 1:
        raise ValueError("a difference needs at least one example")
    value = (won - lost) / examples
    return Interval(value, _lower_end(lost, won, examples), -_lower_end(won, lost, examples))


def paired_interval_of(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Interval:
    """Do the same for two models by whether each is right, by example, shape [examples]."""
    return paired_interval(int((second & ~first).sum()), int((first & ~second).sum()), len(first))


def share_that_passes(examples: int, disagreement: float, worse: float, tolerance: float) -> float:
    """Return how often the lower end of the interval does not lie below `-tolerance`, over all test sets.

    Args:
        examples: Size of a test set.
        disagreement: Share of all texts on which one of the two alone is right.
        worse: By how much the first is really worse; at most `disagreement`.
        tolerance: Loss that does not matter.
    """
    losing, winning = (disagreement + worse) / 2, (disagreement - worse) / 2
    lost, won = _likely(examples, losing), _likely(examples, winning)
    lost, won = lost[:, None], won[None, :]
    both = examples - lost - won
    possible = both >= 0
    both = np.maximum(both, 0)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, examples + 1)))])
    log_chance = log_factorials[examples] - sum(
        log_factorials[counts.astype(np.intp)] - _times_log(counts, chance)
        for counts, chance in ((lost, losing), (won, winning), (both, 1 - disagreement))
    )
    passes = _score(lost, won, examples, -tolerance) >= _QUANTILE - _ROUNDING
    return float(min(1.0, np.exp(log_chance[possible & passes]).sum()))


def examples_needed(disagreement: float, tolerance: float) -> int | None:
    """Return from how many examples on two equally good models pass in eight of ten test sets.

    Args:
        disagreement: Share of the examples on which one of the two alone is right.
        tolerance: Loss that does not matter.

    Returns:
        None where no number is enough, because nothing may be lost.
    """
    if tolerance <= 0:
        return None
    # Fewer can never show it. By the normal distribution: holds where thousands are needed, too few below.
    low = max(1, math.ceil(_QUANTILE**2 * (1 - tolerance) / tolerance))
    by_normal = (_QUANTILE + _POWER_QUANTILE) ** 2 * disagreement / tolerance**2
    if max(low, by_normal) > _MOST_EXACT:
        return max(low, math.ceil(by_normal))
    high = low
    while share_that_passes(high, disagreement, 0.0, tolerance) < POWER:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        if share_that_passes(middle, disagreement, 0.0, tolerance) < POWER:
            low = middle + 1
        else:
            high = middle
    return high


def tolerance_told(examples: int, disagreement: float) -> float:
    """Return the tolerance with which two equally good models pass in eight of ten test sets of that size.

    Args:
        examples: Size of a test set.
        disagreement: Share of the examples on which one of the two alone is right.
    """
    if examples > _MOST_EXACT:
        least = _QUANTILE**2 / (examples + _QUANTILE**2)
        return max(least, (_QUANTILE + _POWER_QUANTILE) * math.sqrt(disagreement / examples))
    low, high = 0.0, 1.0
    while high - low > _TOLERANCE_STEP:
        middle = (low + high) / 2
        if share_that_passes(examples, disagreement, 0.0, middle) < POWER:
            low = middle
        else:
            high = middle
    return high


def _lower_end(lost: int, won: int, examples: int) -> float:
    """Return the smallest difference that the counts do not speak against."""
    low, high = -1.0, (won - lost) / examples
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _score(np.array(float(lost)), np.array(float(won)), examples, middle) > _QUANTILE:
            low = middle
        else:
            high = middle
    return high


def _score(lost: Numbers, won: Numbers, examples: int, difference: float) -> Numbers:
    """Return how many standard errors the counts lie above a difference that is supposed to be the true one."""
    # The most likely share that is lost, given the difference: the larger root of a quadratic equation.
    linear = -won - lost + (2 * examples - won + lost) * difference
    constant = -lost * difference * (1 - difference)
    root = np.sqrt(np.maximum(linear**2 - 8 * examples * constant, 0))
    likely = (root - linear) / (4 * examples)
    variance = np.maximum(examples * (2 * likely + difference * (1 - difference)), 0)
    excess = won - lost - examples * difference
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(excess == 0, 0.0, excess / np.sqrt(variance))


def _likely(examples: int, chance: float) -> Numbers:
    """Return the counts that happen in all but a negligible share of the test sets."""
    middle, spread = examples * chance, _SPREADS * math.sqrt(examples * chance * (1 - chance)) + _SPREADS
    if chance <= 0:
        return np.zeros(1)
    return np.arange(max(0, math.floor(middle - spread)), min(examples, math.ceil(middle + spread)) + 1, dtype=float)


def _times_log(counts: Numbers, chance: float) -> Numbers:
    """Return the logarithm of a chance to the power of counts; zero to the power of zero is one."""
    if chance <= 0:
        return np.where(counts == 0, 0.0, -np.inf)
    return counts * math.log(chance)
