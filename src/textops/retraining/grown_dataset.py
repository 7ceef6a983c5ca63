"""A data set with what live traffic added: the very same val and test, more to train on, and a window to measure on."""

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textops.data.arrow_columns import name_column, text_column, time_column
from textops.data.dataset import WINDOW_FILE, Dataset, file_of
from textops.data.description import text_length
from textops.data.manifest import MANIFEST_FILE, DatasetManifest, Growth
from textops.data.parquet_reading import read_parquet
from textops.data.validation import position_of
from textops.errors import DataError
from textops.files import folder_written_beside, write_text
from textops.retraining.additions import Addition, read_additions, write_additions
from textops.retraining.placement import Known, Placement

if TYPE_CHECKING:
    import pyarrow as pa

LIVE_SOURCE = "live traffic"
"""What stands in the column `source` of data sets that have one."""


def origin_of(dataset: Dataset) -> str:
    """Return the fingerprint of a data set without what live traffic added."""
    growth = dataset.manifest.growth
    return dataset.manifest.fingerprint if growth is None else growth.origin


def known_of(dataset: Dataset) -> Known:
    """Read what a data set holds.

    Raises:
        DataError: If a file of it is damaged.
    """
    additions = [] if dataset.manifest.growth is None else read_additions(dataset.folder)
    added = {addition.id for addition in additions}
    train, names = dataset.examples("train"), dataset.answers.names
    own = [row for row, identity in enumerate(train.ids) if identity not in added]
    return Known(
        held_out=[*dataset.examples("test").texts, *dataset.examples("val").texts],
        labels={train.texts[row]: names[train.labels[row]] for row in own},
        groups={train.texts[row]: train.groups[row] for row in own},
        additions=additions,
    )


def write_grown(base: Dataset, folder: Path, placement: Placement, fingerprint: str) -> Dataset:
    """Write a data set with additions, whole or not at all.

    Args:
        base: The data set that grows; it stays as it is.
        folder: Where the new one goes.
        placement: All additions, those that the base has included.
        fingerprint: Of the new one.

    Raises:
        DataError: If it cannot be written.
    """
    try:
        with folder_written_beside(folder) as beside:
            # Copied and not written again: the test set is frozen, byte by byte.
            for split in ("val", "test"):
                shutil.copyfile(base.folder / file_of(split), beside / file_of(split))
            _write_train(base, beside / file_of("train"), placement)
            _write_table(beside / WINDOW_FILE, _rows(placement.window, _schema(base)))
            write_additions(beside, placement.additions)
            manifest = _manifest(base, Dataset(beside, base.manifest), placement, fingerprint)
            write_text(beside / MANIFEST_FILE, manifest.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror or error}") from error
    return Dataset.load(folder)


def _write_train(base: Dataset, path: Path, placement: Placement) -> None:
    """Write what the source gave and what was added, in an order that mixes them, as `textops prepare` does."""
    import pyarrow as pa

    table = read_parquet(base.folder / file_of("train"))
    added = {addition.id for addition in placement.additions}
    own = table.filter(pa.array([identity not in added for identity in table["id"].to_pylist()], pa.bool_()))
    merged = pa.concat_tables([own, _rows(placement.of("train"), table.schema)])
    salt = base.manifest.source.split.salt
    keys = [
        (position_of(str(group), salt), str(identity))
        for group, identity in zip(merged["group"].to_pylist(), merged["id"].to_pylist(), strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    _write_table(path, merged.take(pa.array(order, pa.int64())))


def _schema(base: Dataset) -> "pa.Schema":
    from pyarrow import parquet

    return parquet.read_schema(base.folder / file_of("train"))


def _rows(additions: Sequence[Addition], schema: "pa.Schema") -> "pa.Table":
    """Return additions in the columns of a data set."""
    import pyarrow as pa

    columns: dict[str, pa.Array[Any]] = {
        "id": name_column([each.id for each in additions]),
        "text": text_column([each.text for each in additions]),
        "label": name_column([each.label for each in additions]),
        "timestamp": time_column([each.created for each in additions]),
        "group": name_column([each.group for each in additions]),
        "source": name_column([LIVE_SOURCE for _ in additions]),
    }
    arrays = [columns[name].cast(schema.field(name).type) for name in schema.names]
    return pa.Table.from_arrays(arrays, schema=schema)


def _write_table(path: Path, table: "pa.Table") -> None:
    from pyarrow import parquet

    parquet.write_table(table, path, compression="zstd")


def _manifest(base: Dataset, grown: Dataset, placement: Placement, fingerprint: str) -> DatasetManifest:
    classes, train = base.manifest.classes, grown.examples("train")
    counted: Counter[str] = Counter()
    for number, count in Counter(train.labels.tolist()).items():
        counted.update(dict.fromkeys(base.manifest.source.labels_of(grown.answers.names[number]), count))
    sizes = base.manifest.sizes
    texts = [*train.texts, *base.examples("val").texts, *base.examples("test").texts]
    return base.manifest.model_copy(
        update={
            "fingerprint": fingerprint,
            "created": datetime.now(UTC),
            "counts": {**base.manifest.counts, "train": {name: counted[name] for name in classes}},
            "sizes": None if sizes is None else {**sizes, "train": len(train)},
            "text_length": text_length(texts),
            "growth": Growth(
                origin=origin_of(base),
                train=len(placement.of("train")),
                window=len(placement.window),
                earlier_windows=len(placement.of("window")) - len(placement.window),
            ),
        }
    )


def read_window(dataset: Dataset) -> tuple[list[str], list[str]]:
    """Return the texts of the window, and their labels.

    Raises:
        DataError: If the file is missing or damaged.
    """
    from pyarrow import ArrowException

    path = dataset.folder / WINDOW_FILE
    try:
        columns: dict[str, list[str]] = read_parquet(path, columns=["text", "label"]).to_pydict()
    except (ArrowException, OSError) as error:
        raise DataError(f"{path} is missing or damaged: retrain again") from error
    return columns["text"], columns["label"]
