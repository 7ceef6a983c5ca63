"""Prepared data are what a training may trust, whatever has become of them since they were made.

DATA_FOLDER says which: the folder of a prepared data set, such as data/processed/bbc_news after `invoke data.pull`.
Without it, one is made here. Run it with `invoke data-tests`.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from textops.data.configuration import SPLITS, SplitName
from textops.data.dataset import Dataset, Examples
from textops.data.prepare import prepare
from textops.errors import TextopsError
from textops.training.configuration import compose_configuration
from textops.training.source import source_of


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The data set that is tested."""
    named = os.environ.get("DATA_FOLDER", "")
    folder = Path(named) if named else tmp_path_factory.mktemp("processed") / "synthetic"
    try:
        if not named:
            prepare(source_of(compose_configuration(["data=synthetic", "data.synthetic.rows=300"])), folder)
        return Dataset.load(folder)
    except TextopsError as error:
        pytest.fail(f"DATA_FOLDER={named} holds no data set: {error}", pytrace=False)


@pytest.fixture(scope="module")
def splits(dataset: Dataset) -> dict[SplitName, Examples]:
    """The examples of each split; damaged files and labels that are no class fail here."""
    return {split: dataset.examples(split) for split in SPLITS}


def test_each_split_holds_what_the_manifest_counts(dataset: Dataset, splits: dict[SplitName, Examples]) -> None:
    classes, answers = dataset.manifest.classes, dataset.answers
    for split, examples in splits.items():
        counted = Counter(
            classes[member]
            for label in examples.labels.tolist()
            for member in answers.members[answers.offsets[label] : answers.offsets[label + 1]].tolist()
        )
        said = {name: count for name, count in dataset.manifest.counts[split].items() if count}
        assert counted == said, split


def test_no_example_is_there_twice(splits: dict[SplitName, Examples]) -> None:
    ids = Counter(each for examples in splits.values() for each in examples.ids)
    assert [each for each, count in ids.items() if count > 1] == []


def test_no_group_of_near_duplicates_stands_on_two_sides(dataset: Dataset, splits: dict[SplitName, Examples]) -> None:
    if dataset.manifest.split.rule == "predefined":
        pytest.skip("whoever made the data has split them, and a warning told of the groups that were parted")
    sides = {split: set(examples.groups) for split, examples in splits.items()}
    assert sides["train"] & sides["test"] == set()
    assert sides["train"] & sides["val"] == set()
    assert sides["val"] & sides["test"] == set()


def test_no_text_is_empty(splits: dict[SplitName, Examples]) -> None:
    for examples in splits.values():
        assert [each for each, text in zip(examples.ids, examples.texts, strict=True) if not text.strip()] == []


def test_a_training_sees_every_class(dataset: Dataset) -> None:
    counts = dataset.manifest.counts["train"]
    assert [name for name in dataset.manifest.classes if not counts.get(name)] == []
