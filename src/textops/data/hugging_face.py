"""Data sets of the Hugging Face hub, or saved by its library `datasets`, one file for each split."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loguru import logger

from textops.data.configuration import HuggingFaceConfiguration
from textops.data.locations import SourceFile
from textops.errors import DataError

BATCH_ROWS = 1000
UNLABELLED = -1
"""What the hub's data sets write where a class is not told."""

_ORDINARY = (OSError, RuntimeError, TypeError, ValueError)
_SAVED = ("dataset_dict.json", "state.json")
_PLAIN = frozenset({"Value", "ClassLabel", "List", "LargeList", "Sequence", "dict", "list"})


@contextmanager
def hub_files(hub: HuggingFaceConfiguration) -> Iterator[list[SourceFile]]:
    """Load a data set, and give each of its splits as a Parquet file that lives as long as the block.

    Numbers of classes become their names, whether a text has one or a list of them.

    Raises:
        DataError: If the package `datasets` is not installed, or the data set cannot be loaded.
    """
    try:
        import datasets  # type: ignore[import-untyped]
    except ImportError:
        raise DataError("data.source=huggingface needs datasets: pip install 'textops[datasets]'") from None
    # What goes wrong is told in one line.
    datasets.utils.logging.set_verbosity_error()
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    datasets.disable_progress_bars()
    splits = _loaded(hub, datasets)
    with tempfile.TemporaryDirectory(prefix="textops-") as folder:
        files = []
        for name, split in splits.items():
            path = Path(folder) / f"{name}.parquet"
            logger.info("Taking {:,} rows of {}/{}", len(split), hub.path, name)
            _write(split, path)
            files.append(SourceFile(path, f"{hub.path}/{name}", path.name))
        yield files


def _loaded(hub: HuggingFaceConfiguration, datasets: Any) -> dict[str, Any]:  # noqa: ANN401 (datasets has no types)
    from pyarrow import ArrowException

    try:
        if any((Path(hub.path) / name).is_file() for name in _SAVED):
            loaded = datasets.load_from_disk(hub.path)
        else:
            loaded = datasets.load_dataset(hub.path, hub.subset, revision=hub.revision)
    # What the hub, its client, the network and the readers of a dozen formats raise.
    except (datasets.exceptions.DatasetsError, ArrowException, ImportError, LookupError, *_ORDINARY) as error:
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise DataError(
            f"{hub.path} cannot be loaded: {reason}; check data.huggingface.path and the network"
        ) from error
    splits = dict(loaded) if isinstance(loaded, dict) else {str(loaded.split or "train"): loaded}
    missing = [name for name in hub.splits if name not in splits]
    if missing:
        raise DataError(
            f"{hub.path} has no split {missing[0]!r}: it has {', '.join(splits)}; check data.huggingface.splits"
        )
    return {name: split for name, split in splits.items() if not hub.splits or name in hub.splits}


def _write(split: Any, path: Path) -> None:  # noqa: ANN401 (datasets has no types)
    from pyarrow import parquet

    features = split.features
    plain = split.select_columns([name for name in features if type(features[name]).__name__ in _PLAIN])
    writer: parquet.ParquetWriter | None = None
    for table in plain.with_format("arrow").iter(batch_size=BATCH_ROWS):
        for place, name in enumerate(table.column_names):
            names = _class_names(features[name])
            if names:
                table = table.set_column(place, name, _named(table[name].to_pylist(), names))  # noqa: PLW2901
        if writer is None:
            writer = parquet.ParquetWriter(path, table.schema.remove_metadata())
        writer.write_table(table.replace_schema_metadata(None))
    if writer is None:
        parquet.write_table(plain.with_format("arrow")[:0].replace_schema_metadata(None), path)
    else:
        writer.close()


def _class_names(feature: Any) -> list[str]:  # noqa: ANN401 (datasets has no types)
    """Return the names of the classes of a feature, or of each of a list; empty where it holds none."""
    inner = getattr(feature, "feature", None) or (feature[0] if isinstance(feature, list) and feature else feature)
    return list(getattr(inner, "names", None) or [])


def _named(numbers: list[Any], names: list[str]) -> Any:  # noqa: ANN401 (an array of pyarrow)
    import pyarrow as pa

    def name(number: int | None) -> str | None:
        return None if number is None or number == UNLABELLED else names[number]

    many = any(isinstance(each, list) for each in numbers)
    if not many:
        return pa.array([name(each) for each in numbers], pa.string())
    return pa.array([None if each is None else [name(one) for one in each] for each in numbers], pa.list_(pa.string()))
