"""The rows of a test set as they were judged, and their sums over the sample and over resamples of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.calibration_error import bin_numbers
from textops.evaluation.resampled_figures import ratio
from textops.inference.decision import confidence_in, decide

SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
"""What smaller ones count as in the log loss, which certainty about the wrong class would else make endless."""


@dataclass(frozen=True)
class JudgedRows:
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

    @classmethod
    def of(
        cls, probabilities: NDArray[np.float64], labels: NDArray[np.int64], weights: Sequence[float] | None
    ) -> "JudgedRows":
        """Judge probabilities by the truth.

        Args:
            probabilities: Shape [n, classes], rows sum to 1.
            labels: Class numbers of the truth, shape [n].
            weights: What each class counts where the answer is not the most probable one.
        """
        predicted = decide(probabilities, weights)
        confidence = confidence_in(probabilities, predicted)
        hits = (predicted == labels).astype(np.float64)
        right = probabilities[np.arange(len(labels)), labels]
        return cls(
            true=labels,
            predicted=predicted,
            hits=hits,
            loss=-np.log(np.clip(right, SMALLEST_PROBABILITY, 1)),
            gap=confidence - hits,
            bins=bin_numbers(confidence),
        )


@dataclass(frozen=True)
class SampleSums:
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
        """F1 of each class, shape [samples, classes]; NaN where it neither occurs nor is predicted."""
        return ratio(2 * self.hits, self.support + self.predicted)

    @property
    def macro_f1(self) -> NDArray[np.float64]:
        """Mean F1 of the classes that a sample has, shape [samples]."""
        return np.asarray(np.nanmean(self.f1, axis=1))


def sums_of(rows: JudgedRows, classes: int) -> SampleSums:
    """Sum the rows up, each once: a single sample."""
    return _summed(rows, classes, [np.ones(len(rows.true))])


def sums_of_resamples(rows: JudgedRows, classes: int, resamples: int, seed: int) -> SampleSums:
    """Sum the rows up as bootstrap samples have them.

    Args:
        rows: The rows.
        classes: How many classes there are.
        resamples: How many samples to draw.
        seed: Of the generator.
    """
    return _summed(rows, classes, _bootstrap_weights(len(rows.true), resamples, seed))


def _bootstrap_weights(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each row is in a resample, shape [count]; one at a time bounds the memory."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(generator.integers(0, count, size=count), minlength=count).astype(np.float64)


def _summed(rows: JudgedRows, classes: int, samples: Iterable[NDArray[np.float64]]) -> SampleSums:
    """Sum rows up under each sample's weights."""
    hits, support, predicted, loss, ece = [], [], [], [], []
    for weights in samples:
        hits.append(np.bincount(rows.true, weights=weights * rows.hits, minlength=classes))
        support.append(np.bincount(rows.true, weights=weights, minlength=classes))
        predicted.append(np.bincount(rows.predicted, weights=weights, minlength=classes))
        # Not `weights @ rows.loss`: threads that BLAS starts for so little cost more than the sum.
        loss.append((weights * rows.loss).sum() / len(weights))
        ece.append(np.abs(np.bincount(rows.bins, weights=weights * rows.gap)).sum() / len(weights))
    return SampleSums(np.array(hits), np.array(support), np.array(predicted), np.array(loss), np.array(ece))
