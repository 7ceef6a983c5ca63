"""The rows of a test set with several labels as they were judged, and the figures of samples of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.calibration_error import bin_numbers
from textops.evaluation.label_ranking import RankedExamples
from textops.evaluation.resampled_figures import ratio

_MOST_PAIRS = 100_000_000
"""Pairs of example and label that all resamples look at: some seconds to a minute."""
_FEWEST_RESAMPLES = 50

Probabilities = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class SampleFigures:
    """All figures of one sample; those of labels have the shape [labels], NaN where a label is not in it.

    Attributes:
        over_all: Subset accuracy, micro F1, macro F1, mean average precision, Hamming loss, log loss and calibration
            error.
        precision: Of each label.
        recall: Of each label.
        f1: Of each label.
        average_precision: Of each label.
    """

    over_all: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    average_precision: NDArray[np.float64]


@dataclass(frozen=True)
class JudgedLabels:
    """What figures follow from, for each example.

    Attributes:
        given: Which labels the model gives, shape [n, labels].
        targets: Which labels are true, same shape.
        ranked: The examples by the probability of each label.
        right: Whether all labels are, shape [n] as all that follow.
        wrong: Share of the labels that are not right.
        loss: Mean binary log loss of its labels.
        gap: Probability of the answer minus whether it is right.
        bins: Calibration bin of the probability of the answer.
    """

    given: Labels
    targets: Labels
    ranked: RankedExamples
    right: NDArray[np.bool_]
    wrong: NDArray[np.float64]
    loss: NDArray[np.float64]
    gap: NDArray[np.float64]
    bins: NDArray[np.intp]

    @classmethod
    def of(
        cls, probabilities: Probabilities, given: Labels, targets: Labels, promised: Probabilities
    ) -> "JudgedLabels":
        """Judge answers by the truth.

        Args:
            probabilities: Shape [n, labels], each between 0 and 1.
            given: Which labels the model gives, same shape.
            targets: Which labels are true, same shape.
            promised: Probability that all labels of an answer are right, shape [n].
        """
        right = (given == targets).all(axis=1)
        return cls(
            given=given,
            targets=targets,
            ranked=RankedExamples.of(probabilities, targets),
            right=right,
            wrong=(given != targets).mean(axis=1),
            loss=_losses(probabilities, targets),
            gap=promised - right,
            bins=bin_numbers(promised),
        )

    def figures(self) -> SampleFigures:
        """Return the figures of the sample itself."""
        return self._figures(np.ones(len(self.targets)))

    def resampled_figures(self, resamples: int, seed: int) -> Iterator[SampleFigures]:
        """Yield the figures of bootstrap samples, of fewer but at least 50 where examples and labels are very many."""
        generator = np.random.default_rng(seed)
        count = len(self.targets)
        for _ in range(min(resamples, max(_FEWEST_RESAMPLES, _MOST_PAIRS // self.targets.size))):
            drawn = generator.integers(0, count, count)
            yield self._figures(np.bincount(drawn, minlength=count).astype(np.float64))

    def _figures(self, weights: NDArray[np.float64]) -> SampleFigures:
        hits = weights @ (self.given & self.targets)
        support, predicted = weights @ self.targets, weights @ self.given
        f1 = ratio(2 * hits, support + predicted)
        average_precision = self.ranked.average_precision(weights)
        with_labels = support.sum() + predicted.sum()
        over_all = [
            (weights * self.right).sum() / weights.sum(),
            2 * hits.sum() / with_labels if with_labels else 0.0,
            _mean(f1),
            _mean(average_precision),
            (weights * self.wrong).sum() / weights.sum(),
            (weights * self.loss).sum() / weights.sum(),
            np.abs(np.bincount(self.bins, weights=weights * self.gap)).sum() / weights.sum(),
        ]
        precision, recall = ratio(hits, predicted), ratio(hits, support)
        return SampleFigures(np.array(over_all), precision, recall, f1, average_precision)


def _losses(probabilities: Probabilities, targets: Labels) -> NDArray[np.float64]:
    smallest = np.finfo(np.float64).eps
    right = np.where(targets, probabilities, 1 - probabilities)
    return np.asarray(-np.log(np.clip(right, smallest, 1)).mean(axis=1))


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else 0.0
