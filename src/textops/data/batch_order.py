"""Which documents make which batch: a pure function of the seed and the epoch, so that every process knows it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Shard:
    """One of several processes that share the work.

    Attributes:
        number: From 0 to below `count`.
        count: How many share.
    """

    number: int = 0
    count: int = 1


@dataclass(frozen=True)
class BatchRows:
    """The documents of a batch that one process gets.

    Attributes:
        rows: Their places in the split, int64, shape [documents].
        share: Their number relative to an even split of the batch: processes that average their gradients average the
            batch by it.
    """

    rows: Rows
    share: float


@dataclass(frozen=True)
class BatchOrder:
    """How a split is cut into batches.

    Attributes:
        lengths: Tokens of each document, shape [documents].
        batch_size: Documents of a batch, over all processes.
        shuffle: Whether each epoch has an order of its own.
        seed: Of the order.
        batches_per_bucket: So many batches are drawn together and share their documents out by length; less padding,
            and at 1 nothing but chance.
        shard: Which part of each batch this process has.
    """

    lengths: Rows
    batch_size: int
    shuffle: bool = False
    seed: int = 0
    batches_per_bucket: int = 1
    shard: Shard = Shard()

    def __len__(self) -> int:
        return math.ceil(len(self.lengths) / self.batch_size)

    def batches(self, epoch: int) -> list[BatchRows]:
        """Return the batches of an epoch; each document is in exactly one, and in one process alone."""
        return [self._of_this_process(rows) for rows in self._whole_batches(epoch)]

    def _whole_batches(self, epoch: int) -> list[Rows]:
        if not self.shuffle:
            return self._cut(np.arange(len(self.lengths)))
        generator = np.random.default_rng([self.seed, epoch])
        order = generator.permutation(len(self.lengths))
        if self.batches_per_bucket == 1:
            return self._cut(order)
        bucket = self.batch_size * self.batches_per_bucket
        batches: list[Rows] = []
        for start in range(0, len(order), bucket):
            drawn = order[start : start + bucket]
            # Stable: equal lengths keep the order that chance gave them.
            batches += self._cut(drawn[np.argsort(self.lengths[drawn], kind="stable")])
        # Short documents first in every bucket would be a pattern that the step size could follow.
        return [batches[place] for place in generator.permutation(len(batches))]

    def _cut(self, order: Rows) -> list[Rows]:
        return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]

    def _of_this_process(self, rows: Rows) -> BatchRows:
        own = rows[self.shard.number :: self.shard.count]
        if len(own):
            return BatchRows(own, len(own) * self.shard.count / len(rows))
        # Every process takes part in every step: one without a document of its own takes one that does not count.
        return BatchRows(rows[:1], 0.0)
