"""A sharded data set, its training documents streamed."""

from pathlib import Path

import numpy as np
import pytest
from loguru import logger

from tests.unit.data.sharded import write_prepared, write_sharded
from textops.data.datamodule import TextDataModule
from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.stream_datamodule import Sample, StreamDataModule
from textops.data.stream_settings import StreamSettings
from textops.errors import ConfigurationError, DataError
from textops.text.ngrams import NgramTokenizer

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sharded(tmp_path)[0]


def module_of(folder: Path, cache: Path, **streaming: int) -> StreamDataModule:
    module = StreamDataModule(
        folder,
        lambda _: TOKENIZER,
        cache=cache,
        batch_size=32,
        seed=0,
        streaming=StreamSettings.model_validate({"shards": str(folder), **streaming}),
    )
    module.setup()
    return module


def test_validation_documents_are_those_of_the_data_set_as_it_was(folder: Path, tmp_path: Path) -> None:
    # given
    whole = TextDataModule(tmp_path / "prepared", lambda _: TOKENIZER, cache=tmp_path / "other", batch_size=32, seed=0)
    whole.setup()
    # when
    batches = list(module_of(folder, tmp_path / "tokens").val_dataloader())
    # then
    for batch, expected in zip(batches, whole.val_dataloader(), strict=True):
        assert batch.ids.tolist() == expected.ids.tolist()
        assert batch.labels.tolist() == expected.labels.tolist()
        assert batch.rows.tolist() == expected.rows.tolist()


def test_what_is_counted_is_counted_on_the_sample(folder: Path, tmp_path: Path) -> None:
    # when
    module = module_of(folder, tmp_path / "tokens", sample_rows=60, validation_rows=7)
    # then
    texts = Dataset.load(folder).examples("train").texts[:60]
    assert np.array_equal(module.training_documents.ids, TOKENIZER.ragged(texts).ids)
    assert [len(batch) for batch in module.val_dataloader()] == [7]
    assert sum(len(batch) for batch in module.train_dataloader()) == len(Dataset.load(folder).examples("train"))


def test_another_sample_is_another_entry_of_the_cache(folder: Path, tmp_path: Path) -> None:
    sizes = [len(module_of(folder, tmp_path / "tokens", sample_rows=rows).training_documents) for rows in (60, 80, 60)]

    assert sizes == [60, 80, 60]
    assert len(list((tmp_path / "tokens/synthetic").iterdir())) == 2


def test_the_first_examples_are_read_and_no_more(folder: Path) -> None:
    sample = Sample(Dataset.load(folder), {"train": 45, "val": 3, "test": 0})

    assert list(sample.texts("train")) == Dataset.load(folder).examples("train").texts[:45]
    assert [len(labels) for _, labels in sample.parts("val")] == [3]


def test_a_checkpoint_goes_on_in_the_middle_of_an_epoch(folder: Path, tmp_path: Path) -> None:
    # given
    module = module_of(folder, tmp_path / "tokens")
    batches = module.train_dataloader()
    seen = [batch.rows.tolist() for _, batch in zip(range(3), batches, strict=False)]
    # when
    resumed = module_of(folder, tmp_path / "tokens")
    resumed.load_state_dict(module.state_dict())
    # then
    rest = [batch.rows.tolist() for batch in resumed.train_dataloader()]
    assert [*seen, *rest] == [batch.rows.tolist() for batch in module_of(folder, tmp_path / "t").train_dataloader()]


def test_other_shards_are_not_gone_on_with(folder: Path, tmp_path: Path) -> None:
    # given
    module = module_of(folder, tmp_path / "tokens")
    next(iter(module.train_dataloader()))
    other, _ = write_sharded(tmp_path / "other", shards=4)
    resumed = module_of(other, tmp_path / "tokens")
    # when
    resumed.load_state_dict(module.state_dict())
    # then
    with pytest.raises(ConfigurationError, match="goes on only with the same shards"):
        list(resumed.train_dataloader())


def test_a_data_set_that_is_not_sharded_is_told(tmp_path: Path) -> None:
    write_prepared(tmp_path / "prepared")

    with pytest.raises(DataError, match="is not sharded: shard it"):
        module_of(tmp_path / "prepared", tmp_path / "tokens")


def test_more_readers_than_shards_are_warned_of(tmp_path: Path) -> None:
    # given
    folder, _ = write_sharded(tmp_path, shards=1)
    told: list[str] = []
    sink = logger.add(told.append, level="WARNING", format="{message}")
    module = StreamDataModule(
        folder,
        lambda _: TOKENIZER,
        cache=tmp_path / "tokens",
        batch_size=32,
        seed=0,
        loader=LoaderSettings(num_workers=2),
        streaming=StreamSettings(shards=str(folder)),
    )
    # when
    module.setup()
    module.train_dataloader()
    logger.remove(sink)
    # then
    assert len(told) == 1
    assert told[0].startswith("2 readers share 1 shards, so that several read the same one: cut the data set into more")
