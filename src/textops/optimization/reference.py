"""`reference.parquet`: held-out examples as the model saw them, without their texts."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from textops.data.dataset import Examples
from textops.text.familiar_words import FamiliarWords
from textops.text.features import FEATURE_NAMES, features_of


def write_reference(
    path: Path,
    examples: Examples,
    probabilities: NDArray[np.float64],
    classes: tuple[str, ...],
    familiar: FamiliarWords | None = None,
) -> None:
    """Write one row for each example: what live traffic is later compared with.

    Args:
        path: Where the file goes.
        examples: Held-out examples.
        probabilities: Calibrated probabilities, shape [examples, classes].
        classes: Class names.
        familiar: Words of the training texts.
    """
    logarithms = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    rows = [features_of(text, familiar) for text in examples.texts]
    table = pa.table(
        {
            "id": examples.ids,
            "label": [classes[label] for label in examples.labels],
            "predicted": [classes[label] for label in probabilities.argmax(axis=1)],
            "confidence": probabilities.max(axis=1),
            "entropy": -(probabilities * logarithms).sum(axis=1),
            "probabilities": pa.array(probabilities.tolist(), pa.list_(pa.float64())),
            **{name: pa.array([row[name] for row in rows], pa.float64()) for name in FEATURE_NAMES},
        }
    )
    parquet.write_table(table, path)
