"""A prepared data set: three Parquet files, or the shards of three splits, and `dataset.json` in a folder."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SPLITS, SplitName
from textops.data.label_table import LabelTable
from textops.data.manifest import MANIFEST_FILE, DatasetManifest, read_manifest
from textops.data.parquet_reading import read_parquet
from textops.data.shard_files import opened_shard
from textops.data.shard_index import INDEX_FILE, ShardIndex, read_index
from textops.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

WINDOW_FILE = "window.parquet"
"""Labelled live traffic that no training sees; only data sets that were grown by a retraining have it."""
_ROWS_OF_A_PART = 1000


@dataclass(frozen=True)
class Examples:
    """The examples of a split; all of the same length, in the same order.

    Attributes:
        ids: Unique ids.
        texts: What the model sees.
        labels: Index into the answers of the data set, which are its classes where a text has one; int64, shape
            [examples].
        groups: Name of the near-duplicate group.
        timestamps: datetime64[us] in UTC, shape [examples], NaT where unknown; None where the source has no
            time.
        sources: Where each text comes from, empty where unknown; None where the data set does not say.
    """

    ids: list[str]
    texts: list[str]
    labels: NDArray[np.int64]
    groups: list[str]
    timestamps: NDArray[np.datetime64] | None = None
    sources: list[str] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Dataset:
    """A prepared data set.

    Attributes:
        folder: Where it lies.
        manifest: What `dataset.json` says.
        index: The files of a sharded data set; None where each split is one file.
    """

    folder: Path
    manifest: DatasetManifest
    index: ShardIndex | None = None

    @classmethod
    def load(cls, folder: Path) -> "Dataset":
        """Open a data set that `prepare` wrote.

        Raises:
            DataError: If there is none, or it is not whole.
        """
        from pyarrow import parquet

        manifest = read_manifest(folder)
        if (index := read_index(folder)) is not None:
            index.check(folder, manifest.fingerprint, {split: manifest.examples(split) for split in SPLITS})
            return cls(folder, manifest, index)
        for split in SPLITS:
            path = folder / file_of(split)
            with _told_if_damaged(path):
                rows = parquet.read_metadata(path).num_rows
            expected = manifest.examples(split)
            if rows != expected:
                raise DataError(
                    f"{path} has {rows} examples, {MANIFEST_FILE} says {expected}: run textops prepare again"
                )
        return cls(folder, manifest)

    @cached_property
    def answers(self) -> LabelTable:
        """What the labels of examples are numbers of: the classes, or the sets of labels that occur.

        Raises:
            DataError: If a file is damaged or holds a label that is not a class.
        """
        classes, separator = self.manifest.classes, self.manifest.source.separator
        if separator is None:
            return LabelTable.of(classes, classes, None)
        known = None if self.index is None else self.index.label_sets
        names = set() if known is None else set(known)
        splits = () if known is not None else SPLITS
        for path in (*(path for split in splits for path in self.files(split)), self.folder / WINDOW_FILE):
            if path.is_file():
                names |= _different_labels(path)
        try:
            return LabelTable.of(sorted(names), classes, separator)
        except KeyError as error:
            raise _unknown_label(self.folder, error) from error

    def examples(self, split: SplitName) -> Examples:
        """Read the examples of a split.

        Raises:
            DataError: If the file is damaged or holds a label that is not a class.
        """
        return self._examples(self.files(split))

    def window(self) -> Examples | None:
        """Read the labelled live traffic that no training has seen, None where there is none.

        Raises:
            DataError: If the file is damaged or holds a label that is not a class.
        """
        path = self.folder / WINDOW_FILE
        return self._examples([path]) if path.is_file() else None

    def files(self, split: SplitName) -> Iterator[Path]:
        """Give the files of a split one after the other, each for as long as it is looked at."""
        if self.index is None:
            yield self.folder / file_of(split)
            return
        for shard in self.index.splits[split]:
            with opened_shard(self.folder, self.index, shard) as path:
                yield path

    def file_names(self) -> list[str]:
        """Return what the data set is made of, as paths below its folder; without what lies elsewhere."""
        if self.index is None:
            return [MANIFEST_FILE, *map(file_of, SPLITS)]
        return [MANIFEST_FILE, INDEX_FILE, *self.index.local_files()]

    def _examples(self, paths: Iterable[Path]) -> Examples:
        import pyarrow as pa

        tables, numbers = [], []
        for path in paths:
            with _told_if_damaged(path):
                tables.append(read_parquet(path))
            names: list[str] = tables[-1].select(["label"]).to_pydict()["label"]
            numbers.append(self.label_numbers(names, path))
        table, labels = pa.concat_tables(tables), np.concatenate(numbers)
        columns: dict[str, list[str]] = table.select(["id", "text", "group"]).to_pydict()
        has_time = "timestamp" in table.column_names
        return Examples(
            ids=columns["id"],
            texts=columns["text"],
            labels=labels,
            groups=columns["group"],
            timestamps=table["timestamp"].to_numpy().astype("datetime64[us]") if has_time else None,
            sources=[str(name) for name in table["source"].to_pylist()] if "source" in table.column_names else None,
        )

    def last_timestamp(self, split: SplitName) -> np.datetime64 | None:
        """Return the latest time in a split, None where no example has one.

        Raises:
            DataError: If the file is damaged.
        """
        from pyarrow import parquet

        latest: list[np.datetime64] = []
        for path in self.files(split):
            with _told_if_damaged(path):
                if "timestamp" not in parquet.read_schema(path).names:
                    return None
                column = read_parquet(path, columns=["timestamp"])["timestamp"]
            times = column.to_numpy().astype("datetime64[us]")
            known = times[~np.isnat(times)]
            latest += [known.max()] if len(known) else []
        return max(latest, default=None)

    def parts(self, split: SplitName, rows: int = _ROWS_OF_A_PART) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
        """Read texts and labels of a split some at a time, in the order of `examples`.

        Raises:
            DataError: As `examples`.
        """
        from pyarrow import parquet

        for path in self.files(split):
            with _told_if_damaged(path), parquet.ParquetFile(path) as file:
                for part in file.iter_batches(rows, columns=["text", "label"]):
                    columns: dict[str, list[str]] = part.to_pydict()
                    yield columns["text"], self.label_numbers(columns["label"], path)

    def tables(self, split: SplitName, columns: list[str] | None = None) -> "Iterator[pa.Table]":
        """Read columns of a split, all where none are named, some rows at a time, in the order of `examples`.

        Raises:
            DataError: If a file is damaged.
        """
        import pyarrow as pa
        from pyarrow import parquet

        for path in self.files(split):
            with _told_if_damaged(path), parquet.ParquetFile(path) as file:
                for part in file.iter_batches(_ROWS_OF_A_PART, columns=columns):
                    yield pa.Table.from_batches([part])

    def schema(self, split: SplitName) -> "pa.Schema":
        """Return the columns of a split.

        Raises:
            DataError: If a file is damaged.
        """
        from pyarrow import parquet

        for path in self.files(split):
            with _told_if_damaged(path):
                return parquet.read_schema(path)
        raise DataError(f"{self.folder} has no file of {split}: run textops prepare again")

    def texts(self, split: SplitName) -> Iterator[str]:
        """Read the texts of a split, few at a time."""
        for texts, _ in self.parts(split):
            yield from texts

    def label_numbers(self, names: Sequence[str], path: Path) -> NDArray[np.int64]:
        """Return the numbers of labels that were read from a file, int64, shape [names].

        Raises:
            DataError: If one is not a class.
        """
        try:
            return np.array([self._numbers[name] for name in names], np.int64)
        except KeyError as error:
            raise _unknown_label(path, error) from error

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.answers.names)}


def _different_labels(path: Path) -> set[str]:
    with _told_if_damaged(path):
        return {str(name) for name in read_parquet(path, columns=["label"])["label"].unique().to_pylist()}


def _unknown_label(path: Path, label: KeyError) -> DataError:
    return DataError(f"{path} holds the label {label}, which is no class of {MANIFEST_FILE}: run textops prepare again")


@contextmanager
def _told_if_damaged(path: Path) -> Iterator[None]:
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError) as error:
        raise DataError(f"{path} is missing or damaged: run textops prepare again") from error


def file_of(split: SplitName) -> str:
    """Return the name of the file that holds a split."""
    return f"{split}.parquet"
