import numpy as np
import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st

from textops.bundle import LabelRule
from textops.inference.label_set import given, label_probabilities, label_row, sigmoid

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
