import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textops.inference.decision import confidence_in, decide, heaviest

PROBABILITIES = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])


def test_without_weights_the_most_probable_class_answers() -> None:
    assert decide(PROBABILITIES, None).tolist() == [0, 0, 1]


def test_a_heavy_class_answers_sooner() -> None:
    chosen = decide(PROBABILITIES, (1, 2))

    assert chosen.tolist() == [0, 1, 1]
    assert confidence_in(PROBABILITIES, chosen).tolist() == [0.9, 0.4, 0.8]


@given(
    st.lists(st.floats(0.001, 1), min_size=2, max_size=6).flatmap(
        lambda row: st.tuples(st.just(row), st.lists(st.floats(0.01, 100), min_size=len(row), max_size=len(row)))
    )
)
def test_one_text_is_answered_as_many(row_and_weights: tuple[list[float], list[float]]) -> None:
    row, weights = row_and_weights

    assert heaviest(row, weights) == decide(np.array([row]), weights)[0]
