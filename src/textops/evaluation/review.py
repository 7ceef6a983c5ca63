"""The review band: which predictions a person should look at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.bundle import ReviewBand
from textops.inference.decision import confidence_in, decide


def choose_review_band(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    target_accuracy: float = 0.99,
    max_share: float = 0.2,
    weights: Sequence[float] | None = None,
) -> ReviewBand:
    """Choose below which probability of the answer a prediction goes to a person; see `review_band`.

    Args:
        probabilities: Calibrated probabilities of validation examples, shape [n, classes].
        labels: Class numbers, shape [n].
        target_accuracy: Accuracy wanted outside the band.
        max_share: Largest share of the examples inside the band.
        weights: What each class counts where the answer is not the most probable one.

    Raises:
        ValueError: If there is no example.
    """
    answers = decide(probabilities, weights)
    return review_band(
        confidence_in(probabilities, answers), answers == labels, target_accuracy=target_accuracy, max_share=max_share
    )


def review_band(
    confidence: NDArray[np.float64], hits: NDArray[np.bool_], *, target_accuracy: float, max_share: float
) -> ReviewBand:
    """Choose below which probability of the answer a prediction goes to a person.

    Candidates are the top probabilities seen on the validation set. Taken is the smallest at which the
    examples at or above it reach the target accuracy, so that people see no more than they must. Where that
    would send more than `max_share` of the examples to them, the most accurate candidate within that share is
    taken (the smallest of equals): people have only so much time. Where all examples together reach the
    target, the band ends at the least sure of them: it is empty on this data and still catches a prediction
    less sure than any seen here.

    Args:
        confidence: Calibrated probabilities of the answers to validation examples, shape [n].
        hits: Whether each is right, shape [n].
        target_accuracy: Accuracy wanted outside the band.
        max_share: Largest share of the examples inside the band.

    Returns:
        The band with what it meant on these examples.

    Raises:
        ValueError: If there is no example.
    """
    if len(hits) == 0:
        raise ValueError("a review band needs at least one example")
    order = np.argsort(confidence, kind="stable")
    thresholds = confidence[order]
    hits = hits[order]
    # Equal probabilities stand or fall together: each threshold counts once, at its first row.
    first = np.flatnonzero(np.diff(thresholds, prepend=-np.inf))
    inside = first / len(hits)
    accuracy_outside = (np.cumsum(hits[::-1])[::-1] / np.arange(len(hits), 0, -1))[first]
    affordable = np.flatnonzero(inside <= max_share)
    good = affordable[accuracy_outside[affordable] >= target_accuracy]
    chosen = good[0] if len(good) else affordable[accuracy_outside[affordable].argmax()]
    return ReviewBand(
        below=min(float(thresholds[first[chosen]]), 1.0),
        share=float(inside[chosen]),
        accuracy_outside=float(accuracy_outside[chosen]),
    )
