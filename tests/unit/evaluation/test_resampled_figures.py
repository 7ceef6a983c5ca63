import numpy as np
import pytest

from textops.bootstrap import Interval
from textops.evaluation.resampled_figures import percentile_interval, ratio


def test_a_ratio_to_nothing_has_no_meaning() -> None:
    found = ratio(np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([[2.0, 0.0], [4.0, 0.0]]))

    assert np.array_equal(found, [[0.5, np.nan], [0.75, np.nan]], equal_nan=True)


def test_the_interval_is_of_the_resamples_that_have_the_figure() -> None:
    resampled = np.append(np.linspace(0, 1, 1001), np.full(500, np.nan))

    found = percentile_interval(0.5, resampled)

    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.025, 0.975))


def test_a_figure_that_neither_sample_nor_resamples_have_is_zero() -> None:
    assert percentile_interval(float("nan"), np.full(3, np.nan)) == Interval(0.0, 0.0, 0.0)
