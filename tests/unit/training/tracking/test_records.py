"""Histograms."""

import numpy as np
import pytest

from textops.training.tracking.records import BINS, Histogram


def test_every_value_is_in_a_bin() -> None:
    # given
    values = np.random.default_rng(0).normal(size=(20, 50)).astype(np.float32)
    # when
    histogram = Histogram.of(values)
    # then
    assert histogram is not None
    assert histogram.counts.sum() == values.size
    assert len(histogram.edges) == BINS + 1
    assert histogram.edges[0] == values.min()
    assert histogram.edges[-1] == values.max()
    assert histogram.total == pytest.approx(values.sum(), rel=1e-4)
    assert histogram.total_of_squares == pytest.approx((values.astype(np.float64) ** 2).sum())


def test_a_span_can_be_given() -> None:
    # when
    histogram = Histogram.of(np.array([0.25]), (0.0, 1.0))
    # then
    assert histogram is not None
    assert (histogram.edges[0], histogram.edges[-1]) == (0.0, 1.0)
    assert histogram.counts[BINS // 4] == 1


def test_what_is_not_finite_is_left_out() -> None:
    # when
    histogram = Histogram.of(np.array([1.0, np.nan, np.inf, -np.inf]))
    # then
    assert histogram is not None
    assert histogram.counts.sum() == 1


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_nothing_has_no_histogram(values: list[float]) -> None:
    assert Histogram.of(np.array(values, np.float64)) is None
