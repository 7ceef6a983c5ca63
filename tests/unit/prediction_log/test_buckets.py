"""Buckets of the database, and quantiles of what was counted."""

from collections import Counter

import numpy as np
import pytest
from sqlalchemy import create_engine, literal, select

from textops.prediction_log.buckets import LATENCY_EDGES, bucket_of, quantile


@pytest.mark.parametrize(("value", "bucket"), [(-1.0, 0), (0.9, 0), (1.0, 1), (1.9, 1), (2.0, 2), (4.0, 3), (9.0, 3)])
def test_a_value_lies_in_the_bucket_after_all_edges_that_are_not_above_it(value: float, bucket: int) -> None:
    with create_engine("sqlite://").connect() as connection:
        found = connection.execute(select(bucket_of(literal(value), [1.0, 2.0, 4.0]))).scalar_one()
    assert found == bucket


def test_without_edges_there_is_one_bucket() -> None:
    with create_engine("sqlite://").connect() as connection:
        assert connection.execute(select(bucket_of(literal(7.0), []))).scalar_one() == 0


def test_postgresql_looks_among_the_edges_itself() -> None:
    # It would plan nested comparisons for longer than it counts. A test with a server compares both.
    database = create_engine("postgresql+pg8000://")
    found = select(bucket_of(literal(7.0), LATENCY_EDGES)).compile(database)
    assert "width_bucket(" in str(found)
    assert "CASE" not in str(found)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_quantile_of_latencies_is_off_by_no_more_than_a_bucket(share: float) -> None:
    # given
    seconds = np.random.default_rng(0).lognormal(-6, 1, 10_000)
    counts = Counter(int(number) for number in np.searchsorted(LATENCY_EDGES, seconds, side="right"))
    # when
    found = quantile(counts, LATENCY_EDGES, share)
    # then
    assert found == pytest.approx(np.quantile(seconds, share), rel=0.15)


def test_a_quantile_of_nothing_is_none_and_what_is_above_all_edges_counts_as_the_last() -> None:
    assert quantile({}, [1.0, 2.0], 0.5) is None
    assert quantile({1: 0}, [1.0, 2.0], 0.5) is None
    assert quantile({2: 5}, [1.0, 2.0], 0.5) == 2.0
