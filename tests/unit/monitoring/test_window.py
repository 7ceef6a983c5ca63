"""Live traffic as columns."""

from typing import Any

import numpy as np
import pytest

from textops.inference.most_probable import entropies
from textops.monitoring.window import window_of
from textops.prediction_log.sampling import Sample


def row(**others: Any) -> dict[str, Any]:  # noqa: ANN401 (columns)
    usual = {
        "label": "sport",
        "probability": 0.75,
        "probabilities": {"sport": 0.75, "tech": 0.25},
        "features": {"words": 7, "upper_share": 0.5},
    }
    return {**usual, **others}


def sample_of(*rows: dict[str, Any]) -> Sample:
    return Sample(len(rows), 0, 0, None, None, rows)


def test_rows_become_columns_in_the_order_of_the_classes() -> None:
    found = window_of(sample_of(row(), row(label="tech")), ("tech", "sport"), ["words", "upper_share"])
    assert found.predicted == ["sport", "tech"]
    assert found.probabilities.tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert found.features["words"].tolist() == [7.0, 7.0]
    assert found.features["confidence"].tolist() == [0.75, 0.75]
    assert found.features["entropy"][0] == pytest.approx(0.5623, abs=1e-4)


@pytest.mark.parametrize("features", [None, {}, [], {"words": None}, {"words": "seven"}, {"sketch_1": 1.0}])
def test_what_a_row_lacks_is_a_gap(features: object) -> None:
    found = window_of(sample_of(row(features=features), row()), ("sport", "tech"), ["words"])
    assert np.isnan(found.features["words"]).tolist() == [True, False]


@pytest.mark.parametrize("probabilities", [None, {}, {"weather": 1.0}, {"sport": None}])
def test_a_class_that_a_row_does_not_tell_of_has_no_probability(probabilities: object) -> None:
    found = window_of(sample_of(row(probabilities=probabilities)), ("sport", "tech"), [])
    assert found.probabilities.tolist() == [[0.0, 0.0]]
    assert np.isfinite(found.features["entropy"]).all()


def test_no_rows_are_columns_of_nothing() -> None:
    found = window_of(sample_of(), ("sport", "tech"), ["words"])
    assert len(found) == 0
    assert found.probabilities.shape == (0, 2)
    assert all(len(values) == 0 for values in found.features.values())


def test_the_entropy_goes_from_nothing_to_that_of_equal_shares() -> None:
    assert entropies(np.array([[1.0, 0.0], [0.5, 0.5]]), several=False) == pytest.approx([0.0, np.log(2)])


def test_each_of_several_labels_counts_and_none_is_one_too() -> None:
    rows = [row(label="sport|tech"), row(label=""), row(label="tech", probabilities={"sport": 0.0, "tech": 1.0})]

    found = window_of(sample_of(*rows), ("sport", "tech"), [], "|")

    assert len(found) == 3
    assert found.given == ["sport", "tech", "(no label)", "tech"]
    # Each label is a question of its own: 0.75 and 0.25 are as undecided as each other.
    assert found.features["entropy"] == pytest.approx([1.1247, 1.1247, 0.0], abs=1e-4)
