"""Calibration and threshold of each label by itself, fitted on the validation set."""

import numpy as np
from numpy.typing import NDArray

from textops.inference.label_set import given, label_probabilities, log_odds_of_sets, sigmoid
from textops.label_rules import LabelRule, SeveralLabels

_STEPS = 100
_SMALLEST_STEP = 1e-10
_RIDGE = 1e-3
_FEWEST_EXAMPLES, _FEWEST_FOR_ITSELF = 5, 10
_MOST_PAIRS = 1_000_000
_BAGS = 9

Scores = NDArray[np.float64]


def fit_rules(logits: NDArray[np.floating], targets: NDArray[np.bool_]) -> tuple[LabelRule, ...]:
    """Fit slope and shift of each label, and the threshold that makes its F1 largest.

    Targets are softened as in Platt 1999, so that a label that is always right does not promise certainty. Labels with
    fewer than ten examples share one rule, fitted to all of them together: each alone says too little, and the scores
    of all come from the same training. Where even together they have fewer than five, they are only shifted, so that
    they are promised as often as they are there, and given from one half on.

    Args:
        logits: Raw scores, shape [examples, labels].
        targets: Which labels each example has, same shape.

    Raises:
        ValueError: If there is no example, or the shapes differ.
    """
    if logits.ndim != 2 or logits.shape != targets.shape or not len(logits):  # noqa: PLR2004 (rows and columns)
        raise ValueError(f"logits {logits.shape} and targets {targets.shape} are not [examples, labels], both the same")
    scores = np.asarray(logits, np.float64)
    positives = targets.sum(axis=0)
    is_scarce = np.minimum(positives, len(targets) - positives) < _FEWEST_FOR_ITSELF
    # Very many pairs say no more than many.
    rows = slice(None, None, max(1, int(is_scarce.sum()) * len(scores) // _MOST_PAIRS))
    shared = (
        _rule(scores[rows, is_scarce].ravel(), targets[rows, is_scarce].ravel())
        if is_scarce.any()
        else LabelRule(slope=1.0, shift=0.0, threshold=0.5)
    )
    return tuple(
        shared if scarce else _rule(column, truth)
        for column, truth, scarce in zip(scores.T, targets.T, is_scarce.tolist(), strict=True)
    )


def fit_several(logits: NDArray[np.floating], targets: NDArray[np.bool_], separator: str) -> SeveralLabels:
    """Fit the rule of each label, and how sure the answer is that they make together.

    Labels are not independent, so that what their probabilities promise for the whole answer needs a slope and a shift
    of its own.

    Args:
        logits: As for `fit_rules`.
        targets: As for `fit_rules`.
        separator: Stands between labels.
    """
    rules = fit_rules(logits, targets)
    probabilities = label_probabilities(logits, rules)
    chosen = given(probabilities, rules)
    odds = log_odds_of_sets(probabilities, chosen)
    right = (chosen == targets).all(axis=1)
    is_one_sided = min(int(right.sum()), int((~right).sum())) < _FEWEST_EXAMPLES
    slope, shift = fit_sigmoid(odds, right, only_shift=is_one_sided)
    return SeveralLabels(separator=separator, rules=rules, answer_slope=slope, answer_shift=shift)


def _rule(logits: Scores, truth: NDArray[np.bool_]) -> LabelRule:
    positives = int(truth.sum())
    is_rare = min(positives, len(truth) - positives) < _FEWEST_EXAMPLES
    slope, shift = fit_sigmoid(logits, truth, only_shift=is_rare)
    threshold = 0.5 if is_rare else best_threshold(sigmoid(slope * logits + shift), truth)
    return LabelRule(slope=slope, shift=shift, threshold=threshold)


def fit_sigmoid(logits: Scores, truth: NDArray[np.bool_], *, only_shift: bool = False) -> tuple[float, float]:
    """Return slope and shift with the largest likelihood, by Newton's method with a line search (Lin et al. 2007).

    Args:
        logits: Shape [examples].
        truth: Whether each example has the label.
        only_shift: Leave the slope at 1.
    """
    positives, negatives = int(truth.sum()), int((~truth).sum())
    targets = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    columns = np.stack([logits, np.ones_like(logits)], axis=1)
    free = np.array([not only_shift, True])
    point = np.array([1.0, 0.0])
    value = _loss(columns @ point, targets, point)
    for _ in range(_STEPS):
        probabilities = sigmoid(columns @ point)
        gradient = columns.T @ (probabilities - targets) + 2 * _RIDGE * np.array([point[0] - 1, 0])
        curvature = (columns * (probabilities * (1 - probabilities))[:, None]).T @ columns + _RIDGE * np.eye(2)
        step = np.zeros(2)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], -gradient[free])
        size = 1.0
        while size > _SMALLEST_STEP:
            there = point + size * step
            new = _loss(columns @ there, targets, there)
            if new < value:
                break
            size /= 2
        else:
            break
        if value - new < _SMALLEST_STEP:
            point = there
            break
        point, value = there, new
    # A label whose scores say the contrary of what they should is no label that scores can give.
    return max(0.0, float(point[0])), float(point[1])


def _loss(scores: Scores, targets: Scores, point: Scores) -> float:
    return float((np.logaddexp(0, scores) - targets * scores).sum() + _RIDGE * (point[0] - 1) ** 2)


def best_threshold(probabilities: Scores, truth: NDArray[np.bool_]) -> float:
    """Return the threshold with the largest F1; the mean over resamples, as a single largest one is often luck."""
    generator = np.random.default_rng(0)
    found = []
    for _ in range(_BAGS):
        rows = generator.integers(0, len(truth), len(truth))
        if truth[rows].any():
            found.append(_best_threshold(probabilities[rows], truth[rows]))
    return float(np.mean(found)) if found else 0.5


def _best_threshold(probabilities: Scores, truth: NDArray[np.bool_]) -> float:
    order = np.argsort(-probabilities, kind="stable")
    sorted_probabilities, hits = probabilities[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    # Equal probabilities stand or fall together.
    ends = np.append(np.diff(sorted_probabilities) < 0, True)
    best = int(np.argmax(np.where(ends, f1, -1)))
    below = sorted_probabilities[best + 1] if best + 1 < len(order) else sorted_probabilities[best]
    return float((sorted_probabilities[best] + below) / 2)
