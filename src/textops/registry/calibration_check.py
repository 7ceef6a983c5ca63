"""Whether the candidate's probabilities can be believed."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_CONFIDENCE, DEFAULT_RESAMPLES, Interval, bootstrap_interval
from textops.calibration_error import calibration_error
from textops.registry.gate import GateCheck


def error_by_luck(confidence: NDArray[np.float64], resamples: int = DEFAULT_RESAMPLES, seed: int = 0) -> float:
    """Return the error below which a model that is calibrated perfectly stays in 97.5 of 100 test sets like this.

    The fewer the examples, the larger: an error is never negative, so luck only adds to it. Each example is right
    with the probability that was promised for it (Broecker and Smith 2007, Increasing the Reliability of
    Reliability Diagrams: consistency resampling).

    Args:
        confidence: Top probability by example, shape [examples].
        resamples: How many test sets to draw.
        seed: Seed of the generator.
    """
    generator = np.random.default_rng(seed)
    errors = [calibration_error(confidence, generator.random(len(confidence)) < confidence) for _ in range(resamples)]
    return float(np.quantile(errors, (1 + DEFAULT_CONFIDENCE) / 2))


def down_to_zero_by_luck(error: Interval, confidence: NDArray[np.float64]) -> Interval:
    """Return the interval of an error, from 0 on where a perfectly calibrated model shows as much by luck.

    An error is measured too large on every sample, the more so the smaller it is, and resamples of it know nothing of
    that: without this, the interval of a perfect model would hold the truth in hardly any test set.

    Args:
        error: Expected calibration error.
        confidence: Probability of the answer by example, shape [examples].
    """
    return replace(error, low=0.0) if error.value <= error_by_luck(confidence) else error


def calibrated(confidence: NDArray[np.float64], hits: NDArray[np.bool_], bound: float) -> GateCheck:
    """Check that the expected calibration error is not provably above the bound.

    Refused where the whole bootstrap interval lies above the bound and luck does not explain the error either:
    on a small test set even a perfect model shows an error of several hundredths.

    Args:
        confidence: Top probability by example, shape [examples].
        hits: Whether the top class is right, shape [examples].
        bound: Largest error that is all right.
    """
    error = bootstrap_interval(lambda rows: calibration_error(confidence[rows], hits[rows]), len(hits))
    luck = error_by_luck(confidence)
    return GateCheck(
        name="calibration",
        passed=error.low <= bound or error.value <= luck,
        figure=error,
        sentence=(
            f"expected calibration error {error} on {len(hits)} examples; its lower end must not lie above "
            f"{bound:.4f} (by luck alone up to {luck:.4f} on so many)"
        ),
    )
