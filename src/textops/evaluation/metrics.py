"""The figures of a classifier on a test set, each with the interval that the luck of the sample allows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_RESAMPLES, Interval, share_interval, share_intervals
from textops.evaluation.class_samples import SMALLEST_PROBABILITY, JudgedRows, SampleSums, sums_of, sums_of_resamples
from textops.evaluation.confusion import Confusion, confusion_of
from textops.evaluation.loss_interval import up_to_more_wrong_answers
from textops.evaluation.resampled_figures import percentile_interval
from textops.registry.calibration_check import down_to_zero_by_luck

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
    rows = JudgedRows.of(probabilities, labels, weights)
    measured = sums_of(rows, len(classes))
    resampled = sums_of_resamples(rows, len(classes), resamples, seed)
    per_class = _measure_classes(classes, measured)
    return Evaluation(
        examples=len(labels),
        classes=classes,
        accuracy=share_interval(rows.hits),
        macro_f1=_wide_enough(
            percentile_interval(measured.macro_f1[0], _macro_f1_of_resamples(measured, resampled)),
            [part.f1 for part in per_class if part.support or part.predicted],
        ),
        log_loss=up_to_more_wrong_answers(
            percentile_interval(measured.loss[0], resampled.loss),
            rows.loss,
            probabilities,
            labels,
            SMALLEST_PROBABILITY,
        ),
        ece=down_to_zero_by_luck(
            percentile_interval(measured.ece[0], _without_bias(measured.ece, resampled.ece)), rows.gap + rows.hits
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


def _measure_classes(classes: tuple[str, ...], measured: SampleSums) -> tuple[ClassFigures, ...]:
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


def _macro_f1_of_resamples(measured: SampleSums, resampled: SampleSums) -> NDArray[np.float64]:
    """Return the macro F1 of the resamples; where they lack classes, as those of very many do, without that bias."""
    lacking = np.isnan(resampled.f1[:, np.isfinite(measured.f1[0])])
    if not lacking.any():
        return resampled.macro_f1
    return np.minimum(_without_bias(measured.macro_f1, resampled.macro_f1), 1)


def _without_bias(measured: NDArray[np.float64], resampled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move resampled figures, all >= 0, so that their mean is the measured one."""
    return np.asarray(np.maximum(resampled - resampled.mean() + measured, 0))
