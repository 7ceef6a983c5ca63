"""The cheap model learns what words tell, gives no text its own label, and takes empty texts."""

import numpy as np
import pytest

from tests.unit.explaining.conftest import labelled
from textops.explaining.linear_model import Task, features, out_of_fold


def test_each_text_has_length_one_beside_its_constant() -> None:
    documents = features(["one two three", "", "!!!", "一二三"])
    for number in range(4):
        weights = documents.weights[documents.offsets[number] : documents.offsets[number + 1]]
        assert weights[0] == pytest.approx(0.2)
        assert np.square(weights[1:]).sum() == pytest.approx(0 if number in {1, 2} else 1, abs=1e-5)


def test_it_tells_texts_apart_that_it_has_not_seen() -> None:
    rows = labelled(500)
    labels = np.array([row["label"] == "good" for row in rows], np.int64)
    task = Task(features([str(row["text"]) for row in rows]), labels, 2)
    probabilities = out_of_fold(task, np.arange(500) % 5)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.95
    assert np.array_equal(probabilities, out_of_fold(task, np.arange(500) % 5))


def test_no_text_is_asked_about_by_a_model_that_has_seen_it() -> None:
    # given: texts that have nothing in common, so whoever is right has seen the label
    texts = [f"word{number} other{number}" for number in range(400)]
    labels = np.random.default_rng(0).integers(0, 2, 400)
    # when
    probabilities = out_of_fold(Task(features(texts), labels, 2), np.arange(400) % 5)
    # then
    assert abs((probabilities.argmax(axis=1) == labels).mean() - 0.5) < 0.1


def test_one_fold_alone_teaches_nothing() -> None:
    task = Task(features(["a b", "c d"]), np.array([0, 1]), 2)
    assert np.all(out_of_fold(task, np.zeros(2, np.int64)) == 0.5)
