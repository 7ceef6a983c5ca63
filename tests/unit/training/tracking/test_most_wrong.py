"""The most wrong examples."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from omegaconf import DictConfig

from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.data.sharding import Sharding, shard_dataset
from textops.models.classifier import Validated
from textops.training.source import dataset_folder, source_of
from textops.training.tracking.most_wrong import most_wrong, without_texts


@pytest.fixture
def dataset(compose_small: Callable[..., DictConfig]) -> Dataset:
    """A small data set."""
    configuration = compose_small()
    prepare(source_of(configuration), dataset_folder(configuration))
    return Dataset.load(dataset_folder(configuration))


def validated(dataset: Dataset, wrong: dict[int, float]) -> Validated:
    """Scores that are right but for the given rows, wrong by so much."""
    labels = dataset.examples("val").labels
    scores = np.eye(2)[labels]
    for row, margin in wrong.items():
        scores[row] = margin * np.eye(2)[1 - labels[row]]
    return Validated(scores, labels, np.arange(len(labels)))


def test_the_least_doubtful_mistakes_come_first(dataset: Dataset) -> None:
    # given
    examples = dataset.examples("val")
    # when
    table = most_wrong(validated(dataset, {3: 1.0, 0: 5.0, 7: 2.0}), dataset, most=2, characters=400, temperature=1)
    # then
    assert table.columns == ("id", "true", "predicted", "probability", "probability_of_true", "text")
    assert [row[0] for row in table.rows] == [examples.ids[0], examples.ids[7]]
    assert [row[5] for row in table.rows] == [examples.texts[0], examples.texts[7]]
    assert table.rows[0][1] == dataset.manifest.classes[examples.labels[0]]
    assert table.rows[0][2] != table.rows[0][1]
    assert table.rows[0][3] == pytest.approx(np.exp(5) / (np.exp(5) + 1), abs=1e-6)


def test_of_shards_they_are_the_same(dataset: Dataset, tmp_path: Path) -> None:
    # given
    shard_dataset(dataset.folder, tmp_path / "shards", Sharding(rows=7))
    sharded = Dataset.load(tmp_path / "shards")
    scores = validated(dataset, {1: 1.0, 9: 3.0, 15: 2.0})
    # then
    assert most_wrong(scores, sharded, most=3, characters=50, temperature=1.0) == most_wrong(
        scores, dataset, most=3, characters=50, temperature=1.0
    )


def test_rows_in_another_order_keep_their_texts(dataset: Dataset) -> None:
    # given: two processes, each with every other document
    whole = validated(dataset, {4: 3.0})
    order = np.concatenate([whole.rows[::2], whole.rows[1::2]])
    # when
    table = most_wrong(
        Validated(whole.scores[order], whole.labels[order], order), dataset, most=9, characters=400, temperature=1
    )
    # then
    assert [row[0] for row in table.rows] == [dataset.examples("val").ids[4]]


def test_texts_are_shortened_to_one_line(dataset: Dataset) -> None:
    # when
    table = most_wrong(validated(dataset, {1: 1.0}), dataset, most=9, characters=10, temperature=1)
    # then
    (row,) = table.rows
    assert len(str(row[5])) == 10
    assert str(row[5]).endswith("…")


def test_a_flawless_model_has_an_empty_table(dataset: Dataset) -> None:
    assert most_wrong(validated(dataset, {}), dataset, most=9, characters=10, temperature=1).rows == ()


def test_a_table_without_texts_still_says_which_examples(dataset: Dataset) -> None:
    # given
    table = most_wrong(validated(dataset, {1: 1.0}), dataset, most=9, characters=10, temperature=1)
    # when
    bare = without_texts(table)
    # then
    assert bare.columns == table.columns[:-1]
    assert bare.rows[0] == table.rows[0][:-1]
