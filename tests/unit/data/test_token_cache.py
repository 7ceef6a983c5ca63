"""Tokenized data sets on disk."""

import json
import os
import pickle
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.data.token_cache import TokenizedData, tokenized
from textops.data.token_files import map_split, write_split
from textops.errors import ConfigurationError
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)


class Factory:
    """Makes a tokenizer and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts: Iterable[str]) -> Tokenizer:
        self.calls += 1
        assert list(texts)
        return TOKENIZER


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return prepare_in(tmp_path / "processed" / "synthetic")


def prepare_in(folder: Path, rows: int = 120) -> Dataset:
    source = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration({**source, "synthetic": {"rows": rows, "words": 6}}), folder)
    return Dataset.load(folder)


def check(data: TokenizedData, dataset: Dataset) -> None:
    for name in ("train", "val"):
        examples = dataset.examples(name)
        expected = TOKENIZER.ragged(examples.texts)
        assert np.array_equal(data.splits[name].documents.ids, expected.ids)
        assert np.array_equal(data.splits[name].documents.weights, expected.weights)
        assert np.array_equal(data.splits[name].documents.offsets, expected.offsets)
        assert np.array_equal(data.splits[name].labels, examples.labels)


def entries(cache: Path) -> list[Path]:
    return sorted(path.parent for path in cache.glob("*/*/cache.json"))


def test_documents_are_tokenized_once_for_the_same_data_and_settings(dataset: Dataset, tmp_path: Path) -> None:
    # given
    make = Factory()
    # when
    first = tokenized(dataset, make, "settings", tmp_path / "tokens")
    second = tokenized(dataset, make, "settings", tmp_path / "tokens")
    # then
    check(first, dataset)
    check(second, dataset)
    assert make.calls == 1
    assert second.tokenizer == TOKENIZER


def test_other_settings_or_other_data_are_tokenized_anew(dataset: Dataset, tmp_path: Path) -> None:
    # given
    make = Factory()
    tokenized(dataset, make, "settings", tmp_path / "tokens")
    # when
    tokenized(dataset, make, "others", tmp_path / "tokens")
    grown = prepare_in(tmp_path / "grown", rows=150)
    # then
    check(tokenized(grown, make, "settings", tmp_path / "tokens"), grown)
    assert make.calls == 3


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "record", "tokenizer", "split"])
def test_a_damaged_cache_is_made_again(dataset: Dataset, tmp_path: Path, damage: str) -> None:
    # given
    make = Factory()
    tokenized(dataset, make, "settings", tmp_path / "tokens")
    (folder,) = entries(tmp_path / "tokens")
    ids, record = folder / "train.ids.bin", folder / "cache.json"
    if damage == "cut":
        os.truncate(ids, 40)
    elif damage == "changed":
        ids.write_bytes(b"\x01" + ids.read_bytes()[1:])
    elif damage == "missing":
        ids.unlink()
    elif damage == "record":
        record.write_text("{")
    elif damage == "tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    else:
        document = json.loads(record.read_text())
        del document["splits"]["val"]
        record.write_text(json.dumps(document))
    # when
    again = tokenized(dataset, make, "settings", tmp_path / "tokens")
    # then
    check(again, dataset)
    assert make.calls == 2
    tokenized(dataset, make, "settings", tmp_path / "tokens")
    assert make.calls == 2


def test_what_was_broken_off_leaves_no_cache(dataset: Dataset, tmp_path: Path) -> None:
    # given
    def broken(texts: Iterable[str]) -> Tokenizer:
        assert list(texts)
        raise KeyboardInterrupt

    # when
    with pytest.raises(KeyboardInterrupt):
        tokenized(dataset, broken, "settings", tmp_path / "tokens")
    # then
    assert not [path for path in (tmp_path / "tokens").rglob("*") if path.is_file()]


def test_only_the_caches_used_last_are_kept(dataset: Dataset, tmp_path: Path) -> None:
    # given
    make = Factory()
    for number in range(8):
        tokenized(dataset, make, f"settings {number}", tmp_path / "tokens")
    for age, folder in enumerate(entries(tmp_path / "tokens")):
        os.utime(folder / "cache.json", (1000 + age, 1000 + age))
    oldest, *kept = entries(tmp_path / "tokens")
    # when
    opened = tokenized(dataset, make, "one more", tmp_path / "tokens")
    # then
    assert set(kept) < set(entries(tmp_path / "tokens"))
    assert oldest not in entries(tmp_path / "tokens")
    check(opened, dataset)


def test_a_place_that_cannot_be_written_is_named(dataset: Dataset, tmp_path: Path) -> None:
    # given
    (tmp_path / "file").write_text("")
    # then
    with pytest.raises(ConfigurationError, match=r"paths\.tokens"):
        tokenized(dataset, Factory(), "settings", tmp_path / "file")


def test_another_process_gets_the_files_and_not_what_they_hold(dataset: Dataset, tmp_path: Path) -> None:
    # given
    split = tokenized(dataset, Factory(), "settings", tmp_path / "tokens").splits["train"]
    # when
    sent = pickle.dumps(split)
    # then
    assert len(sent) < 2000
    arrived = pickle.loads(sent)  # noqa: S301 (made here)
    assert np.array_equal(arrived.documents.ids, split.documents.ids)


def test_texts_without_tokens_can_be_stored(tmp_path: Path) -> None:
    # given
    documents = TOKENIZER.ragged(["", ""])
    empty = type(documents)(documents.ids[:0], documents.weights[:0], np.zeros(3, np.int64))
    # when
    record = write_split(tmp_path, "val", [(empty, np.array([0, 1]))])
    # then
    assert len(map_split(tmp_path, "val", record)) == 2
