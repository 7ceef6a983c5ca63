"""Who reads which documents of an epoch: plain arithmetic, so that every process knows it of every other."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textops.data.shard_index import Shard


@dataclass(frozen=True)
class Stretch:
    """Successive rows of a shard.

    Attributes:
        shard: Its number in the index.
        start: First row.
        stop: Row after the last.
    """

    shard: int
    start: int
    stop: int


@dataclass(frozen=True)
class StreamPlan:
    """How the documents of an epoch are shared out.

    The shards of an epoch stand behind each other in a random order. Each reader (a worker of a process) has a part of
    that line, as long as its batches together. All processes make the same number of steps, and in each step all of
    their documents together are `batch_size`, but for the last one. Every document is in one step of one process.

    Attributes:
        shards: The files with the training documents.
        batch_size: Documents of a step, over all processes.
        ranks: Processes that train together.
        workers: Readers in each of them; batch `n` is made by reader `n % workers`.
        seed: Of the order.
        shuffle: Whether each epoch has an order of its own.
    """

    shards: tuple[Shard, ...]
    batch_size: int
    ranks: int = 1
    workers: int = 1
    seed: int = 0
    shuffle: bool = True

    @cached_property
    def rows(self) -> int:
        """Number of all documents."""
        return sum(shard.rows for shard in self.shards)

    def __len__(self) -> int:
        """Return the steps of an epoch."""
        return math.ceil(self.rows / self.batch_size)

    def documents(self, step: int) -> int:
        """Return the documents of a step, over all processes."""
        return min(self.batch_size, self.rows - step * self.batch_size)

    def own_documents(self, step: int, rank: int) -> int:
        """Return the documents of a step that one process has; there may be none in the last one."""
        return len(range(rank, self.documents(step), self.ranks))

    def steps(self, worker: int) -> range:
        """Return the steps whose batches a reader makes, in every process."""
        return range(worker, len(self), self.workers)

    def rows_of(self, rank: int, worker: int, first: int = 0, last: int | None = None) -> int:
        """Return how many documents a reader has.

        Args:
            rank: Number of the process.
            worker: Number of the reader in it.
            first: Of its batches the first that counts.
            last: Of its batches the one behind the last that counts; None for all.
        """
        steps = self.steps(worker)[first:last]
        if not steps:
            return 0
        # All steps but the last one of all are alike: there may be millions.
        return (len(steps) - 1) * self.own_documents(0, rank) + self.own_documents(steps[-1], rank)

    def first_row(self, rank: int, worker: int) -> int:
        """Return where in the line of an epoch the documents of a reader begin."""
        whole = sum(self.rows_of(earlier, each) for earlier in range(rank) for each in range(self.workers))
        return whole + sum(self.rows_of(rank, earlier) for earlier in range(worker))

    def stretches(self, epoch: int, first: int, rows: int) -> list[Stretch]:
        """Return what a part of the line of an epoch is made of.

        Args:
            epoch: Which epoch.
            first: Where in the line it begins.
            rows: How long it is.
        """
        order = np.arange(len(self.shards))
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(order)
        found, before = [], 0
        for number in order.tolist():
            start, stop = max(first - before, 0), min(first + rows - before, self.shards[number].rows)
            if start < stop:
                found.append(Stretch(number, start, stop))
            before += self.shards[number].rows
        return found
