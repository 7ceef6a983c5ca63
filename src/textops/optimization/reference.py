"""`reference.parquet`: held-out examples as the model saw them, without their texts."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from textops.data.dataset import Examples
from textops.text.surface import surface_of


def write_reference(
    path: Path, examples: Examples, probabilities: NDArray[np.float64], classes: tuple[str, ...]
) -> None:
    """Write one row for each example: what live traffic is later compared with.

    Args:
        path: Where the file goes.
        examples: Held-out examples.
        probabilities: Calibrated probabilities, shape [examples, classes].
        classes: Class names.
    """
    confidence = probabilities.max(axis=1)
    logarithms = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    rows = [asdict(surface_of(text)) for text in examples.texts]
    table = pa.table(
        {
            "id": examples.ids,
            "label": [classes[label] for label in examples.labels],
            "predicted": [classes[label] for label in probabilities.argmax(axis=1)],
            "confidence": confidence,
            "entropy": -(probabilities * logarithms).sum(axis=1),
            **{name: [row[name] for row in rows] for name in rows[0]},
        }
    )
    parquet.write_table(table, path)
