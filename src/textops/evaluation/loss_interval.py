"""How large the log loss may be where the examples are few and hardly any answer is wrong.

A good model pays most of its log loss for a few wrong answers. Resamples of a test set that happens to hold none know
of none: of a model with a loss of 0.1, the interval of 20 examples would hold the truth in four of ten test sets. So it
reaches at least as far as the loss of a test set with as many wrong answers as Wilson's interval allows, each as dear
as those that were seen, or as the model's own probabilities promise.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, share_interval
from textops.inference.decision import confidence_in, decide


def up_to_more_wrong_answers(
    loss: Interval,
    losses: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    smallest: float,
) -> Interval:
    """Return the interval of a log loss, up to what it would be with as many wrong answers as luck may have hidden.

    The answer is the most probable class, also where weights decide otherwise: the loss is about probabilities alone.

    Args:
        loss: As resampled.
        losses: Of each example, shape [n].
        probabilities: Shape [n, classes].
        labels: Class numbers, shape [n].
        smallest: What probabilities below it count as.
    """
    probable = decide(probabilities, None)
    wrong, confidence = probable != labels, confidence_in(probabilities, probable)
    of_a_right_one = float(-np.log(np.clip(confidence, smallest, 1)).mean())
    seen = float(losses[wrong].mean()) if wrong.any() else 0.0
    of_a_wrong_one = max(seen, _promised(probabilities, confidence, probable, smallest))
    share = share_interval(wrong).high
    return replace(loss, high=max(loss.high, (1 - share) * of_a_right_one + share * of_a_wrong_one))


def _promised(
    probabilities: NDArray[np.float64], confidence: NDArray[np.float64], probable: NDArray[np.int64], smallest: float
) -> float:
    """Return the mean loss of a wrong answer, where each class is right as often as its probability says."""
    costs = probabilities * -np.log(np.clip(probabilities, smallest, 1))
    wrong = 1 - confidence
    if wrong.sum() <= smallest:
        return float(-np.log(smallest))
    others = costs.sum(axis=1) - confidence_in(costs, probable)
    return float(others.sum() / wrong.sum())
