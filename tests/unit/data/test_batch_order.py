"""Which documents make which batch."""

from itertools import chain

import numpy as np
import pytest

from textops.data.batch_order import BatchOrder, Shard

LENGTHS = np.random.default_rng(0).integers(1, 500, 103)


def rows_of(order: BatchOrder, epoch: int = 0) -> list[list[int]]:
    return [batch.rows.tolist() for batch in order.batches(epoch)]


@pytest.mark.parametrize("batches_per_bucket", [1, 3, 1000])
@pytest.mark.parametrize("shuffle", [False, True])
def test_each_document_is_in_one_batch_of_an_epoch(batches_per_bucket: int, *, shuffle: bool) -> None:
    # given
    order = BatchOrder(LENGTHS, 10, shuffle=shuffle, batches_per_bucket=batches_per_bucket)
    # when
    batches = rows_of(order, epoch=3)
    # then
    assert sorted(chain.from_iterable(batches)) == list(range(len(LENGTHS)))
    assert sorted(map(len, batches)) == [3, *[10] * 10]
    assert len(order) == len(batches)


def test_each_epoch_and_each_seed_has_an_order_of_its_own_and_the_same_each_time() -> None:
    # given
    first, other = BatchOrder(LENGTHS, 10, shuffle=True), BatchOrder(LENGTHS, 10, shuffle=True, seed=1)
    # then
    assert rows_of(first, 0) == rows_of(first, 0)
    assert len({str(rows) for rows in (rows_of(first, 0), rows_of(first, 1), rows_of(other, 0))}) == 3


def test_without_shuffling_documents_stay_in_their_order() -> None:
    assert list(chain.from_iterable(rows_of(BatchOrder(LENGTHS, 10, batches_per_bucket=5), epoch=2))) == list(
        range(len(LENGTHS))
    )


def test_buckets_save_padding_and_leave_the_order_of_the_batches_to_chance() -> None:
    # given
    lengths = np.random.default_rng(1).integers(1, 500, 1000)
    # when
    padded = {
        buckets: [
            len(batch.rows) * int(lengths[batch.rows].max())
            for batch in BatchOrder(lengths, 10, shuffle=True, batches_per_bucket=buckets).batches(0)
        ]
        for buckets in (1, 20)
    }
    # then
    assert sum(padded[1]) > 1.7 * lengths.sum()
    assert sum(padded[20]) < 1.15 * lengths.sum()
    assert padded[20] != sorted(padded[20])


@pytest.mark.parametrize("count", [2, 3, 7])
def test_processes_share_every_batch_out_among_them(count: int) -> None:
    # given
    whole = rows_of(BatchOrder(LENGTHS, 10, shuffle=True, batches_per_bucket=2), epoch=1)
    # when
    shards = [
        BatchOrder(LENGTHS, 10, shuffle=True, batches_per_bucket=2, shard=Shard(number, count)).batches(1)
        for number in range(count)
    ]
    # then
    for place, rows in enumerate(whole):
        parts = [shard[place] for shard in shards]
        assert sorted(row for part in parts if part.share for row in part.rows.tolist()) == sorted(rows)
        # The mean over processes of share x mean loss is the mean loss of the batch.
        assert sum(part.share for part in parts) == pytest.approx(count)
        assert all(part.share == pytest.approx(len(part.rows) * count / len(rows)) for part in parts if part.share)


def test_a_process_without_a_document_of_its_own_takes_part_in_the_step_without_counting() -> None:
    # given: a last batch of one document for two processes
    orders = [BatchOrder(np.ones(5, np.int64), 4, shard=Shard(number, 2)) for number in (0, 1)]
    # when
    first, second = (order.batches(0)[-1] for order in orders)
    # then
    assert (first.rows.tolist(), first.share) == ([4], 2)
    assert (second.rows.tolist(), second.share) == ([4], 0)
