"""From raw scores to the columns that stand beside those of the input."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from textops.bundle import Manifest
from textops.inference.decision import confidence_in, decide, weights_of
from textops.inference.probabilities import softmax


@dataclass(frozen=True)
class Scorer:
    """Who answered.

    Attributes:
        name: Name of the model.
        version: Number in the registry, None for a bundle.
    """

    name: str
    version: int | None


@dataclass(frozen=True)
class Answers:
    """What the model says of some rows.

    Attributes:
        label_of: Number of the class by row.
        probabilities: Calibrated, shape [rows, classes].
        answered: Which rows have an answer at all.
    """

    label_of: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    answered: NDArray[np.bool_]

    @classmethod
    def of(cls, logits: NDArray[np.float32], manifest: Manifest, answered: NDArray[np.bool_]) -> "Answers":
        """Calibrate raw scores, and decide as the bundle says."""
        probabilities = softmax(logits, manifest.temperature)
        return cls(decide(probabilities, weights_of(manifest.decision)), probabilities, answered)

    def counts(self, classes: int) -> list[int]:
        """Return how many rows were answered with each class."""
        return [int(count) for count in np.bincount(self.label_of[self.answered], minlength=classes)]


def answer_columns(
    answers: Answers, manifest: Manifest, scorer: Scorer, problems: dict[int, str], *, every_class: bool
) -> tuple[pa.Table, int]:
    """Return the columns of the answers, and how many rows ask for review.

    Args:
        answers: By row.
        manifest: Of the model.
        scorer: Who answered.
        problems: By row, why there is no answer.
        every_class: Whether each class gets a column.
    """
    rows, none = len(answers.answered), ~answers.answered
    top = confidence_in(answers.probabilities, answers.label_of)
    review = top < manifest.review.below
    said: list[str | None] = [None] * rows
    for row, problem in problems.items():
        said[row] = problem
    names = pa.array(manifest.classes, pa.string())
    columns = {
        "predicted_label": names.take(pa.array(answers.label_of, pa.int64(), mask=none)),
        "predicted_probability": pa.array(top, pa.float64(), mask=none),
        "needs_review": pa.array(review, pa.bool_(), mask=none),
        "problem": pa.array(said, pa.string()),
        "model_name": pa.repeat(pa.scalar(scorer.name, pa.string()), rows),
        "model_version": pa.repeat(pa.scalar(scorer.version, pa.int64()), rows),
    }
    if every_class:
        for number, name in enumerate(manifest.classes):
            columns[f"probability_of_{name}"] = pa.array(answers.probabilities[:, number], pa.float64(), mask=none)
    return pa.table(columns), int((review & answers.answered).sum())
