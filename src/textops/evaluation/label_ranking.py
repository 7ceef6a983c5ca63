"""Examples ranked by the probability of each label, and how well that sorts those that have it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.evaluation.resampled_figures import ratio


@dataclass(frozen=True)
class RankedExamples:
    """Examples by falling probability of each label.

    Attributes:
        order: Shape [n, labels].
        truth: Targets in that order.
        is_end: Whether the next one has a smaller probability: equal ones count together.
    """

    order: NDArray[np.intp]
    truth: NDArray[np.bool_]
    is_end: NDArray[np.bool_]

    @classmethod
    def of(cls, probabilities: NDArray[np.float64], targets: NDArray[np.bool_]) -> "RankedExamples":
        """Rank examples.

        Args:
            probabilities: Shape [n, labels].
            targets: Which labels are true, same shape.
        """
        order = np.argsort(-probabilities, axis=0, kind="stable")
        falling = np.take_along_axis(probabilities, order, axis=0)
        is_end = np.vstack([falling[1:] < falling[:-1], np.ones((1, targets.shape[1]), bool)])
        return cls(order, np.take_along_axis(targets, order, axis=0), is_end)

    def average_precision(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the average precision of each label under weights of the examples; NaN where none has it."""
        weighed = weights[self.order]
        hits = np.cumsum(weighed * self.truth, axis=0)
        seen = np.cumsum(weighed, axis=0)
        precision = np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)
        # At each end, the recall that was won since the end before.
        at_ends = np.where(self.is_end, hits, 0)
        before = np.maximum.accumulate(np.vstack([np.zeros((1, hits.shape[1])), at_ends[:-1]]), axis=0)
        won = np.where(self.is_end, hits - before, 0)
        total = hits[-1]
        return ratio((won * precision).sum(axis=0), total)
