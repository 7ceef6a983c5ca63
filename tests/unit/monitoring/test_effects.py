"""How far two samples are apart."""

import numpy as np
import pytest
from numpy.typing import NDArray

from textops.monitoring.effects import (
    count_in_bins,
    count_names,
    effective_rows,
    jensen_shannon,
    population_stability,
    quantile_edges,
    wasserstein,
)

HELD_OUT = np.random.default_rng(1).normal(size=300)


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def score(reference: NDArray[np.float64], window: NDArray[np.float64]) -> float:
    edges = quantile_edges(reference)
    return population_stability(count_in_bins(reference, edges), count_in_bins(window, edges), random()).value


def test_the_index_of_known_shares_is_what_its_formula_gives() -> None:
    # given
    before, now = np.array([500_000, 500_000]), np.array([400_000, 600_000])
    # when
    found = population_stability(before, now, random())
    # then
    expected = (0.4 - 0.5) * np.log(0.4 / 0.5) + (0.6 - 0.5) * np.log(0.6 / 0.5)
    assert found.value == pytest.approx(expected, abs=1e-4)
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_the_index_does_not_depend_on_the_number_of_rows(shift: float) -> None:
    # given
    draws = np.random.default_rng(2)
    reference = draws.normal(size=5_000)
    few = [score(reference, draws.normal(shift, size=1_000)) for _ in range(20)]
    # when
    many = score(reference, draws.normal(shift, size=100_000))
    # then
    assert np.mean(few) == pytest.approx(many, abs=0.02, rel=0.05)


def test_of_the_same_distribution_the_index_is_near_nothing_even_for_a_small_reference() -> None:
    draws = np.random.default_rng(3)
    assert max(score(HELD_OUT, draws.normal(size=1_000)) for _ in range(50)) < 0.1


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    # given
    draws = np.random.default_rng(4)
    before, now = np.array([0.25] * 4), np.array([0.1, 0.2, 0.3, 0.4])
    truth = float(((now - before) * np.log(now / before)).sum())
    # when
    found = [
        population_stability(draws.multinomial(2_000, before), draws.multinomial(1_000, now), random())
        for _ in range(100)
    ]
    # then
    assert sum(each.low <= truth <= each.high for each in found) >= 88


def test_an_empty_bin_is_no_infinity() -> None:
    assert np.isfinite(population_stability(np.array([100, 0]), np.array([0, 1_000]), random()).value)


def test_a_feature_that_was_always_the_same_is_seen_to_leave_its_value_to_either_side() -> None:
    # given
    constant = np.full(300, 0.5)
    # then
    assert score(constant, np.full(1_000, 0.5)) == 0.0
    assert score(constant, np.full(1_000, 0.6)) > 1
    assert score(constant, np.full(1_000, 0.4)) > 1


def test_a_value_that_takes_most_of_the_reference_has_a_bin_of_its_own() -> None:
    # given
    mostly_zero = np.concatenate([np.zeros(900), np.linspace(0.1, 1, 100)])
    edges = quantile_edges(mostly_zero)
    # then
    assert count_in_bins(np.zeros(10), edges).max() == 10
    assert score(mostly_zero, np.linspace(0.1, 1, 1_000)) > 1


def test_small_references_get_fewer_bins() -> None:
    assert len(quantile_edges(HELD_OUT[:50])) < len(quantile_edges(np.random.default_rng(0).normal(size=5_000)))


def test_each_value_lies_in_one_bin() -> None:
    edges = quantile_edges(HELD_OUT)
    assert count_in_bins(HELD_OUT, edges).sum() == len(HELD_OUT)


def test_the_distance_of_shares_goes_from_nothing_to_one() -> None:
    assert jensen_shannon(np.array([5, 5]), np.array([50, 50])) == 0.0
    assert jensen_shannon(np.array([5, 0]), np.array([0, 7])) == 1.0


def test_a_shift_is_measured_in_standard_deviations() -> None:
    # given
    before = np.random.default_rng(0).normal(10, 2, size=2_000)
    # when
    found = wasserstein(before, before + 3, random())
    # then
    assert found.value == pytest.approx(1.5, abs=0.01)
    assert found.low <= found.value <= found.high


def test_a_shift_from_a_constant_is_finite() -> None:
    assert np.isfinite(wasserstein(np.zeros(100), np.ones(100), random()).value)


def test_names_are_counted_in_their_order() -> None:
    assert count_names(["b", "a", "b"], ["a", "b", "c"]).tolist() == [1, 2, 0]


def test_texts_that_are_repeated_count_as_often_as_there_are_different_ones() -> None:
    # given
    different = np.arange(200.0).reshape(100, 2)
    # then
    assert effective_rows(different) == 100
    assert effective_rows(np.repeat(different, 10, axis=0)) == 100
    assert effective_rows(np.concatenate([different, np.tile(different[:1], (900, 1))])) < 2
    assert effective_rows(np.full((50, 2), np.nan)) == 1


def test_a_window_of_few_texts_again_and_again_is_not_taken_for_much_knowledge() -> None:
    # given
    before = np.array([75, 75, 75, 75])
    now = np.array([400, 250, 200, 150])
    # when
    many, few = (population_stability(before, now, random(), distinct) for distinct in (1_000, 60))
    # then
    assert few.value < many.value
    assert few.high - few.low > many.high - many.low
