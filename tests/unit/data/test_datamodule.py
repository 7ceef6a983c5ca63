"""A prepared data set, tokenized and served in batches."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.data.configuration import SplitName, read_configuration
from textops.data.datamodule import TextDataModule
from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.prepare import prepare
from textops.data.token_cache import TokenizerFactory
from textops.errors import ConfigurationError, DataError
from textops.text.ngrams import NgramTokenizer, hash_ngrams
from textops.text.tokenizer import Tokenizer

ModuleFactory = Callable[..., TextDataModule]
BATCH_SIZE = 32
TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)


class RememberingFactory:
    """Makes a tokenizer and remembers the texts it was given."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: Iterable[str]) -> Tokenizer:
        self.calls.append(list(texts))
        return TOKENIZER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("processed") / "synthetic"
    source = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration({**source, "synthetic": {"rows": 250, "words": 8}}), folder)
    return folder


@pytest.fixture
def module_of(folder: Path, tmp_path: Path) -> ModuleFactory:
    def make(
        make_tokenizer: TokenizerFactory = lambda _: TOKENIZER, *, seed: int = 0, loader: LoaderSettings | None = None
    ) -> TextDataModule:
        module = TextDataModule(
            folder, make_tokenizer, cache=tmp_path / "tokens", batch_size=BATCH_SIZE, seed=seed, loader=loader
        )
        module.setup()
        return module

    return make


def served(batches: list[RaggedBatch]) -> list[tuple[tuple[int, ...], int]]:
    """Return the ids and the label of each document in the order they came in."""
    return [
        (tuple(batch.ids[batch.offsets[row] : batch.offsets[row + 1]].tolist()), int(batch.labels[row]))
        for batch in batches
        for row in range(len(batch))
    ]


def expected(folder: Path, split: SplitName) -> list[tuple[tuple[int, ...], int]]:
    examples = Dataset.load(folder).examples(split)
    return [
        (tuple(TOKENIZER.ragged([text]).ids.tolist()), int(label))
        for text, label in zip(examples.texts, examples.labels, strict=True)
    ]


def test_validation_documents_come_in_their_order(folder: Path, module_of: ModuleFactory) -> None:
    # when
    batches = list(module_of().val_dataloader())
    # then
    assert served(batches) == expected(folder, "val")
    assert torch.cat([batch.rows for batch in batches]).tolist() == list(range(len(expected(folder, "val"))))


def test_an_epoch_serves_each_training_document_once(folder: Path, module_of: ModuleFactory) -> None:
    # when
    batches = list(module_of().train_dataloader())
    # then
    assert sorted(served(batches)) == sorted(expected(folder, "train"))
    assert served(batches) != expected(folder, "train")
    assert [len(batch) for batch in batches[:-1]] == [BATCH_SIZE] * (len(batches) - 1)


def test_without_shuffling_training_documents_come_in_their_order(folder: Path, module_of: ModuleFactory) -> None:
    # when
    batches = module_of(loader=LoaderSettings(shuffle=False)).train_dataloader()
    # then
    assert served(list(batches)) == expected(folder, "train")


def test_the_seed_alone_decides_the_order(module_of: ModuleFactory) -> None:
    # when
    first, again, other = (served(list(module_of(seed=seed).train_dataloader())) for seed in (0, 0, 1))
    # then
    assert first == again
    assert first != other


def test_the_tokenizer_learns_from_the_training_texts_alone_and_once(folder: Path, module_of: ModuleFactory) -> None:
    # given
    make = RememberingFactory()
    # when
    module = module_of(make)
    module.setup("validate")
    # then
    assert make.calls == [Dataset.load(folder).examples("train").texts]
    assert module.tokenizer == TOKENIZER


def test_what_is_trained_on_is_there_before_training(folder: Path, module_of: ModuleFactory) -> None:
    assert len(module_of().training_documents) == len(expected(folder, "train"))


def test_before_setup_there_is_nothing_to_serve(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="setup"):
        TextDataModule(folder, hash_ngrams, cache=tmp_path, batch_size=1, seed=0).train_dataloader()


def test_a_training_goes_on_with_the_data_it_began_with_alone(module_of: ModuleFactory) -> None:
    # given
    module = module_of()
    # when
    module.load_state_dict(module.state_dict())
    # then
    with pytest.raises(ConfigurationError, match="has changed since this training began"):
        module.load_state_dict({"fingerprint": "another", "position": None})


@pytest.mark.parametrize("restored", ["before", "after"])
def test_a_training_goes_on_with_the_batch_that_comes_next(module_of: ModuleFactory, restored: str) -> None:
    # given
    broken_off, resumed = module_of(), module_of()
    batches = iter(broken_off.train_dataloader())
    seen = [next(batches), next(batches)]
    # when
    if restored == "before":
        resumed.load_state_dict(broken_off.state_dict())
        loader = resumed.train_dataloader()
    else:
        loader = resumed.train_dataloader()
        resumed.load_state_dict(broken_off.state_dict())
    # then
    assert served([*seen, *loader]) == served(list(module_of().train_dataloader()))


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_that_is_not_possible_is_named(folder: Path, tmp_path: Path, batch_size: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"batch_size={batch_size}\b"):
        TextDataModule(folder, hash_ngrams, cache=tmp_path, batch_size=batch_size, seed=0)


def test_without_a_data_set_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="textops prepare"):
        TextDataModule(tmp_path / "nothing", hash_ngrams, cache=tmp_path, batch_size=BATCH_SIZE, seed=0)
