"""Live traffic as columns: a window of the prediction log, ready to be compared with a reference."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textops.inference.most_probable import as_kept, entropies
from textops.monitoring.answered_labels import every_label
from textops.prediction_log.sampling import Sample

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Answers to compare.

    Attributes:
        predicted: Each drawn answer: a class, or the name of a set of labels.
        probabilities: Shape [drawn, classes], in the order of the model's classes; 0 for a class that is missing,
            or the rest spread evenly where of very many classes only the most probable are kept.
        features: Values by the name of the feature, shape [drawn], NaN where a row lacks it.
        separator: What stands between the labels of an answer; None where it is one class.
    """

    predicted: list[str]
    probabilities: Numbers
    features: dict[str, Numbers]
    separator: str | None = None

    def __len__(self) -> int:
        return len(self.predicted)

    @property
    def given(self) -> list[str]:
        """What the answers count as: each of their labels."""
        return every_label(self.predicted, self.separator)


def window_of(sample: Sample, classes: Sequence[str], names: Sequence[str], separator: str | None = None) -> Window:
    """Make columns of drawn rows.

    Args:
        sample: The rows.
        classes: The model's classes.
        names: Features to look for.
        separator: What stands between the labels of an answer; None where it is one class.
    """
    rows = sample.drawn
    probabilities = np.array([[_number(row["probabilities"], name) for name in classes] for row in rows], np.float64)
    several = separator is not None
    probabilities = as_kept(np.nan_to_num(probabilities.reshape(len(rows), len(classes))), several=several)
    given = {name: np.array([_number(row["features"], name) for row in rows], np.float64) for name in names}
    features = {
        **given,
        "confidence": np.array([row["probability"] for row in rows], np.float64),
        "entropy": entropies(probabilities, several=several),
    }
    return Window([str(row["label"]) for row in rows], probabilities, features, separator)


def _number(values: Any, name: str) -> float:  # noqa: ANN401 (what a JSON column holds)
    value = values.get(name) if isinstance(values, dict) else None
    return float(value) if isinstance(value, int | float) else math.nan
