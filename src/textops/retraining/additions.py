"""The examples that live traffic has added to a data set, in a file of their own beside it: `additions.parquet`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from textops.data.arrow_columns import name_column, text_column, time_column
from textops.data.parquet_reading import read_parquet
from textops.errors import DataError

ADDITIONS_FILE = "additions.parquet"
GROWTH_VERSION = 1
"""Raised when the same additions would give another data set with this version of the code."""

Side = Literal["train", "window"]


@dataclass(frozen=True)
class Addition:
    """An example of live traffic.

    Attributes:
        id: Made from the text.
        text: What the model sees.
        label: Class name.
        side: `train`, or `window` for what is in no training, then or later.
        group: Name of its near-duplicate group.
        created: When the text first came in.
        predictions: Ids of the answers to it.
    """

    id: str
    text: str
    label: str
    side: Side
    group: str
    created: datetime
    predictions: tuple[str, ...]


def fingerprint_with(origin: str, additions: Sequence[Addition]) -> str:
    """Return the fingerprint of a data set with additions; that of its origin where there are none."""
    if not additions:
        return origin
    content = sorted((each.id, each.label, each.side) for each in additions)
    return sha256(json.dumps([GROWTH_VERSION, origin, content]).encode()).hexdigest()


def read_additions(folder: Path) -> list[Addition]:
    """Read what live traffic has added to a data set so far, in the order of arrival.

    Raises:
        DataError: If the file is missing or damaged.
    """
    from pyarrow import ArrowException

    path = folder / ADDITIONS_FILE
    try:
        rows = read_parquet(path).to_pylist()
        return [Addition(**{**row, "predictions": tuple(row["predictions"])}) for row in rows]
    except (ArrowException, OSError, TypeError, KeyError) as error:
        raise DataError(
            f"{path} is missing or damaged: restore it from a copy, or promote a version that was trained on other data"
        ) from error


def write_additions(folder: Path, additions: Sequence[Addition]) -> None:
    """Write additions into the folder of their data set."""
    import pyarrow as pa
    from pyarrow import parquet

    columns: dict[str, pa.Array[Any]] = {
        "id": name_column([each.id for each in additions]),
        "text": text_column([each.text for each in additions]),
        "label": name_column([each.label for each in additions]),
        "side": name_column([each.side for each in additions]),
        "group": name_column([each.group for each in additions]),
        "created": time_column([each.created for each in additions]),
        "predictions": pa.array([list(each.predictions) for each in additions], pa.list_(pa.string())),
    }
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    parquet.write_table(table, folder / ADDITIONS_FILE, compression="zstd")
