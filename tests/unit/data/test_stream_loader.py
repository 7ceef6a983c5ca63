"""Batches that are read from shards."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.data.sharded import write_sharded
from textops.data.batch import RaggedBatch
from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.stream_loader import StreamLoader
from textops.data.stream_plan import StreamPlan
from textops.data.streamed_split import StreamedDocuments, index_of
from textops.errors import ConfigurationError, DataError
from textops.text.ngrams import NgramTokenizer

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
BATCH_SIZE = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sharded(tmp_path_factory.mktemp("sharded"))[0]


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    return Dataset.load(folder)


@dataclass(frozen=True)
class Setup:
    """How documents are served."""

    rank: int = 0
    ranks: int = 1
    workers: int = 0
    persistent: bool = False
    buffer: int = 50
    bucket: int = 1
    shuffle: bool = True
    epoch: int = 0
    batch_size: int = BATCH_SIZE


def loader_of(dataset: Dataset, setup: Setup = Setup()) -> StreamLoader:
    shards = index_of(dataset).splits["train"]
    plan = StreamPlan(shards, setup.batch_size, setup.ranks, max(1, setup.workers), seed=5, shuffle=setup.shuffle)
    documents = StreamedDocuments(dataset, TOKENIZER, plan, setup.rank, setup.buffer, setup.bucket)
    loader = LoaderSettings(num_workers=setup.workers, persistent_workers=setup.persistent)
    return StreamLoader(documents, loader, lambda: setup.epoch)


def counted(batches: Sequence[RaggedBatch]) -> list[int]:
    """Return the rows of all documents that count."""
    return [row for batch in batches if batch.share for row in batch.rows.tolist()]


def test_an_epoch_serves_each_document_once(dataset: Dataset) -> None:
    # when
    batches = list(loader_of(dataset))
    # then
    train = dataset.examples("train")
    assert sorted(counted(batches)) == list(range(len(train)))
    assert counted(batches) != list(range(len(train)))
    assert [len(batch) for batch in batches[:-1]] == [BATCH_SIZE] * (len(batches) - 1)
    for batch in batches:
        expected = TOKENIZER.ragged([train.texts[row] for row in batch.rows.tolist()])
        assert batch.ids.tolist() == expected.ids.tolist()
        assert batch.offsets.tolist() == expected.offsets.tolist()
        assert batch.labels.tolist() == train.labels[batch.rows.numpy()].tolist()


def test_without_shuffling_documents_come_as_the_shards_have_them(dataset: Dataset) -> None:
    batches = list(loader_of(dataset, Setup(shuffle=False, bucket=4)))

    assert counted(batches) == list(range(len(dataset.examples("train"))))


@pytest.mark.slow
@pytest.mark.parametrize(("ranks", "workers"), [(2, 3), (7, 1)])
def test_processes_and_their_readers_share_out_the_documents(dataset: Dataset, ranks: int, workers: int) -> None:
    # when
    parts = [
        list(loader_of(dataset, Setup(rank=rank, ranks=ranks, workers=workers, bucket=2))) for rank in range(ranks)
    ]
    # then
    assert len({len(part) for part in parts}) == 1
    assert sorted(row for part in parts for row in counted(part)) == list(range(len(dataset.examples("train"))))
    # and the mean of what they have is that of all documents of a step
    for step in zip(*parts, strict=True):
        documents = sum(len(batch) for batch in step if batch.share)
        assert sum(batch.share for batch in step) == pytest.approx(ranks)
        for batch in step:
            assert batch.share * documents == pytest.approx(len(batch) * ranks if batch.share else 0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranks=st.integers(1, 4), batch_size=st.integers(4, 70), buffer=st.integers(1, 300), bucket=st.integers(1, 5),
    epoch=st.integers(0, 2), at=st.floats(0, 1),
)  # fmt: skip
def test_who_goes_on_anywhere_gets_what_would_have_come(
    dataset: Dataset, ranks: int, batch_size: int, buffer: int, bucket: int, epoch: int, at: float
) -> None:
    for rank in range(ranks):
        # given
        def loader(rank: int = rank) -> StreamLoader:
            return loader_of(
                dataset, Setup(rank=rank, ranks=ranks, batch_size=batch_size, buffer=buffer, bucket=bucket, epoch=epoch)
            )

        whole = list(loader())
        served = int(at * len(whole))
        # when
        resumed = loader()
        resumed.load_state_dict({**loader().state_dict(), "epoch": epoch, "served": served})
        rest = list(resumed)
        # then
        assert [batch.rows.tolist() for batch in rest] == [batch.rows.tolist() for batch in whole[served:]]
        assert [batch.share for batch in rest] == [batch.share for batch in whole[served:]]


@pytest.fixture(scope="module")
def served_by_three(dataset: Dataset) -> list[list[int]]:
    return [batch.rows.tolist() for batch in loader_of(dataset, Setup(workers=3))]


@pytest.mark.slow
@pytest.mark.parametrize("served", [1, 5, 13])
def test_with_readers_in_other_processes_too(dataset: Dataset, served_by_three: list[list[int]], served: int) -> None:
    # given
    broken_off = loader_of(dataset, Setup(workers=3))
    before = [batch.rows.tolist() for _, batch in zip(range(served), broken_off, strict=False)]
    # when
    resumed = loader_of(dataset, Setup(workers=3))
    resumed.load_state_dict(broken_off.state_dict())
    # then
    assert [*before, *(batch.rows.tolist() for batch in resumed)] == served_by_three


@pytest.mark.slow
def test_processes_that_are_kept_serve_each_epoch_anew(dataset: Dataset) -> None:
    # given
    epochs = iter([0, 1])
    loader = loader_of(dataset, Setup(workers=2, persistent=True))
    loader._epoch = lambda: next(epochs)  # noqa: SLF001 (what Lightning counts)
    # when
    first, second = ([batch.rows.tolist() for batch in loader] for _ in range(2))
    # then
    assert first != second
    assert second == [batch.rows.tolist() for batch in loader_of(dataset, Setup(workers=2, epoch=1))]


def test_documents_of_similar_length_share_a_batch(dataset: Dataset) -> None:
    # given
    lengths = [len(text) for text in dataset.examples("train").texts]

    def spread(bucket: int) -> int:
        batches = list(loader_of(dataset, Setup(bucket=bucket, buffer=1000)))
        found = [[lengths[row] for row in batch.rows.tolist()] for batch in batches]
        return sum(max(each) - min(each) for each in found)

    # then
    assert spread(8) < 0.7 * spread(1)


def test_a_training_that_ended_with_an_epoch_begins_the_next_one(dataset: Dataset) -> None:
    loader = loader_of(dataset, Setup(epoch=1))
    loader.load_state_dict({**loader.state_dict(), "epoch": 0, "served": 5})

    assert len(list(loader)) == len(loader)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"processes": 3}, "the same number of processes: they were 3 and are 1; start as many"),
        ({"readers": 4}, "the same loader.num_workers: they were 4 and are 1"),
        ({"shards": "0" * 64}, "the same shards; shard the data set again with the same seed"),
    ],
)
def test_what_was_served_otherwise_is_not_gone_on_with(
    dataset: Dataset, changed: dict[str, object], message: str
) -> None:
    # given
    loader = loader_of(dataset)
    loader.load_state_dict({**loader.state_dict(), "served": 3, **changed})
    # then
    with pytest.raises(ConfigurationError, match=message):
        list(loader)
    # but a new epoch has nothing to go on with
    loader = loader_of(dataset, Setup(epoch=1))
    loader.load_state_dict({**loader.state_dict(), "served": 3, **changed})
    assert len(list(loader)) == len(loader)


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_a_shard_that_changes_during_training_ends_it_in_one_line(tmp_path: Path, workers: int) -> None:
    # given
    folder, _ = write_sharded(tmp_path)
    loader = loader_of(Dataset.load(folder), Setup(workers=workers))
    path = folder / "train/part-00003-of-00005.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    # then
    with pytest.raises(DataError, match=r"part-00003-of-00005\.parquet has changed since it was written") as raised:
        list(loader)
    assert "\n" not in str(raised.value)


def test_a_process_without_a_document_of_its_own_takes_one_that_does_not_count(dataset: Dataset) -> None:
    # given: the last step has fewer documents than there are processes
    rows = len(dataset.examples("train"))
    batch_size = next(size for size in range(8, 40) if 0 < rows % size < 3)
    # when
    parts = [list(loader_of(dataset, Setup(rank=rank, ranks=4, batch_size=batch_size))) for rank in range(4)]
    # then
    assert len({len(part) for part in parts}) == 1
    assert [part[-1].share for part in parts][-1] == 0
    assert all(len(batch) for part in parts for batch in part)
    assert sorted(row for part in parts for row in counted(part)) == list(range(rows))


def test_only_a_buffer_is_in_memory(dataset: Dataset) -> None:
    # when
    plan = StreamPlan(index_of(dataset).splits["train"], 4)
    documents = StreamedDocuments(dataset, TOKENIZER, plan, 0, buffer_rows=8)
    first = next(documents.batches(0, 0, 0))
    # then: the first batch is of what the first shard of this epoch begins with
    (stretch, *_) = plan.stretches(0, 0, 8)
    before = sum(shard.rows for shard in plan.shards[: stretch.shard])
    assert set(first.rows.tolist()) <= set(range(before, before + 8))
