import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from textops.evaluation.review import choose_review_band


def _binary(top: list[float]) -> NDArray[np.float64]:
    return np.column_stack([top, 1 - np.array(top)])


def test_the_band_is_the_smallest_that_reaches_the_target() -> None:
    # given ten examples in rising certainty; the second and the fourth are wrong
    probabilities = _binary([0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99])
    labels = np.array([0, 1, 0, 1, 0, 0, 0, 0, 0, 0])

    # when eight of nine right is enough
    modest = choose_review_band(probabilities, labels, target_accuracy=7 / 8, max_share=1)
    # and when none may be wrong
    strict = choose_review_band(probabilities, labels, target_accuracy=1, max_share=1)

    # then
    assert (modest.below, modest.share, modest.accuracy_outside) == pytest.approx((0.65, 0.2, 7 / 8))
    assert (strict.below, strict.share, strict.accuracy_outside) == pytest.approx((0.75, 0.4, 1))


def test_the_band_never_holds_more_than_people_can_look_at() -> None:
    # given a target that only half of the examples reach
    probabilities = _binary([0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99])
    labels = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])

    band = choose_review_band(probabilities, labels, max_share=0.2)

    # then the most accurate within a fifth of the examples
    assert (band.below, band.share, band.accuracy_outside) == pytest.approx((0.65, 0.2, 5 / 8))


def test_where_all_are_right_only_what_is_less_sure_than_anything_seen_is_reviewed() -> None:
    band = choose_review_band(_binary([0.8, 0.9, 0.99]), np.array([0, 0, 0]))

    assert (band.below, band.share, band.accuracy_outside) == (0.8, 0, 1)


def test_examples_of_equal_certainty_stand_or_fall_together() -> None:
    # given eight alike, two of them wrong, and two that are sure and right
    probabilities = _binary([0.6] * 8 + [0.9] * 2)
    labels = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])

    cheap = choose_review_band(probabilities, labels, max_share=0.5)
    dear = choose_review_band(probabilities, labels, max_share=0.8)

    assert (cheap.below, cheap.share, cheap.accuracy_outside) == pytest.approx((0.6, 0, 0.8))
    assert (dear.below, dear.share, dear.accuracy_outside) == pytest.approx((0.9, 0.8, 1))


def test_a_probability_that_rounding_put_above_one_makes_a_valid_band() -> None:
    band = choose_review_band(np.array([[1 + 1e-12, 0.0]]), np.array([0]))

    assert band.below == 1


def test_no_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        choose_review_band(np.empty((0, 2)), np.empty(0, np.int64))


@given(
    answers=st.lists(st.tuples(st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9, 1.0]), st.booleans()), min_size=1),
    target=st.floats(0, 1),
    max_share=st.floats(0, 1),
)
def test_the_band_keeps_its_promises(answers: list[tuple[float, bool]], target: float, max_share: float) -> None:
    # given
    top = np.array([probability for probability, _ in answers])
    right = np.array([hit for _, hit in answers])
    probabilities, labels = _binary(top.tolist()), np.where(right, 0, 1)

    # when
    band = choose_review_band(probabilities, labels, target_accuracy=target, max_share=max_share)

    # then what it says of itself is so, and no smaller threshold would have reached the target
    inside = top < band.below
    assert band.share == pytest.approx(inside.mean())
    assert band.share <= max_share
    assert band.accuracy_outside == pytest.approx(right[~inside].mean())
    for smaller in top[inside]:
        assert right[top >= smaller].mean() < max(target, band.accuracy_outside)
