"""From a prepared data set to a sharded one: training examples in a random order over many files, in bounded memory.

Two passes. The first deals the examples out like cards and appends each to a file of its shard; the second reads one
such file at a time, brings its examples into a random order, and writes the shard.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, rmtree
from typing import TYPE_CHECKING

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.data.configuration import SPLITS, SplitName
from textops.data.dataset import WINDOW_FILE, Dataset
from textops.data.manifest import MANIFEST_FILE
from textops.data.shard_index import INDEX_FILE, Shard, ShardIndex
from textops.errors import ConfigurationError, DataError
from textops.files import folder_written_beside, sha256_of_file, shown, write_text

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_PER_SHARD = 50_000
ROW_GROUP_ROWS = 1024
"""A reader holds so many rows at least."""
BUFFER_BYTES = 128 << 20
"""Examples that wait for their files."""
_ROWS_DEALT = 4096
_SPILL = ".dealt"
_PROGRESS_ROWS = 1_000_000


@dataclass(frozen=True)
class Sharding:
    """How a data set is cut up; one of the two is given.

    Attributes:
        rows: Of a shard.
        shards: Of the training examples.
    """

    rows: int | None = None
    shards: int | None = None

    def __post_init__(self) -> None:
        if self.rows is not None and self.shards is not None:
            raise ConfigurationError("--shards and --rows-per-shard contradict each other: give one of them")

    def rows_per_shard(self, examples: int) -> int:
        """Return how many examples a shard has at most.

        Raises:
            ConfigurationError: If there are more shards than examples.
        """
        if self.shards is None:
            return self.rows or ROWS_PER_SHARD
        if self.shards > examples:
            raise ConfigurationError(f"{examples} training examples cannot fill {self.shards} shards: give fewer")
        return math.ceil(examples / self.shards)

    def count(self, examples: int) -> int:
        """Return how many shards the training examples make."""
        return self.shards or max(1, math.ceil(examples / self.rows_per_shard(examples)))


def shard_dataset(source: Path, out: Path, sharding: Sharding = Sharding(), seed: int = 0) -> ShardIndex:
    """Write a prepared data set in shards; whole or not at all.

    Validation and test examples keep their order, so that models are judged on the same examples in the same order.

    Args:
        source: Folder of a prepared data set, also of a sharded one.
        out: Where to; nothing may be there.
        sharding: How it is cut up.
        seed: Of the order of the training examples.

    Returns:
        What was written.

    Raises:
        DataError: If the data set is not whole, or `out` cannot be written or is there.
        ConfigurationError: If it cannot be cut up in this way.
    """
    dataset = Dataset.load(source)
    if out.exists():
        raise DataError(f"{shown(out)} exists: choose another folder, or remove it")
    examples = dataset.manifest.examples("train")
    rows, count = sharding.rows_per_shard(examples), sharding.count(examples)
    logger.info("Sharding {:,} training examples into {:,} files", examples, count)
    try:
        with folder_written_beside(out) as beside:
            splits: dict[SplitName, tuple[Shard, ...]] = {"train": tuple(_shuffled(dataset, beside, count, seed))}
            for split in SPLITS[1:]:
                splits[split] = tuple(_in_order(dataset, split, beside, rows))
            index = ShardIndex(
                fingerprint=dataset.manifest.fingerprint, seed=seed, splits=splits, label_sets=_label_sets(dataset)
            )
            _check_whole(index, dataset)
            for name in (MANIFEST_FILE, WINDOW_FILE):
                if (source / name).is_file():
                    copyfile(source / name, beside / name)
            write_text(beside / INDEX_FILE, index.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise DataError(f"{shown(out)} cannot be written: {error.strerror or error}") from error
    return index


def _label_sets(dataset: Dataset) -> tuple[str, ...] | None:
    """Tell which sets occur: who reads shards from elsewhere would have to fetch them all to see that."""
    return None if dataset.manifest.source.separator is None else tuple(dataset.answers.names)


def _check_whole(index: ShardIndex, dataset: Dataset) -> None:
    for split in SPLITS:
        if index.rows(split) != dataset.manifest.examples(split):
            raise DataError(f"{shown(dataset.folder)} changed while it was read: wait until it is written")


class Dealer:
    """Deals rows out: of as many rows in succession as there are shards, each shard gets one, which one is chance.

    So shards differ by one row at most, and each is a fair sample of the whole.
    """

    def __init__(self, shards: int, seed: int) -> None:
        self._shards = shards
        self._random = np.random.default_rng([seed, 0])
        self._waiting = np.empty(0, np.int64)

    def deal(self, rows: int) -> NDArray[np.int64]:
        """Return the shard of each of the next rows."""
        parts = [self._waiting]
        have = len(self._waiting)
        while have < rows:
            # Always as many at a time: how the rows come in does not change who gets them.
            rounds = max(1, _ROWS_DEALT // self._shards)
            dealt = self._random.permuted(np.tile(np.arange(self._shards), (rounds, 1)), axis=1).ravel()
            parts.append(dealt)
            have += len(dealt)
        everything = np.concatenate(parts)
        self._waiting = everything[rows:]
        return everything[:rows]


def _shuffled(dataset: Dataset, folder: Path, count: int, seed: int) -> Iterator[Shard]:
    dealt = folder / _SPILL
    dealt.mkdir()
    dealer = Dealer(count, seed)
    for table in _buffered(dataset.tables("train")):
        _append(table, dealer.deal(len(table)), dealt)
    schema = dataset.schema("train")
    for number in range(count):
        table = _dealt(dealt / str(number), schema)
        order = np.random.default_rng([seed, 1, number]).permutation(len(table))
        pieces = (table.take(order[at : at + ROW_GROUP_ROWS]) for at in range(0, len(table), ROW_GROUP_ROWS))
        yield _write(folder, "train", number, count, schema, pieces)
    rmtree(dealt)


def _in_order(dataset: Dataset, split: SplitName, folder: Path, rows: int) -> Iterator[Shard]:
    import pyarrow as pa

    examples, schema = dataset.manifest.examples(split), dataset.schema(split)
    count = max(1, math.ceil(examples / rows))
    tables = dataset.tables(split)
    waiting = schema.empty_table()

    def pieces(wanted: int) -> Iterator[pa.Table]:
        nonlocal waiting
        while wanted:
            if not len(waiting):
                following = next(tables, None)
                if following is None:
                    return
                waiting = following
            piece = waiting.slice(0, min(wanted, ROW_GROUP_ROWS))
            waiting = waiting.slice(len(piece))
            wanted -= len(piece)
            yield piece

    for number in range(count):
        yield _write(folder, split, number, count, schema, pieces(rows))


def _buffered(tables: "Iterator[pa.Table]") -> "Iterator[pa.Table]":
    """Join tables until they are worth writing."""
    import pyarrow as pa

    held: list[pa.Table] = []
    rows = told = waiting = 0
    for table in tables:
        held.append(table)
        rows += len(table)
        waiting += table.nbytes
        if waiting >= BUFFER_BYTES:
            yield pa.concat_tables(held)
            held, waiting = [], 0
        if rows - told >= _PROGRESS_ROWS:
            told = rows
            logger.info("{:,} examples dealt out", rows)
    if held:
        yield pa.concat_tables(held)


def _append(table: "pa.Table", shards: NDArray[np.int64], folder: Path) -> None:
    """Append rows to the files of their shards, opened one by one: there may be more than a process may have open."""
    import pyarrow as pa

    order = np.argsort(shards, kind="stable")
    chosen, starts = np.unique(shards[order], return_index=True)
    for shard, rows in zip(chosen.tolist(), np.split(order, starts[1:]), strict=True):
        piece = table.take(rows).combine_chunks()
        # Streams behind each other in one file; each ends with a mark of its own.
        with (folder / str(shard)).open("ab") as file, pa.ipc.new_stream(file, piece.schema) as stream:
            stream.write_table(piece)


def _dealt(path: Path, schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa

    tables: list[pa.Table] = []
    if path.is_file():
        with path.open("rb") as file:
            size = path.stat().st_size
            while file.tell() < size:
                tables.append(pa.ipc.open_stream(file).read_all())
    return pa.concat_tables([schema.empty_table(), *tables])


def _write(
    folder: Path, split: SplitName, number: int, count: int, schema: "pa.Schema", pieces: "Iterator[pa.Table]"
) -> Shard:
    from pyarrow import parquet

    name = f"{split}/part-{number:05d}-of-{count:05d}.parquet"
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    rows = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for piece in pieces:
            writer.write_table(piece, row_group_size=ROW_GROUP_ROWS)
            rows += len(piece)
    return Shard(file=name, rows=rows, bytes=path.stat().st_size, sha256=sha256_of_file(path))
