"""Several labels of one text: a probability for each label by itself, and which of them are given."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.label_rules import LabelRule, SeveralLabels

_SMALLEST = 1e-12


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


def probability_of_sets(probabilities: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the probability that exactly these labels are right, each taken to be independent; shape [texts]."""
    return np.asarray(np.where(chosen, probabilities, 1 - probabilities).prod(axis=1))


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln(p / (1 - p)), finite also for certainty."""
    kept = np.clip(probabilities, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def log_odds_of_sets(probabilities: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the log odds of `probability_of_sets`; of a thousand labels the product itself may be too small."""
    right = np.where(chosen, probabilities, 1 - probabilities)
    logarithms = np.minimum(np.log(np.maximum(right, _SMALLEST)).sum(axis=1), -_SMALLEST)
    return np.asarray(logarithms - np.log(-np.expm1(logarithms)))


def confidence_of_sets(
    probabilities: NDArray[np.float64], chosen: NDArray[np.bool_], several: SeveralLabels
) -> NDArray[np.float64]:
    """Return the calibrated probability that exactly these labels are right, shape [texts]."""
    odds = log_odds_of_sets(probabilities, chosen)
    return sigmoid(several.answer_slope * odds + several.answer_shift)


def label_row(logits: Sequence[float], rules: Sequence[LabelRule]) -> list[float]:
    """Do what `label_probabilities` does for one text, without arrays."""
    return [_sigmoid(logit * rule.slope + rule.shift) for logit, rule in zip(logits, rules, strict=True)]


def confidence_of_set(probabilities: Sequence[float], chosen: Sequence[bool], several: SeveralLabels) -> float:
    """Do what `confidence_of_sets` does for one text, without arrays."""
    logarithm = sum(
        math.log(max(probability if is_given else 1 - probability, _SMALLEST))
        for probability, is_given in zip(probabilities, chosen, strict=True)
    )
    kept = min(logarithm, -_SMALLEST)
    odds = kept - math.log(-math.expm1(kept))
    return _sigmoid(several.answer_slope * odds + several.answer_shift)


def _sigmoid(score: float) -> float:
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    small = math.exp(score)
    return small / (1 + small)
