"""Counting ids without sorting."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from textops.text.counting import count_distinct

SMALL = 50
ABOVE_THE_TABLE = 1 << 25


def counts_of(ids: NDArray[np.uint32], size: int) -> dict[int, int]:
    distinct, counts = count_distinct(ids, size)
    assert len(distinct) == len(set(distinct.tolist()))
    return dict(zip(distinct.tolist(), counts.tolist(), strict=True))


def expected(ids: NDArray[np.uint32]) -> dict[int, int]:
    distinct, counts = np.unique(ids, return_counts=True)
    return dict(zip(distinct.tolist(), counts.tolist(), strict=True))


@given(st.lists(st.integers(0, SMALL - 1)), st.sampled_from([SMALL, 1 << 22, ABOVE_THE_TABLE]))
def test_it_finds_what_numpy_finds(values: list[int], size: int) -> None:
    # given
    ids = np.array(values, np.uint32)
    # when, then
    assert counts_of(ids, size) == expected(ids)


@pytest.mark.parametrize("size", [SMALL, ABOVE_THE_TABLE])
def test_the_order_depends_on_the_ids_alone(size: int) -> None:
    # given
    ids = np.array([7, 3, 7, 7, 1], np.uint32)
    before = count_distinct(ids, size)
    # when: another document is counted in between
    count_distinct(np.arange(SMALL, dtype=np.uint32), size)
    # then
    np.testing.assert_array_equal(count_distinct(ids, size), before)


def test_ids_up_to_the_last_are_counted_after_smaller_tables_too() -> None:
    # given
    counts_of(np.array([1], np.uint32), 2)
    ids = np.array([0, SMALL - 1, SMALL - 1], np.uint32)
    # when, then
    assert counts_of(ids, SMALL) == {0: 1, SMALL - 1: 2}


def test_threads_do_not_disturb_each_other() -> None:
    # given
    generator = np.random.default_rng(0)
    documents = [generator.integers(0, 5_000, 20_000).astype(np.uint32) for _ in range(40)]
    # when
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda ids: counts_of(ids, 5_000), documents))
    # then
    assert found == [expected(ids) for ids in documents]
