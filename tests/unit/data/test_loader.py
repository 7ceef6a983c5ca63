"""Serving batches, also from the middle of an epoch and from other processes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.data.batch_order import BatchOrder
from textops.data.loader import BatchLoader
from textops.data.loader_settings import LoaderSettings
from textops.data.token_files import TokenizedSplit, map_split, write_split
from textops.text.ragged import Ragged

DOCUMENTS = 50


@pytest.fixture
def split(tmp_path: Path) -> TokenizedSplit:
    rows = [(np.arange(row % 7, dtype=np.int32), np.full(row % 7, row, np.float32)) for row in range(DOCUMENTS)]
    record = write_split(tmp_path, "train", [(Ragged.from_rows(rows), np.arange(DOCUMENTS) % 3)])
    return map_split(tmp_path, "train", record)


class Clock:
    """The epoch that Lightning would tell."""

    def __init__(self) -> None:
        self.epoch = 0

    def __call__(self) -> int:
        return self.epoch


def loader_of(split: TokenizedSplit, clock: Clock, settings: LoaderSettings | None = None) -> BatchLoader:
    order = BatchOrder(np.diff(split.documents.offsets), 8, shuffle=True)
    return BatchLoader(split, order, settings or LoaderSettings(), clock)


def rows_of(batches: list[RaggedBatch]) -> list[list[int]]:
    return [batch.rows.tolist() for batch in batches]


def test_a_loader_that_goes_on_serves_what_is_left(split: TokenizedSplit) -> None:
    # given
    clock = Clock()
    clock.epoch = 4
    whole = rows_of(list(loader_of(split, clock)))
    broken_off = loader_of(split, clock)
    batches = iter(broken_off)
    seen = [next(batches) for _ in range(3)]
    # when
    resumed = loader_of(split, clock)
    resumed.load_state_dict(broken_off.state_dict())
    rest = rows_of(list(resumed))
    # then
    assert [*rows_of(seen), *rest] == whole
    clock.epoch = 5
    assert rows_of(list(resumed)) == rows_of(list(loader_of(split, clock)))


def test_the_next_epoch_begins_at_its_beginning_also_when_the_last_was_cut_short(split: TokenizedSplit) -> None:
    # given: Lightning stops after limit_train_batches
    clock = Clock()
    cut_short = loader_of(split, clock)
    batches = iter(cut_short)
    next(batches)
    # when
    resumed = loader_of(split, clock)
    resumed.load_state_dict(cut_short.state_dict())
    clock.epoch = 1
    # then
    assert rows_of(list(resumed)) == rows_of(list(loader_of(split, clock)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "workers", "persistent"), [("fork", 2, False), ("fork", 2, True), ("spawn", 1, True)]
)
def test_other_processes_serve_the_same_batches(
    split: TokenizedSplit, method: str, workers: int, *, persistent: bool
) -> None:
    # given
    here, there = Clock(), Clock()
    settings = LoaderSettings(num_workers=workers, prefetch_factor=2, persistent_workers=persistent)
    torch.multiprocessing.set_start_method(method, force=True)
    loader, helped = loader_of(split, here), loader_of(split, there, settings)
    for epoch in (0, 1):
        # when
        here.epoch = there.epoch = epoch
        pairs = list(zip(loader, helped, strict=True))
        # then
        for one, other in pairs:
            assert torch.equal(one.rows, other.rows)
            assert torch.equal(one.ids, other.ids)
            assert torch.equal(one.weights, other.weights)
            assert torch.equal(one.labels, other.labels)
    torch.multiprocessing.set_start_method("fork", force=True)


def test_random_numbers_of_the_model_do_not_depend_on_the_loader(split: TokenizedSplit) -> None:
    # given
    torch.manual_seed(0)
    expected = torch.rand(3)
    # when
    torch.manual_seed(0)
    list(loader_of(split, Clock()))
    # then
    assert torch.equal(torch.rand(3), expected)
