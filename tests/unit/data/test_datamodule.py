"""A prepared data set, tokenized and served in batches."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from textops.data.batch import RaggedBatch
from textops.data.configuration import SplitName, read_configuration
from textops.data.datamodule import TextDataModule, TokenizerFactory
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import ConfigurationError, DataError
from textops.text.ngrams import NgramTokenizer, hash_ngrams
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer

BATCH_SIZE = 32
TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)


class RememberingFactory:
    """Makes a tokenizer and remembers the texts it was given."""

    def __init__(self) -> None:
        self.calls: list[Sequence[str]] = []

    def __call__(self, texts: Sequence[str]) -> Tokenizer:
        self.calls.append(texts)
        return TOKENIZER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("processed") / "synthetic"
    source = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration({**source, "synthetic": {"rows": 250, "words": 8}}), folder)
    return folder


def module_of(folder: Path, make: TokenizerFactory = hash_ngrams, *, seed: int = 0) -> TextDataModule:
    module = TextDataModule(folder, make, batch_size=BATCH_SIZE, seed=seed)
    module.setup()
    return module


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


def test_validation_documents_come_in_their_order(folder: Path) -> None:
    # given
    module = module_of(folder, RememberingFactory())
    # when
    batches = list(module.val_dataloader())
    # then
    assert served(batches) == expected(folder, "val")


def test_an_epoch_serves_each_training_document_once_and_each_epoch_in_another_order(folder: Path) -> None:
    # given
    module = module_of(folder, RememberingFactory())
    loader = module.train_dataloader()
    # when
    first, second = served(list(loader)), served(list(loader))
    # then
    assert sorted(first) == sorted(second) == sorted(expected(folder, "train"))
    assert first != second
    assert first != expected(folder, "train")


def test_batches_are_full_but_for_the_last(folder: Path) -> None:
    # when
    sizes = [len(batch) for batch in module_of(folder).train_dataloader()]
    # then
    documents = Dataset.load(folder).manifest.examples("train")
    assert sizes == [BATCH_SIZE] * (documents // BATCH_SIZE) + [documents % BATCH_SIZE]


def test_the_seed_alone_decides_the_order(folder: Path) -> None:
    # when
    first, again, other = (
        served(list(module_of(folder, RememberingFactory(), seed=seed).train_dataloader())) for seed in (0, 0, 1)
    )
    # then
    assert first == again
    assert first != other


def test_the_tokenizer_learns_from_the_training_texts_alone_and_once(folder: Path) -> None:
    # given
    make = RememberingFactory()
    module = TextDataModule(folder, make, batch_size=BATCH_SIZE, seed=0)
    # when
    module.setup("fit")
    module.setup("validate")
    # then
    assert make.calls == [Dataset.load(folder).examples("train").texts]
    assert module.tokenizer is TOKENIZER


def test_weights_are_replaced_in_all_splits(folder: Path) -> None:
    # given
    module = module_of(folder, RememberingFactory())
    # when
    module.weigh(lambda documents: Ragged(documents.ids, np.full_like(documents.weights, 7), documents.offsets))
    # then
    assert {float(weight) for weight in module.training_documents.weights} == {7.0}
    for loader in (module.train_dataloader(), module.val_dataloader()):
        assert all((batch.weights == 7).all() for batch in loader)
    assert served(list(module.val_dataloader())) == expected(folder, "val")


def test_what_is_trained_on_is_there_before_training(folder: Path) -> None:
    # when
    documents = module_of(folder, RememberingFactory()).training_documents
    # then
    assert len(documents) == len(expected(folder, "train"))


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_that_is_not_possible_is_named(folder: Path, batch_size: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"batch_size={batch_size}\b"):
        TextDataModule(folder, hash_ngrams, batch_size=batch_size, seed=0)


def test_without_a_data_set_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="textops prepare"):
        TextDataModule(tmp_path / "nothing", hash_ngrams, batch_size=BATCH_SIZE, seed=0)
