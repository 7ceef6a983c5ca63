"""The answers to the rows of a batch, by column: a hundred thousand of them in a few megabytes."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from textops.frontend.answered_labels import NO_LABEL, labels_of
from textops.serving.line_schemas import AnsweredLine

MOST_CLASS_COLUMNS = 20
"""Models with more classes have too many probabilities for a table; that of the answer is always there."""

NOT_ASKED = "Not asked: the batch was stopped before"

_NONE = -1
_MOST_CLASSES_OF_VERSIONS = 3 * MOST_CLASS_COLUMNS


class BatchResults:
    """What became of each row: an answer, a problem, or nothing yet. Threads may write different rows.

    Attributes:
        rows: How many there are.
        labels: Names of the answers that were given, by their number.
        parts: The labels that each of these names; the class itself where an answer is one class.
        label_of: Number of the answer by row, -1 for none.
        probability: Of the answer by row.
        needs_review: By row.
        problems: By row, why there is no answer.
    """

    def __init__(self, rows: int, problems: Mapping[int, str] | None = None) -> None:
        """Take how many rows there are, and those that cannot be asked about."""
        self.rows = rows
        self.labels: list[str] = []
        self.parts: list[tuple[str, ...]] = []
        self.label_of: NDArray[np.int32] = np.full(rows, _NONE, np.int32)
        self.probability: NDArray[np.float64] = np.full(rows, np.nan)
        self.needs_review: NDArray[np.bool_] = np.zeros(rows, np.bool_)
        self.problems: dict[int, str] = dict(problems or {})
        self._ids = np.zeros(rows, "S36")
        self._model_of: NDArray[np.int16] = np.full(rows, _NONE, np.int16)
        self._models: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._by_class: dict[str, NDArray[np.float64]] = {}
        self._answered = 0
        self._lock = threading.Lock()

    @property
    def done(self) -> int:
        """How many rows have an answer or a problem."""
        return self._answered + len(self.problems)

    @property
    def answered(self) -> int:
        """How many rows have an answer."""
        return self._answered

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which rows have a problem."""
        failed = np.zeros(self.rows, np.bool_)
        failed[list(self.problems)] = True
        return failed

    def pending(self) -> NDArray[np.int64]:
        """Return the rows that have neither an answer nor a problem."""
        return np.flatnonzero((self.label_of == _NONE) & ~self.failed)

    def counts(self) -> dict[str, int]:
        """Return how many rows were answered with each class or label, the most frequent first."""
        answered = self.label_of[self.label_of != _NONE]
        counted: Counter[str] = Counter()
        for names, count in zip(self.parts, np.bincount(answered, minlength=len(self.labels)).tolist(), strict=True):
            counted.update(dict.fromkeys(names, count))
        return dict(counted.most_common())

    def numbers_with(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of the answers that have one of some classes or labels."""
        return [number for number, parts in enumerate(self.parts) if not set(names).isdisjoint(parts)]

    def record(self, row: int, answer: AnsweredLine) -> None:
        """Take the answer to a row; a second one to the same row changes nothing."""
        with self._lock:
            if self.label_of[row] != _NONE or row in self.problems:
                return
            if answer.label not in self._numbers:
                self._numbers[answer.label] = len(self.labels)
                self.labels.append(answer.label if labels_of(answer) else NO_LABEL)
                self.parts.append(labels_of(answer) or (NO_LABEL,))
            self._answered += 1
            self.label_of[row] = self._numbers[answer.label]
            model = f"{answer.model.name}/{answer.model.version}"
            self._model_of[row] = self._models.setdefault(model, len(self._models))
            self.probability[row] = answer.probability
            self.needs_review[row] = answer.needs_review
            self._ids[row] = answer.prediction_id
            if len(answer.probabilities) <= MOST_CLASS_COLUMNS:
                self._record_probabilities(row, answer.probabilities)

    def refuse(self, row: int, problem: str) -> None:
        """Take why there is no answer to a row."""
        with self._lock:
            if self.label_of[row] == _NONE:
                self.problems.setdefault(row, problem)

    def table(self, rows: NDArray[np.int64]) -> pa.Table:
        """Return the columns that stand beside those of the file, for some rows."""
        labels, models = self.label_of[rows], self._model_of[rows]
        none = labels == _NONE
        problems = [
            self.problems.get(row, NOT_ASKED if empty else None) for row, empty in zip(rows.tolist(), none, strict=True)
        ]
        columns = {
            "predicted label": _names(self.labels, labels),
            "predicted probability": pa.array(self.probability[rows], pa.float64(), mask=none),
            "needs review": pa.array(self.needs_review[rows], pa.bool_(), mask=none),
            "problem": pa.array(problems, pa.string()),
            "prediction id": pa.array([each.decode() or None for each in self._ids[rows].tolist()], pa.string()),
            "model": _names(list(self._models), models),
        }
        for name, probabilities in sorted(self._by_class.items()):
            part = probabilities[rows]
            columns[f"probability of {name}"] = pa.array(part, pa.float64(), mask=np.isnan(part))
        return pa.table(columns)

    def _record_probabilities(self, row: int, probabilities: Mapping[str, float]) -> None:
        for name, probability in probabilities.items():
            column = self._by_class.get(name)
            if column is None:
                # Versions that come while a batch runs may bring classes of their own, but not without end.
                if len(self._by_class) == _MOST_CLASSES_OF_VERSIONS:
                    continue
                column = self._by_class[name] = np.full(self.rows, np.nan)
            column[row] = probability


def _names(names: list[str], numbers: NDArray[np.integer]) -> "pa.Array[Any]":
    """Return names by their numbers, null for -1."""
    return pa.array([names[number] if number >= 0 else None for number in numbers.tolist()], pa.string())
