"""Who reads which documents of an epoch."""

from hypothesis import given
from hypothesis import strategies as st

from textops.data.shard_index import Shard
from textops.data.stream_plan import StreamPlan


def plan_of(rows: list[int], batch_size: int, ranks: int, workers: int, seed: int = 0) -> StreamPlan:
    shards = tuple(
        Shard(file=f"train/part-{number}.parquet", rows=count, bytes=1, sha256="0" * 64)
        for number, count in enumerate(rows)
    )
    return StreamPlan(shards, batch_size, ranks, workers, seed)


def read(plan: StreamPlan, rank: int, worker: int, epoch: int) -> list[tuple[int, int]]:
    """Return shard and row of all documents that a reader has."""
    stretches = plan.stretches(epoch, plan.first_row(rank, worker), plan.rows_of(rank, worker))
    return [(each.shard, row) for each in stretches for row in range(each.start, each.stop)]


plans = st.builds(
    lambda rows, ranks, more, workers: plan_of(rows, ranks + more, ranks, workers),
    st.lists(st.integers(0, 40), min_size=1, max_size=9).filter(any),
    st.integers(1, 7),
    st.integers(0, 30),
    st.integers(1, 5),
)


@given(plans, st.integers(0, 3))
def test_each_document_has_exactly_one_reader(plan: StreamPlan, epoch: int) -> None:
    # when
    found = [
        document
        for rank in range(plan.ranks)
        for worker in range(plan.workers)
        for document in read(plan, rank, worker, epoch)
    ]
    # then
    everything = [(number, row) for number, shard in enumerate(plan.shards) for row in range(shard.rows)]
    assert sorted(found) == everything


@given(plans)
def test_all_processes_make_the_same_steps_and_each_is_full_but_the_last(plan: StreamPlan) -> None:
    # when
    steps = [[plan.own_documents(step, rank) for rank in range(plan.ranks)] for step in range(len(plan))]
    # then
    assert all(sum(step) == plan.batch_size for step in steps[:-1])
    assert sum(map(sum, steps)) == plan.rows
    assert all(max(step) - min(step) <= 1 for step in steps)
    for rank in range(plan.ranks):
        for worker in range(plan.workers):
            assert plan.rows_of(rank, worker) == sum(steps[step][rank] for step in plan.steps(worker))


@given(plans, st.integers(0, 10))
def test_the_documents_of_some_batches_are_those_before_them_taken_away(plan: StreamPlan, batch: int) -> None:
    for rank in range(plan.ranks):
        for worker in range(plan.workers):
            before, behind = plan.rows_of(rank, worker, last=batch), plan.rows_of(rank, worker, first=batch)
            assert before + behind == plan.rows_of(rank, worker)
            assert before == sum(plan.own_documents(step, rank) for step in plan.steps(worker)[:batch])


def test_a_plan_for_very_many_documents_is_made_at_once() -> None:
    # given: counting any of them one by one would take hours
    plan = plan_of([50_000] * 20_000, batch_size=64, ranks=64, workers=8)
    # when
    stretches = plan.stretches(3, plan.first_row(63, 7), plan.rows_of(63, 7))
    # then
    assert len(plan) == 15_625_000
    assert sum(each.stop - each.start for each in stretches) == plan.rows_of(63, 7) == 1_953_125
    assert len(stretches) <= 41


def test_three_processes_with_two_readers_each_share_ten_shards() -> None:
    # given
    plan = plan_of([13, 7, 22, 1, 19, 4, 30, 8, 11, 6], batch_size=16, ranks=3, workers=2)
    # when
    parts = [set(read(plan, rank, worker, epoch=1)) for rank in range(3) for worker in range(2)]
    # then
    assert sum(map(len, parts)) == len(set.union(*parts)) == 121
    assert max(map(len, parts)) <= 24


def test_each_epoch_has_its_own_order_which_the_seed_decides() -> None:
    shards = [5] * 20
    orders = [
        [stretch.shard for stretch in plan_of(shards, 4, 1, 1, seed).stretches(epoch, 0, 100)]
        for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != orders[3]
    assert all(sorted(order) == list(range(20)) for order in orders)
