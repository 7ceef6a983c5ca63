import numpy as np
import pytest

from textops.bootstrap import (
    Interval,
    bootstrap_interval,
    mean_interval,
    mean_intervals,
    share_interval,
    share_intervals,
)


def test_the_figure_lies_inside_its_interval() -> None:
    interval = mean_interval(np.arange(100) < 80)

    assert interval.value == 0.8
    assert interval.low < 0.8 < interval.high


def test_the_interval_has_the_width_that_theory_gives() -> None:
    # Given a share of one half of 400: its standard error is 0.025, so 95 % is 0.049 to each side.
    interval = mean_interval(np.arange(400) % 2 == 0, resamples=4_000)

    assert interval.low == pytest.approx(0.451, abs=0.006)
    assert interval.high == pytest.approx(0.549, abs=0.006)


def test_the_interval_holds_the_truth_about_as_often_as_it_promises() -> None:
    generator = np.random.default_rng(3)

    intervals = [mean_interval(generator.normal(size=80), resamples=300, seed=seed) for seed in range(150)]
    covered = sum(interval.low <= 0 <= interval.high for interval in intervals)

    assert 0.88 <= covered / 150 <= 0.99


def test_more_confidence_is_a_wider_interval() -> None:
    values = np.arange(100.0)

    wide, narrow = mean_interval(values, confidence=0.99), mean_interval(values, confidence=0.5)

    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(0).normal(size=50)

    assert mean_interval(values, seed=1) == mean_interval(values, seed=1)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_equal_values_have_no_width() -> None:
    assert mean_interval(np.ones(5, bool)) == Interval(1.0, 1.0, 1.0)


def test_any_statistic_of_rows_can_be_measured() -> None:
    values = np.arange(101.0)

    interval = bootstrap_interval(lambda rows: float(np.median(values[rows])), 101)

    assert interval.value == 50
    assert 30 < interval.low < 50 < interval.high < 70


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        mean_interval(np.array([]))


def test_an_interval_is_written_with_four_digits() -> None:
    assert str(Interval(0.5, 0.25, 0.75)) == "0.5000 [0.2500, 0.7500]"


def test_columns_share_their_resamples_so_that_the_same_column_has_the_same_interval() -> None:
    # given
    hits = np.random.default_rng(0).random(300) < 0.8
    # when
    first, second, none = mean_intervals(np.stack([hits, hits, hits ^ hits], axis=1).astype(float), seed=3)
    # then
    assert first == second
    assert first.value == pytest.approx(hits.mean())
    alone = mean_interval(hits, seed=3)
    assert (first.low, first.high) == pytest.approx((alone.low, alone.high))
    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_columns_without_rows_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        mean_intervals(np.empty((0, 2)))


def test_a_share_has_the_interval_of_wilson() -> None:
    from scipy.stats import binomtest

    for right, of in ((0, 3), (3, 3), (19, 20), (60, 100), (1, 5_000)):
        found, expected = share_interval(np.arange(of) < right), binomtest(right, of).proportion_ci(method="wilson")

        assert found.value == right / of
        assert (found.low, found.high) == pytest.approx((float(expected.low), float(expected.high)), abs=1e-12)


def test_a_share_of_nothing_may_be_anything() -> None:
    found = share_intervals(np.array([0.0, 2.0]), np.array([0.0, 4.0]))

    assert (found[0].low, found[0].value, found[0].high) == (0, 0, 1)
    assert found[1].low < 0.5 < found[1].high


def test_no_example_has_no_share() -> None:
    with pytest.raises(ValueError, match="at least one"):
        share_interval(np.array([], bool))
