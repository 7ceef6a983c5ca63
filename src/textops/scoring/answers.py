"""From raw scores to the columns that stand beside those of the input."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from textops.bundle import Manifest
from textops.inference.answering import Answering
from textops.inference.decision import confidence_in, decide
from textops.inference.label_set import confidence_of_sets

LABEL, LABELS = "predicted_label", "predicted_labels"
"""Column of the answers of models that give one class, and of those that give any number of labels."""


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
        answering: How they follow from probabilities.
        probabilities: Calibrated, shape [rows, classes].
        answered: Which rows have an answer at all.
    """

    answering: Answering
    probabilities: NDArray[np.float64]
    answered: NDArray[np.bool_]

    @classmethod
    def of(cls, logits: NDArray[np.float32], manifest: Manifest, answered: NDArray[np.bool_]) -> "Answers":
        """Calibrate raw scores, and decide as the bundle says."""
        answering = Answering.of(manifest)
        return cls(answering, answering.probabilities(logits), answered)

    @cached_property
    def label_of(self) -> NDArray[np.int64]:
        """Number of the class by row; of models that give one."""
        return decide(self.probabilities, self.answering.weights)

    @cached_property
    def given(self) -> NDArray[np.bool_]:
        """Which labels each row gets, shape [rows, classes]; of models that give any number of them."""
        return self.answering.given(self.probabilities)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Probability of each answer."""
        if self.answering.several is None:
            return confidence_in(self.probabilities, self.label_of)
        return confidence_of_sets(self.probabilities, self.given, self.answering.several)

    def counts(self, classes: int) -> list[int]:
        """Return how many rows were answered with each class."""
        if self.answering.several is not None:
            return [int(count) for count in self.given[self.answered].sum(axis=0)]
        return [int(count) for count in np.bincount(self.label_of[self.answered], minlength=classes)]

    def names(self) -> "pa.Array[Any]":
        """Return the answers by name: classes, or lists of labels."""
        classes, none = pa.array(self.answering.classes, pa.string()), ~self.answered
        if self.answering.several is None:
            return classes.take(pa.array(self.label_of, pa.int64(), mask=none))
        given = self.given & self.answered[:, None]
        offsets = np.zeros(len(given) + 1, np.int32)
        np.cumsum(given.sum(axis=1), out=offsets[1:])
        return pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), classes.take(pa.array(np.nonzero(given)[1], pa.int64())), mask=pa.array(none)
        )

    def names_in_a_line(self) -> "pa.Array[Any]":
        """Return the answers by name, several labels as `textops prepare` reads them: `sport|tech`, `[]` for none."""
        if self.answering.several is None:
            return self.names()
        separator = self.answering.several.separator
        return pa.array(
            [
                None if labels is None else separator.join(labels) if labels else "[]"
                for labels in self.names().to_pylist()
            ],
            pa.string(),
        )


def answer_columns(
    answers: Answers,
    manifest: Manifest,
    scorer: Scorer,
    problems: dict[int, str],
    *,
    every_class: bool,
    in_a_line: bool = False,
) -> tuple[pa.Table, int]:
    """Return the columns of the answers, and how many rows ask for review.

    Args:
        answers: By row.
        manifest: Of the model.
        scorer: Who answered.
        problems: By row, why there is no answer.
        every_class: Whether each class gets a column.
        in_a_line: Whether several labels are written as one text, for files that have no lists.
    """
    rows, none = len(answers.answered), ~answers.answered
    top = answers.confidence
    review = top < manifest.review.below
    said: list[str | None] = [None] * rows
    for row, problem in problems.items():
        said[row] = problem
    columns = {
        LABEL if manifest.several is None else LABELS: answers.names_in_a_line() if in_a_line else answers.names(),
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
