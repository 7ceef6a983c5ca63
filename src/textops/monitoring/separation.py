"""All features together: can a classifier tell live traffic from held-out data?

What changes together, such as long texts with few digits, shows in no feature by itself. A logistic regression is
trained to tell the two apart, and asked about rows that it has not seen (Lopez-Paz and Oquab, 2017, the classifier
two-sample test). Its area under the curve is an effect size: it does not grow with the number of rows.
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from textops.inference.label_set import log_odds
from textops.monitoring.answered_labels import NO_LABEL
from textops.monitoring.effects import Numbers, bootstrapped, count_names
from textops.monitoring.findings import Separation
from textops.monitoring.reference import Reference
from textops.monitoring.thresholds import Thresholds, graded
from textops.monitoring.window import Window

_FOLDS = 5
_MOST_TEXTS = 4_000
_TELLING = 5
_MOST_CLASSES = 50
_DECIMALS = 6
_FARTHEST = 6.0
_SMALLEST_PROBABILITY = 1e-6
_MOST_ROWS_HAVE_IT = 0.5


def separation(reference: Reference, window: Window, thresholds: Thresholds, random: Generator) -> Separation | None:
    """Measure how well the two can be told apart; None where too few different texts are left.

    What is repeated counts once: a classifier would know it again.
    """
    names, before, now = _matrices(reference, window)
    if not names:
        return None
    before, now = _different(before, random), _different(now, random)
    if min(len(before), len(now)) < 2 * _FOLDS or len(now) < thresholds.drift_labels:
        return None
    rows = _standardized(np.concatenate([before, now]), before)
    is_live = np.repeat([0, 1], [len(before), len(now)])
    scores, weights = _held_out_scores(rows, is_live)
    area = bootstrapped(lambda chosen: area_under_curve(scores[chosen], is_live[chosen]), len(rows), random)
    telling = [names[place] for place in np.argsort(-np.abs(weights))[:_TELLING]]
    verdict = graded(area.value, thresholds.drift_separation_warn, thresholds.drift_separation)
    return Separation(verdict=verdict, area=area, texts=len(now), telling=tuple(telling))


def _matrices(reference: Reference, window: Window) -> tuple[list[str], Numbers, Numbers]:
    """Return the features that most rows have, and what the model says of each class, shape [rows, features].

    The few rows that lack one, as an older version of textops has written them, are left out.
    """
    known = {
        name: (np.isfinite(values), np.isfinite(window.features[name])) for name, values in reference.features.items()
    }
    names = [name for name, sides in known.items() if min(side.mean() for side in sides) >= _MOST_ROWS_HAVE_IT]
    before = [reference.features[name] for name in names]
    now = [window.features[name] for name in names]
    whole_before = np.all([np.ones(len(reference), bool), *(known[name][0] for name in names)], axis=0)
    whole_now = np.all([np.ones(len(window), bool), *(known[name][1] for name in names)], axis=0)
    if reference.probabilities is not None:
        shown = _most_frequent(reference)
        names += [f"log-odds of {reference.manifest.classes[place]}" for place in shown]
        several = reference.manifest.several is not None
        before += list(_log_odds(reference.probabilities, several=several)[:, shown].T)
        now += list(_log_odds(window.probabilities, several=several)[:, shown].T)
    if not names:
        return [], np.empty((0, 0)), np.empty((0, 0))
    return names, np.stack(before, axis=1)[whole_before], np.stack(now, axis=1)[whole_now]


def _most_frequent(reference: Reference) -> list[int]:
    """Return the places of the classes that a classifier looks at: of very many, those that are answered most often."""
    counts = count_names(reference.given, [*reference.manifest.classes, NO_LABEL])[:-1]
    return sorted(np.argsort(-counts, kind="stable")[:_MOST_CLASSES].tolist())


def _log_odds(probabilities: Numbers, *, several: bool) -> Numbers:
    """Return the logits, of one class up to what all of them share."""
    if several:
        return log_odds(np.clip(probabilities, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY))
    logarithms = np.log(np.maximum(probabilities, _SMALLEST_PROBABILITY))
    return np.asarray(logarithms - logarithms.mean(axis=1, keepdims=True))


def _different(rows: Numbers, random: Generator) -> Numbers:
    different = np.unique(rows.round(_DECIMALS), axis=0)
    if len(different) <= _MOST_TEXTS:
        return different
    return different[random.choice(len(different), _MOST_TEXTS, replace=False)]


def _standardized(rows: Numbers, like: Numbers) -> Numbers:
    """Return rows in standard deviations of the reference; what lies far outside is not farther than far."""
    spread = like.std(axis=0)
    centred = (rows - like.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.asarray(centred.clip(-_FARTHEST, _FARTHEST))


def _held_out_scores(rows: Numbers, is_live: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Return the score of each row by a classifier that has not seen it, and the weights of one that has seen all."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    classifier = LogisticRegression(class_weight="balanced", C=0.1, max_iter=500)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(classifier, rows, is_live, cv=folds, method="decision_function")
    return np.asarray(scores), np.asarray(classifier.fit(rows, is_live).coef_[0])


def area_under_curve(scores: Numbers, is_positive: NDArray[np.int64]) -> float:
    """Return the probability that a positive row scores higher than a negative one, NaN without both."""
    from scipy.stats import rankdata

    positives = int(is_positive.sum())
    negatives = len(is_positive) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)[is_positive == 1].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))
