"""Calibration and threshold of each label by itself, fitted on the validation set."""

import math

import numpy as np
from numpy.typing import NDArray

from textops.inference.label_set import given, label_probabilities, log_odds_of_sets, sigmoid
from textops.label_rules import LabelRule, SeveralLabels

_STEPS = 100
_SMALLEST_STEP = 1e-10
_RIDGE = 1e-3
_FEWEST_EXAMPLES, _FEWEST_FOR_ITSELF = 5, 10
_MOST_PAIRS = 1_000_000
# Where there is nothing to fit: what is more likely than not is given.
_NO_RULE = LabelRule(slope=1.0, shift=0.0, threshold=0.5)
_BAGS = 9
# One-sided, five in a hundred, of the normal distribution.
_SURE_OF_SKILL = 1.645

Scores = NDArray[np.float64]


def fit_rules(logits: NDArray[np.floating], targets: NDArray[np.bool_]) -> tuple[LabelRule, ...]:
    """Fit slope and shift of each label, and the threshold from which on it is given.

    The threshold lies half way between the one that makes the F1 of the label largest and the one that makes the F1
    over all labels largest, by their geometric mean. By its own alone, a label that scores say little about would be
    given to every text: that is what makes its F1 largest (Lipton et al. 2014, Optimal Thresholding of Classifiers to
    Maximize F1 Measure). By the common one alone, labels that are hard to find would hardly be given. The common one
    helps only where scores say more of other labels, so a label that they are not shown to tell apart (Mann and Whitney
    1947) is given from one half on.

    Targets are softened as in Platt 1999, so that a label that is always right does not promise certainty. Labels with
    fewer than ten examples share one rule, fitted to all of them together: each alone says too little, and the scores
    of all come from the same training. Where even together they have fewer than five, they are only shifted, so that
    they are promised as often as they are there, and given from one half on. The scores of the more frequent of them
    are higher on every text, so that a threshold that is shared would give those to most: each has its own moved up
    until at most one validation example more is given it than has it.

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
    rows = _enough_rows(len(scores), int(is_scarce.sum()))
    scarce = scores[rows, is_scarce].ravel(), targets[rows, is_scarce].ravel()
    shared = _rule(*scarce) if is_scarce.any() else _NO_RULE
    rules = tuple(
        shared if alone_says_too_little else _rule(column, truth)
        for column, truth, alone_says_too_little in zip(scores.T, targets.T, is_scarce.tolist(), strict=True)
    )
    is_chosen = np.where(is_scarce, _tells(*scarce), [_tells(*pair) for pair in zip(scores.T, targets.T, strict=True)])
    moderated = _moderated(rules, scores, targets, is_chosen=is_chosen)
    return _given_no_more_than_had(moderated, scores, targets, is_scarce=is_scarce)


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
    slope, shift = fit_sigmoid(odds, right, only_shift=not _says_enough(right))
    return SeveralLabels(separator=separator, rules=rules, answer_slope=slope, answer_shift=shift)


def _enough_rows(examples: int, labels: int) -> slice:
    """Return which examples to look at: very many pairs of example and label say no more than many."""
    return slice(None, None, max(1, examples * labels // _MOST_PAIRS))


def _moderated(
    rules: tuple[LabelRule, ...], scores: Scores, targets: NDArray[np.bool_], is_chosen: NDArray[np.bool_]
) -> tuple[LabelRule, ...]:
    """Move each threshold that was chosen half way to the one that is best for all such labels together."""
    if not is_chosen.any():
        return rules
    rows = _enough_rows(*scores.shape)
    probabilities = label_probabilities(scores[rows], rules)[:, is_chosen]
    common = best_threshold(probabilities.ravel(), targets[rows][:, is_chosen].ravel())
    return tuple(
        rule.model_copy(update={"threshold": math.sqrt(rule.threshold * common)}) if chosen else rule
        for rule, chosen in zip(rules, is_chosen.tolist(), strict=True)
    )


def _given_no_more_than_had(
    rules: tuple[LabelRule, ...], scores: Scores, targets: NDArray[np.bool_], is_scarce: NDArray[np.bool_]
) -> tuple[LabelRule, ...]:
    """Move the thresholds of labels that share a rule up, where they would go to many more examples than have them."""
    probabilities = label_probabilities(scores, rules)
    most = targets.sum(axis=0) + 1
    capped = []
    for number, rule in enumerate(rules):
        falling = np.sort(probabilities[:, number])[::-1]
        if is_scarce[number] and most[number] < len(falling) and falling[most[number]] >= rule.threshold:
            given_last, next_one = falling[most[number] - 1 : most[number] + 1].tolist()
            above = max((given_last + next_one) / 2, math.nextafter(next_one, 1.0))
            capped.append(rule.model_copy(update={"threshold": above}))
        else:
            capped.append(rule)
    return tuple(capped)


def _says_enough(truth: NDArray[np.bool_]) -> bool:
    positives = int(truth.sum())
    return min(positives, len(truth) - positives) >= _FEWEST_EXAMPLES


def _tells(logits: Scores, truth: NDArray[np.bool_]) -> bool:
    """Return whether those that have the label are proven to score higher: by the normal limit of the sum of ranks."""
    if not _says_enough(truth):
        return False
    having, lacking = int(truth.sum()), int((~truth).sum())
    # Equal scores share the mean of their ranks.
    _, place, counts = np.unique(logits, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    excess = float(ranks[truth].sum()) - having * (len(truth) + 1) / 2
    return excess > _SURE_OF_SKILL * math.sqrt(having * lacking * (len(truth) + 1) / 12)


def _rule(logits: Scores, truth: NDArray[np.bool_]) -> LabelRule:
    slope, shift = fit_sigmoid(logits, truth, only_shift=not _says_enough(truth))
    tells = _tells(logits, truth)
    threshold = best_threshold(sigmoid(slope * logits + shift), truth) if tells else _NO_RULE.threshold
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
    return float(np.mean(found)) if found else _NO_RULE.threshold


def _best_threshold(probabilities: Scores, truth: NDArray[np.bool_]) -> float:
    order = np.argsort(-probabilities, kind="stable")
    sorted_probabilities, hits = probabilities[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    # Equal probabilities stand or fall together.
    ends = np.append(np.diff(sorted_probabilities) < 0, True)
    best = int(np.argmax(np.where(ends, f1, -1)))
    below = sorted_probabilities[best + 1] if best + 1 < len(order) else sorted_probabilities[best]
    return float((sorted_probabilities[best] + below) / 2)
