"""Live traffic as columns: a window of the prediction log, ready to be compared with a reference."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textops.inference.most_probable import with_rest_spread
from textops.prediction_log.sampling import Sample

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Answers to compare.

    Attributes:
        sample: How many there are, and since when.
        predicted: The class of each drawn answer.
        probabilities: Shape [drawn, classes], in the order of the model's classes; 0 for a class that is missing,
            or the rest spread evenly where of very many classes only the most probable are kept.
        features: Values by the name of the feature, shape [drawn], NaN where a row lacks it.
    """

    sample: Sample
    predicted: list[str]
    probabilities: Numbers
    features: dict[str, Numbers]

    def __len__(self) -> int:
        return len(self.predicted)


def window_of(sample: Sample, classes: Sequence[str], names: Sequence[str]) -> Window:
    """Make columns of drawn rows.

    Args:
        sample: The rows.
        classes: The model's classes.
        names: Features to look for.
    """
    rows = sample.drawn
    probabilities = np.array([[_number(row["probabilities"], name) for name in classes] for row in rows], np.float64)
    probabilities = with_rest_spread(np.nan_to_num(probabilities.reshape(len(rows), len(classes))))
    given = {name: np.array([_number(row["features"], name) for row in rows], np.float64) for name in names}
    features = {
        **given,
        "confidence": np.array([row["probability"] for row in rows], np.float64),
        "entropy": entropy(probabilities),
    }
    return Window(sample, [str(row["label"]) for row in rows], probabilities, features)


def entropy(probabilities: Numbers) -> Numbers:
    """Return the entropy of each row in nats."""
    logarithms = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    return np.asarray(-(probabilities * logarithms).sum(axis=1))


def _number(values: Any, name: str) -> float:  # noqa: ANN401 (what a JSON column holds)
    value = values.get(name) if isinstance(values, dict) else None
    return float(value) if isinstance(value, int | float) else math.nan
