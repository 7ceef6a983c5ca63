"""The figures of a classifier on a test set, each with the interval that the luck of the sample allows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_CONFIDENCE, DEFAULT_RESAMPLES, Interval, share_interval, share_intervals
from textops.calibration_error import bin_numbers
from textops.evaluation.confusion import Confusion, confusion_of
from textops.evaluation.loss_interval import up_to_more_wrong_answers
from textops.inference.decision import confidence_in, decide
from textops.registry.calibration_check import down_to_zero_by_luck

_SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
_ROUNDING = 1e-6


@dataclass(frozen=True)
class ClassFigures:
    """How well one class is found.

    Attributes:
        name: Name of the class.
        support: Test examples that belong to it.
        predicted: Test examples that the model gave to it.
        precision: Share of those predicted that belong to it; 0, and all is possible, when none was predicted.
        recall: Share of those that belong to it that were predicted; 0, and all is possible, when none belongs to it.
        f1: Harmonic mean of precision and recall; 0, and all is possible, when the class neither occurs nor is
            predicted.
    """

    name: str
    support: int
    predicted: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class Evaluation:
    """A classifier measured on a test set; each interval is meant to hold the truth in 95 of 100 test sets.

    Attributes:
        examples: Rows of the test set.
        classes: Class names in the order of the probabilities.
        accuracy: Share of the examples whose answer is right.
        macro_f1: Mean F1 of the classes that occur in the test set or are predicted, each counting the same.
        log_loss: Mean negative logarithm of the probability given to the right class.
        ece: Expected calibration error over 15 bins of equal width.
        majority_share: Share of the most frequent class: the accuracy of always naming it.
        per_class: Figures of each class, in the order of `classes`.
        confusion: Which classes are given which answers; only what happened, as a thousand classes make a million
            pairs.
    """

    examples: int
    classes: tuple[str, ...]
    accuracy: Interval
    macro_f1: Interval
    log_loss: Interval
    ece: Interval
    majority_share: float
    per_class: tuple[ClassFigures, ...]
    confusion: tuple[Confusion, ...]

    @property
    def confusion_matrix(self) -> NDArray[np.int64]:
        """Counts, shape [classes, classes]; row is the true class, column the predicted one."""
        matrix = np.zeros((len(self.classes), len(self.classes)), np.int64)
        for part in self.confusion:
            matrix[part.true, part.predicted] = part.examples
        return matrix

    @property
    def figures(self) -> dict[str, Interval]:
        """The figures over all classes by name, as a bundle carries them."""
        return {
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "log_loss": self.log_loss,
            "ece": self.ece,
        }


@dataclass(frozen=True)
class _Rows:
    """What all figures follow from, for each example; every array has the shape [n].

    Attributes:
        true: Class numbers of the truth.
        predicted: Class numbers of the model.
        hits: 1.0 where both are the same.
        loss: Negative logarithm of the probability of the true class.
        gap: Probability of the answer minus hit.
        bins: Calibration bin of the probability of the answer.
    """

    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    hits: NDArray[np.float64]
    loss: NDArray[np.float64]
    gap: NDArray[np.float64]
    bins: NDArray[np.intp]


@dataclass(frozen=True)
class _Samples:
    """Sums over one or many samples of the rows.

    Attributes:
        hits: Right predictions by class, shape [samples, classes].
        support: Examples by true class, shape [samples, classes].
        predicted: Examples by predicted class, shape [samples, classes].
        loss: Mean log loss, shape [samples].
        ece: Expected calibration error, shape [samples].
    """

    hits: NDArray[np.float64]
    support: NDArray[np.float64]
    predicted: NDArray[np.float64]
    loss: NDArray[np.float64]
    ece: NDArray[np.float64]

    @property
    def f1(self) -> NDArray[np.float64]:
        return _ratio(2 * self.hits, self.support + self.predicted)

    @property
    def macro_f1(self) -> NDArray[np.float64]:
        return np.asarray(np.nanmean(self.f1, axis=1))


def evaluate(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    *,
    weights: Sequence[float] | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> Evaluation:
    """Measure calibrated probabilities against the truth.

    Definitions are those of scikit-learn (`zero_division=0`). Shares of examples have Wilson's interval
    (`share_interval`); so has F1, which is 2 J / (1 + J), where J is the share of those predicted or belonging to
    the class that are both. The others are percentile bootstrap intervals over rows, all from the same resamples
    (Efron and Tibshirani 1993, chapter 13). A class that a resample lacks is left out of its macro F1, and the mean
    of these is then moved to the measured one. Where few examples are wrong, or none, resamples are too much alike:
    the interval of the macro F1 then is that of a sum of the F1 of the classes (Zou and Donner 2008, Construction of
    Confidence Limits about Effect Measures), if it is wider, and that of the log loss reaches up to what more wrong
    answers would cost (`textops.evaluation.loss_interval`). A resample adds noise to each calibration bin, and noise
    only ever widens gaps: the interval of the ECE is moved back by this bias. The sample itself has widened them once
    before, so where luck explains all of the error, the interval begins at 0.

    Args:
        probabilities: Shape [n, classes], rows sum to 1.
        labels: Class numbers, shape [n].
        classes: Class names in the order of the columns.
        weights: What each class counts where the answer is not the most probable one (`Decision`).
        resamples: Bootstrap samples; 1,000 of 50,000 rows take about a second.
        seed: Seed of the bootstrap.

    Returns:
        The figures; every number in it is finite, also for classes that the test set lacks.

    Raises:
        ValueError: If there is no example, the shapes do not fit, or a number is out of range.
    """
    _check(probabilities, labels, classes)
    rows = _look_at_rows(probabilities, labels, weights)
    measured = _count(rows, len(classes), [np.ones(len(labels))])
    resampled = _count(rows, len(classes), _bootstrap_weights(len(labels), resamples, seed))
    per_class = _measure_classes(classes, measured)
    return Evaluation(
        examples=len(labels),
        classes=classes,
        accuracy=share_interval(rows.hits),
        macro_f1=_wide_enough(
            _intervals(measured.macro_f1, _macro_f1_of_resamples(measured, resampled))[0],
            [part.f1 for part in per_class if part.support or part.predicted],
        ),
        log_loss=up_to_more_wrong_answers(
            _intervals(measured.loss, resampled.loss)[0],
            rows.loss,
            probabilities,
            labels,
            _SMALLEST_PROBABILITY,
        ),
        ece=down_to_zero_by_luck(
            _intervals(measured.ece, _without_bias(measured.ece, resampled.ece))[0], rows.gap + rows.hits
        ),
        majority_share=float(measured.support.max() / len(labels)),
        per_class=per_class,
        confusion=confusion_of(rows.true, rows.predicted),
    )


def _check(probabilities: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]) -> None:
    if len(labels) == 0 or probabilities.shape != (len(labels), len(classes)):
        raise ValueError(
            f"probabilities {probabilities.shape}, labels {labels.shape} and {len(classes)} classes "
            "do not fit: expected [n, classes], [n] and n > 0"
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise ValueError(f"labels must lie between 0 and {len(classes) - 1}")
    # "Not within" instead of "outside": NaN is neither.
    if not (probabilities.min() >= 0 and probabilities.max() <= 1 + _ROUNDING):
        raise ValueError("probabilities must lie between 0 and 1")


def _look_at_rows(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], weights: Sequence[float] | None
) -> _Rows:
    predicted = decide(probabilities, weights)
    confidence = confidence_in(probabilities, predicted)
    hits = (predicted == labels).astype(np.float64)
    right = probabilities[np.arange(len(labels)), labels]
    return _Rows(
        true=labels,
        predicted=predicted,
        hits=hits,
        loss=-np.log(np.clip(right, _SMALLEST_PROBABILITY, 1)),
        gap=confidence - hits,
        bins=bin_numbers(confidence),
    )


def _bootstrap_weights(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each row is in a resample, shape [count]; one at a time bounds the memory."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(generator.integers(0, count, size=count), minlength=count).astype(np.float64)


def _count(rows: _Rows, classes: int, samples: Iterable[NDArray[np.float64]]) -> _Samples:
    """Sum rows up under each sample's weights."""
    hits, support, predicted, loss, ece = [], [], [], [], []
    for weights in samples:
        hits.append(np.bincount(rows.true, weights=weights * rows.hits, minlength=classes))
        support.append(np.bincount(rows.true, weights=weights, minlength=classes))
        predicted.append(np.bincount(rows.predicted, weights=weights, minlength=classes))
        # Not `weights @ rows.loss`: threads that BLAS starts for so little cost more than the sum.
        loss.append((weights * rows.loss).sum() / len(weights))
        ece.append(np.abs(np.bincount(rows.bins, weights=weights * rows.gap)).sum() / len(weights))
    return _Samples(np.array(hits), np.array(support), np.array(predicted), np.array(loss), np.array(ece))


def _measure_classes(classes: tuple[str, ...], measured: _Samples) -> tuple[ClassFigures, ...]:
    hits, support, predicted = measured.hits[0], measured.support[0], measured.predicted[0]
    precision, recall = share_intervals(hits, predicted), share_intervals(hits, support)
    f1 = [_of_both(share) for share in share_intervals(hits, support + predicted - hits)]
    return tuple(
        ClassFigures(
            name=name,
            support=int(measured.support[0, number]),
            predicted=int(measured.predicted[0, number]),
            precision=precision[number],
            recall=recall[number],
            f1=f1[number],
        )
        for number, name in enumerate(classes)
    )


def _of_both(share: Interval) -> Interval:
    """Return the F1 of a class by the share of those predicted or belonging to it that are both."""
    value, low, high = (2 * part / (1 + part) for part in (share.value, share.low, share.high))
    return Interval(value, low, high)


def _wide_enough(mean: Interval, parts: Sequence[Interval]) -> Interval:
    """Return the interval of a mean, or that which follows from the intervals of its parts, whichever is wider."""
    below = float(np.sqrt(np.sum([(part.value - part.low) ** 2 for part in parts]))) / len(parts)
    above = float(np.sqrt(np.sum([(part.high - part.value) ** 2 for part in parts]))) / len(parts)
    low, high = min(mean.low, mean.value - below), max(mean.high, mean.value + above)
    return Interval(mean.value, max(low, 0.0), min(high, 1.0))


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where the denominator is zero and the figure has no meaning."""
    undefined = np.full_like(numerator, np.nan)
    return np.divide(numerator, denominator, out=undefined, where=denominator > 0)


def _intervals(measured: NDArray[np.float64], resampled: NDArray[np.float64]) -> list[Interval]:
    """Return value and percentile interval of one or several figures.

    Args:
        measured: Figures on the whole sample, shape [1] or [1, figures]; NaN becomes 0.
        resampled: Figures on the resamples, shape [resamples] or [resamples, figures]; NaN is left out.
    """
    values = np.nan_to_num(measured).reshape(-1)
    draws = resampled.reshape(len(resampled), -1)
    tail = (1 - DEFAULT_CONFIDENCE) / 2
    intervals = []
    for value, column in zip(values.tolist(), draws.T, strict=True):
        defined = column[np.isfinite(column)]
        low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (value, value)
        intervals.append(Interval(value, float(low), float(high)))
    return intervals


def _macro_f1_of_resamples(measured: _Samples, resampled: _Samples) -> NDArray[np.float64]:
    """Return the macro F1 of the resamples; where they lack classes, as those of very many do, without that bias."""
    lacking = np.isnan(resampled.f1[:, np.isfinite(measured.f1[0])])
    if not lacking.any():
        return resampled.macro_f1
    return np.minimum(_without_bias(measured.macro_f1, resampled.macro_f1), 1)


def _without_bias(measured: NDArray[np.float64], resampled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move resampled figures, all >= 0, so that their mean is the measured one."""
    return np.asarray(np.maximum(resampled - resampled.mean() + measured, 0))
