import numpy as np
import pytest

from textops.paired_shares import (
    POWER,
    examples_needed,
    paired_interval,
    paired_interval_of,
    share_that_passes,
    tolerance_told,
)


def test_the_interval_is_that_of_the_published_example() -> None:
    # given the airway hyper-responsiveness of Bentur et al. 2009, in Fagerland et al. 2014: 7 lost, 1 won of 21
    interval = paired_interval(lost=7, won=1, examples=21)

    assert interval.value == pytest.approx(-0.286, abs=0.001)
    assert (interval.low, interval.high) == pytest.approx((-0.517, -0.026), abs=0.001)


def test_two_models_that_never_differ_are_as_good_only_as_far_as_so_many_examples_say() -> None:
    # z^2 / (n + z^2), by hand
    assert paired_interval(0, 0, 20).low == pytest.approx(-0.1611, abs=1e-4)
    assert paired_interval(0, 0, 2_000).low == pytest.approx(-0.0019, abs=1e-4)


def test_who_is_first_only_turns_the_sign() -> None:
    one, other = paired_interval(5, 3, 100), paired_interval(3, 5, 100)

    assert (one.value, one.low, one.high) == (-other.value, -other.high, -other.low)


def test_the_counts_are_those_of_examples_that_one_alone_has_right() -> None:
    first, second = np.array([True, True, False, False]), np.array([True, False, False, True])

    assert paired_interval_of(first, second) == paired_interval(lost=1, won=1, examples=4)


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one example"):
        paired_interval(0, 0, 0)


@pytest.mark.parametrize(("examples", "disagreement", "worse"), [(20, 0.11, 0.05), (200, 0.06, 0.0), (500, 0.02, 0.02)])
def test_what_passes_is_what_would_in_test_sets_that_are_drawn(
    examples: int, disagreement: float, worse: float
) -> None:
    # given
    losing, winning = (disagreement + worse) / 2, (disagreement - worse) / 2
    chances = [losing, winning, 1 - disagreement]
    drawn, counts = np.unique(
        np.random.default_rng(0).multinomial(examples, chances, size=4_000), axis=0, return_counts=True
    )
    # when
    passed = [paired_interval(int(lost), int(won), examples).low >= -0.03 for lost, won, _ in drawn]
    # then
    assert share_that_passes(examples, disagreement, worse, 0.03) == pytest.approx(
        np.average(passed, weights=counts), abs=0.025
    )


@pytest.mark.parametrize("examples", [5, 20, 50, 207])
@pytest.mark.parametrize("disagreement", [0.01, 0.06, 0.3])
def test_what_is_worse_by_the_tolerance_hardly_ever_passes_however_small_the_test_set(
    examples: int, disagreement: float
) -> None:
    assert share_that_passes(examples, disagreement, 0.01, 0.01) <= 0.031


@pytest.mark.parametrize("disagreement", [0.0, 0.005, 0.06, 0.9])
def test_from_so_many_examples_on_equals_pass_in_eight_of_ten(disagreement: float) -> None:
    needed = examples_needed(disagreement, 0.03)

    assert needed is not None
    assert share_that_passes(needed, disagreement, 0.0, 0.03) >= POWER - 0.005
    assert share_that_passes(needed // 2, disagreement, 0.0, 0.03) < POWER


def test_with_nothing_to_lose_no_number_of_examples_is_enough() -> None:
    assert examples_needed(0.06, 0.0) is None


@pytest.mark.parametrize("examples", [20, 500, 20_000])
def test_the_tolerance_that_is_told_is_one_with_which_equals_pass(examples: int) -> None:
    tolerance = tolerance_told(examples, 0.05)

    assert share_that_passes(examples, 0.05, 0.0, tolerance) >= POWER - 0.005
    assert share_that_passes(examples, 0.05, 0.0, tolerance / 2) < POWER
