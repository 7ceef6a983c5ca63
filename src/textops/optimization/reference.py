"""`reference.parquet`: held-out examples as the model saw them, without their texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from textops.bundle import LIVE_PART, TEST_PART
from textops.data.dataset import Examples
from textops.inference.decision import confidence_in, decide
from textops.inference.most_probable import with_rest_spread
from textops.text.familiar_words import FamiliarWords
from textops.text.features import FEATURE_NAMES, features_of


class Answered(NamedTuple):
    """Examples, and what the model says of them.

    Attributes:
        examples: The examples.
        probabilities: Calibrated, shape [examples, classes]; of very many classes those are written that the log keeps.
    """

    examples: Examples
    probabilities: NDArray[np.float64]


def write_reference(
    path: Path,
    test: Answered,
    classes: tuple[str, ...],
    familiar: FamiliarWords | None = None,
    live: Answered | None = None,
    weights: Sequence[float] | None = None,
) -> None:
    """Write one row for each example: what live traffic is later compared with.

    Args:
        path: Where the file goes.
        test: The frozen test set.
        classes: Class names.
        familiar: Words of the training texts.
        live: Live traffic that the training has not seen, of a model that was retrained.
        weights: What each class counts where the answer is not the most probable one.
    """
    parts = [_table(test, classes, familiar, TEST_PART, weights)]
    if live is not None:
        parts.append(_table(live, classes, familiar, LIVE_PART, weights))
    parquet.write_table(pa.concat_tables(parts), path)


def _table(
    answered: Answered,
    classes: tuple[str, ...],
    familiar: FamiliarWords | None,
    part: str,
    weights: Sequence[float] | None,
) -> pa.Table:
    examples = answered.examples
    chosen = decide(answered.probabilities, weights)
    confidence = confidence_in(answered.probabilities, chosen)
    probabilities = with_rest_spread(answered.probabilities)
    logarithms = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    rows = [features_of(text, familiar) for text in examples.texts]
    return pa.table(
        {
            "part": pa.array([part] * len(examples), pa.string()),
            "id": pa.array(examples.ids, pa.string()),
            "label": [classes[label] for label in examples.labels],
            "predicted": [classes[label] for label in chosen],
            "confidence": confidence,
            "entropy": -(probabilities * logarithms).sum(axis=1),
            "probabilities": pa.array(probabilities.tolist(), pa.list_(pa.float64())),
            **{name: pa.array([row[name] for row in rows], pa.float64()) for name in FEATURE_NAMES},
        }
    )
