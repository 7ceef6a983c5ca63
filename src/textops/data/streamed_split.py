"""Training documents read from shards and tokenized as they are needed: no more in memory than a buffer holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from textops.data.batch import RaggedBatch
from textops.data.dataset import Dataset
from textops.data.shard_files import opened_shard
from textops.data.shard_index import ShardIndex
from textops.data.stream_plan import StreamPlan, Stretch
from textops.errors import DataError
from textops.files import shown
from textops.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class StreamFailure:
    """What a reader could not do; an error that is raised in another process comes with that process's traceback.

    Attributes:
        message: The message of the error.
    """

    message: str


@dataclass(frozen=True)
class _Documents:
    """Documents that wait to be served.

    Attributes:
        texts: What the model sees.
        labels: Class indices, int64, shape [documents].
        rows: Place of each in the split, counted over all shards, int64, shape [documents].
    """

    texts: list[str]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def joined(cls, parts: "Sequence[_Documents]") -> "_Documents":
        return cls(
            [text for part in parts for text in part.texts],
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.rows for part in parts]),
        )

    def cut(self, start: int, stop: int | None = None) -> "_Documents":
        return _Documents(self.texts[start:stop], self.labels[start:stop], self.rows[start:stop])


@dataclass(frozen=True)
class StreamedDocuments:
    """What is read, and how it becomes batches.

    Attributes:
        dataset: A sharded data set.
        tokenizer: Makes the tokens.
        plan: Who reads what.
        rank: Number of this process.
        buffer_rows: Documents that a reader holds and mixes.
        batches_per_bucket: So many batches share their documents out by length; 1 leaves it to chance.
    """

    dataset: Dataset
    tokenizer: Tokenizer
    plan: StreamPlan
    rank: int
    buffer_rows: int
    batches_per_bucket: int = 1

    def batches(self, epoch: int, served: int, worker: int) -> Iterator[RaggedBatch]:
        """Read the batches of one reader.

        Args:
            epoch: Which epoch.
            served: Batches of this process that are not wanted any more.
            worker: Number of the reader.

        Raises:
            DataError: If a shard is missing, or its content is another one.
        """
        steps = self.plan.steps(worker)
        skipped = len(range(worker, min(served, len(self.plan)), self.plan.workers))
        if skipped == len(steps):
            return
        in_block = max(1, self.buffer_rows // max(1, self.plan.own_documents(0, self.rank)))
        # A block that is half served is read again; those before it are not looked at.
        begin = skipped // in_block * in_block
        waiting = _Waiting(self._read(epoch, worker, begin))
        for at in range(begin, len(steps), in_block):
            of_block = [self.plan.own_documents(step, self.rank) for step in steps[at : at + in_block]]
            block = waiting.take(sum(of_block))
            chosen = self._shared_out(block, of_block, (epoch, self.rank, worker, at))
            for place, rows in enumerate(chosen):
                if at + place >= skipped:
                    yield self._batch(block, rows, steps[at + place])

    def _read(self, epoch: int, worker: int, batch: int) -> Iterator[_Documents]:
        """Read what a reader has, from one of its batches on."""
        first = self.plan.first_row(self.rank, worker) + self.plan.rows_of(self.rank, worker, last=batch)
        return self._documents(self.plan.stretches(epoch, first, self.plan.rows_of(self.rank, worker, first=batch)))

    def _documents(self, stretches: Sequence[Stretch]) -> Iterator[_Documents]:
        before = np.cumsum([0, *(shard.rows for shard in self.plan.shards)])
        for stretch in stretches:
            yield from _rows_of_shard(self.dataset, stretch, int(before[stretch.shard]))

    def _shared_out(
        self, block: _Documents, counts: Sequence[int], place: tuple[int, int, int, int]
    ) -> list[NDArray[np.int64]]:
        """Return which documents of a block make which of its batches."""
        order = np.arange(len(block))
        if not self.plan.shuffle:
            return np.split(order, np.cumsum(counts)[:-1])
        random = np.random.default_rng([self.plan.seed, *place])
        order = random.permutation(order)
        cuts = np.cumsum(counts)[:-1]
        if self.batches_per_bucket == 1:
            return np.split(order, cuts)
        lengths = np.fromiter(map(len, block.texts), np.int64, len(block))
        batches: list[NDArray[np.int64]] = []
        for at in range(0, len(counts), self.batches_per_bucket):
            of_bucket = counts[at : at + self.batches_per_bucket]
            drawn, order = order[: sum(of_bucket)], order[sum(of_bucket) :]
            # Stable: equal lengths keep the order that chance gave them.
            drawn = drawn[np.argsort(lengths[drawn], kind="stable")]
            batches += np.split(drawn, np.cumsum(of_bucket)[:-1])
        # As in `BatchOrder`; but only the last step of an epoch may be smaller, and all processes agree which it is.
        whole = [batch for batch in batches if len(batch) == counts[0]]
        return [whole[place] for place in random.permutation(len(whole))] + batches[len(whole) :]

    def _batch(self, block: _Documents, rows: NDArray[np.int64], step: int) -> RaggedBatch:
        share = len(rows) * self.plan.ranks / self.plan.documents(step)
        if not len(rows):
            # Every process takes part in every step: one without a document of its own takes one that does not count.
            block = next(self._documents([Stretch(0, 0, 1)]))
            rows = np.zeros(1, np.int64)
        ragged = self.tokenizer.ragged([block.texts[row] for row in rows.tolist()])
        return RaggedBatch.from_numpy(ragged, block.labels[rows], block.rows[rows], share)


class StreamedSplit(torch.utils.data.IterableDataset[RaggedBatch | StreamFailure]):
    """The same for a `DataLoader`, in this process or in others that help it.

    Attributes:
        documents: What is read, and how it becomes batches.
        place: Epoch, and batches of it that are not wanted any more; int64, shape [2], in memory that all share:
            processes that help may outlive an epoch.
    """

    def __init__(self, documents: StreamedDocuments) -> None:
        self.documents = documents
        self.place = torch.zeros(2, dtype=torch.int64)
        self.place.share_memory_()  # type: ignore[no-untyped-call]

    def __iter__(self) -> Iterator[RaggedBatch | StreamFailure]:
        """Serve what this reader has to."""
        epoch, served = self.place.tolist()
        information = torch.utils.data.get_worker_info()
        # The first batch that is asked for is that of the first process, whatever was served before.
        worker = 0 if information is None else (information.id + served) % self.documents.plan.workers
        try:
            yield from self.documents.batches(epoch, served, worker)
        except DataError as error:
            yield StreamFailure(str(error))


class _Waiting:
    """Documents as they come, taken in other portions."""

    def __init__(self, parts: Iterator[_Documents]) -> None:
        self._parts = parts
        self._rest: _Documents | None = None

    def take(self, count: int) -> _Documents:
        """Return the next documents."""
        held = [] if self._rest is None else [self._rest]
        have = sum(map(len, held))
        while have < count:
            held.append(next(self._parts))
            have += len(held[-1])
        if not held:
            return _Documents([], np.empty(0, np.int64), np.empty(0, np.int64))
        everything = _Documents.joined(held)
        self._rest = everything.cut(count)
        return everything.cut(0, count)


def _rows_of_shard(dataset: Dataset, stretch: Stretch, before: int) -> Iterator[_Documents]:
    from pyarrow import ArrowException, parquet

    index = index_of(dataset)
    shard = index.splits["train"][stretch.shard]
    with opened_shard(dataset.folder, index, shard) as path:
        try:
            with parquet.ParquetFile(path, pre_buffer=False) as file:
                start = 0
                for group in range(file.num_row_groups):
                    rows = file.metadata.row_group(group).num_rows
                    low, high = max(stretch.start, start), min(stretch.stop, start + rows)
                    if low < high:
                        columns = file.read_row_group(group, columns=["text", "label"])
                        part = columns.slice(low - start, high - low).to_pydict()
                        labels = dataset.label_numbers(part["label"], path)
                        yield _Documents(part["text"], labels, np.arange(before + low, before + high))
                    start += rows
        except (ArrowException, OSError) as error:
            raise DataError(f"{shown(path)} cannot be read as Parquet: {' '.join(str(error).split())}") from error
        if start != shard.rows:
            raise DataError(
                f"{shown(path)} has {start} examples, its index says {shard.rows}: shard the data set again"
            )


def index_of(dataset: Dataset) -> ShardIndex:
    """Return the index of a sharded data set.

    Raises:
        DataError: If it is not sharded.
    """
    if dataset.index is None:
        raise DataError(f"{shown(dataset.folder)} is not sharded: shard it (textops shard {shown(dataset.folder)} OUT)")
    return dataset.index
