import numpy as np
import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st

from textops.inference.label_set import given, label_probabilities, label_row, log_odds_of_sets, sigmoid
from textops.label_rules import LabelRule

RULES = (LabelRule(slope=1, shift=0, threshold=0.5), LabelRule(slope=2, shift=-1, threshold=0.3))


def test_each_label_has_a_probability_and_a_threshold_of_its_own() -> None:
    probabilities = label_probabilities(np.array([[0.0, 0.5], [3.0, -5.0], [-1.0, 0.2]]), RULES)

    assert probabilities[0] == pytest.approx([0.5, 0.5])
    assert given(probabilities, RULES).tolist() == [[True, True], [True, False], [False, True]]


@given_values(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=2))
def test_one_text_is_answered_as_many(logits: list[float]) -> None:
    assert label_row(logits, RULES) == pytest.approx(label_probabilities(np.array([logits]), RULES)[0].tolist())


def test_what_is_far_out_neither_overflows_nor_leaves_the_range() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0, 0.5, 1]


def test_the_odds_of_a_thousand_labels_are_told_apart() -> None:
    chosen = np.zeros((2, 1000), np.bool_)
    doubtful = np.array([[0.1] * 1000, [0.2] * 1000])

    odds = log_odds_of_sets(doubtful, chosen)

    assert odds == pytest.approx([1000 * np.log(0.9), 1000 * np.log(0.8)])
    certain = log_odds_of_sets(np.zeros((1, 3)), np.zeros((1, 3), np.bool_))
    assert np.isfinite(certain).all()
    assert certain[0] > 20
    half = log_odds_of_sets(np.array([[0.5, 1.0]]), np.array([[True, True]]))
    assert half == pytest.approx([0.0], abs=1e-9)
