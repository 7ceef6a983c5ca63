"""Texts from elsewhere, with the same classes under the same names or others."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import ConfigurationError, DataError
from textops.evaluation.other_source import measure_other_source, open_other_source
from textops.evaluation.robustness import RobustnessSettings

CLASSES = ("sport", "tech")
HITS = np.ones(50, bool)


def prepared(folder: Path, classes: Sequence[str], first: int, salt: str = "textops") -> Dataset:
    """Prepare 200 texts, of which those of the first class hold the word goal."""
    path = folder / "texts.csv"
    folder.mkdir()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for row in range(first, first + 200):
            word, label = ("goal", classes[0]) if row % 2 else ("chip", classes[1])
            writer.writerow([f"{word} {row * 7919} {row * 104729} {row * 1299709}", label])
    source = {
        "name": folder.name,
        "paths": str(path),
        "text_columns": "text",
        "label_column": "label",
        "split": {"salt": salt},
    }
    prepare(read_configuration(source), folder / "set")
    return Dataset.load(folder / "set")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return prepared(tmp_path_factory.mktemp("own") / "own", CLASSES, 0)


def answer(texts: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[0.9, 0.1] if "goal" in text else [0.4, 0.6] for text in texts])


def test_classes_that_are_called_otherwise_are_translated(own: Dataset, tmp_path: Path) -> None:
    # given: the other way round, so that numbers alone would be wrong
    prepared(tmp_path / "other", ("zz_sport", "a_tech"), 1000)
    settings = RobustnessSettings(class_names={"zz_sport": "sport", "a_tech": "tech"})
    # when
    other = open_other_source(tmp_path / "other" / "set", CLASSES, settings)
    figures = measure_other_source(answer, other, own, CLASSES, HITS, settings)
    # then
    assert figures is not None
    assert (figures.name, figures.seen) == ("other", 0)
    assert figures.examples == other.manifest.examples("test")
    assert figures.accuracy.value == 1.0
    assert figures.difference.value == 0.0
    assert 0.6 < figures.confidence < 0.9


def test_the_difference_has_the_luck_of_both_samples_in_it(own: Dataset, tmp_path: Path) -> None:
    # given: wrong in every answer
    other = prepared(tmp_path / "other", ("tech", "sport"), 1000)
    hits = np.arange(50) < 40
    # when
    figures = measure_other_source(answer, other, own, CLASSES, hits, RobustnessSettings())
    # then
    assert figures is not None
    assert figures.difference.value == pytest.approx(-0.8)
    assert figures.difference.low < -0.85
    assert -0.75 < figures.difference.high < 0


def test_texts_that_the_model_was_trained_on_are_left_out(own: Dataset, tmp_path: Path) -> None:
    # given: the same texts, split in another way
    other = prepared(tmp_path / "other", CLASSES, 0, salt="another")
    test = other.examples("test")
    trained = set(own.texts("train"))
    seen = sum(text in trained for text in test.texts)
    # when
    figures = measure_other_source(answer, other, own, CLASSES, HITS, RobustnessSettings())
    # then
    assert 0 < seen < len(test)
    assert figures is not None
    assert (figures.seen, figures.examples) == (seen, len(test) - seen)


def test_a_class_that_the_model_does_not_have_is_named_with_the_setting_that_helps(tmp_path: Path) -> None:
    # given
    prepared(tmp_path / "other", ("sports", "tech"), 0)
    # when, then
    with pytest.raises(
        ConfigurationError, match=r"class 'sports'.*did you mean 'sport'\?.*robustness.class_names=\{sports: CLASS\}"
    ):
        open_other_source(tmp_path / "other" / "set", CLASSES, RobustnessSettings())
    with pytest.raises(DataError, match="there is no data set"):
        open_other_source(tmp_path / "nowhere", CLASSES, RobustnessSettings())
