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
from textops.inference.answering import Answering
from textops.inference.most_probable import as_kept, entropies
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
    answering: Answering,
    familiar: FamiliarWords | None = None,
    live: Answered | None = None,
    names: Sequence[str] | None = None,
) -> None:
    """Write one row for each example: what live traffic is later compared with.

    Args:
        path: Where the file goes.
        test: The frozen test set.
        answering: How answers follow from probabilities.
        familiar: Words of the training texts.
        live: Live traffic that the training has not seen, of a model that was retrained.
        names: What the labels of the examples are numbers of; None: of the classes.
    """
    named = answering.classes if names is None else names
    parts = [_table(test, answering, familiar, TEST_PART, named)]
    if live is not None:
        parts.append(_table(live, answering, familiar, LIVE_PART, named))
    parquet.write_table(pa.concat_tables(parts), path)


def _table(
    answered: Answered,
    answering: Answering,
    familiar: FamiliarWords | None,
    part: str,
    names: Sequence[str],
) -> pa.Table:
    examples = answered.examples
    probabilities = as_kept(answered.probabilities, several=answering.several is not None)
    rows = [features_of(text, familiar) for text in examples.texts]
    return pa.table(
        {
            "part": pa.array([part] * len(examples), pa.string()),
            "id": pa.array(examples.ids, pa.string()),
            "label": [names[label] for label in examples.labels],
            "predicted": answering.answers(answered.probabilities).tolist(),
            "confidence": answering.confidence(answered.probabilities),
            "entropy": entropies(probabilities, several=answering.several is not None),
            "probabilities": pa.array(probabilities.tolist(), pa.list_(pa.float64())),
            **{name: pa.array([row[name] for row in rows], pa.float64()) for name in FEATURE_NAMES},
        }
    )
