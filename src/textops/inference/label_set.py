"""Several labels of one text: a probability for each label by itself, and which of them are given."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.frozen import Frozen


class LabelRule(Frozen):
    """From the logit of one label to whether it is given.

    Attributes:
        slope: What the logit is multiplied by before the sigmoid (Platt 1999, Probabilistic Outputs for Support Vector
            Machines).
        shift: What is added to it then.
        threshold: Smallest probability with which the label is given.
    """

    slope: float
    shift: float
    threshold: float


def label_probabilities(logits: NDArray[np.floating], rules: Sequence[LabelRule]) -> NDArray[np.float64]:
    """Return the calibrated probability of each label, shape [texts, labels].

    Args:
        logits: Raw scores, shape [texts, labels].
        rules: One for each label.
    """
    slopes, shifts = np.array([rule.slope for rule in rules]), np.array([rule.shift for rule in rules])
    return sigmoid(np.asarray(logits, np.float64) * slopes + shifts)


def sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-score)) without overflow."""
    # exp of what is never above zero.
    small = np.exp(-np.abs(scores))
    return np.asarray(np.where(scores >= 0, 1, small) / (1 + small))


def given(probabilities: NDArray[np.float64], rules: Sequence[LabelRule]) -> NDArray[np.bool_]:
    """Return which labels are given, shape [texts, labels]; a text may have none."""
    return np.asarray(probabilities >= np.array([rule.threshold for rule in rules]))


def label_row(logits: Sequence[float], rules: Sequence[LabelRule]) -> list[float]:
    """Do what `label_probabilities` does for one text, without arrays."""
    return [_sigmoid(logit * rule.slope + rule.shift) for logit, rule in zip(logits, rules, strict=True)]


def _sigmoid(score: float) -> float:
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    small = math.exp(score)
    return small / (1 + small)
