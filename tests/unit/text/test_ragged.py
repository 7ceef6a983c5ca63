"""Rows of different lengths."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textops.text.ragged import Ragged

Rows = list[list[int]]
some_rows = st.lists(st.lists(st.integers(1, 9), max_size=5), max_size=6)


def ragged(rows: Rows) -> Ragged:
    return Ragged.from_rows([(np.array(row, np.int32), np.array(row, np.float32) * np.float32(0.5)) for row in rows])


def rows_of(documents: Ragged) -> Rows:
    rows = []
    for start, end in zip(documents.offsets[:-1], documents.offsets[1:], strict=True):
        row = documents.ids[start:end]
        np.testing.assert_array_equal(documents.weights[start:end], row / 2)
        rows.append(row.tolist())
    return rows


def assert_types(documents: Ragged) -> None:
    assert [array.dtype.name for array in vars(documents).values()] == ["int32", "float32", "int64"]


@given(some_rows)
def test_rows_come_back_as_they_were(rows: Rows) -> None:
    # when
    documents = ragged(rows)
    # then
    assert rows_of(documents) == rows
    assert len(documents) == len(rows)
    assert_types(documents)


@given(some_rows.filter(bool), st.data())
def test_rows_are_taken_in_any_order_and_more_than_once(rows: Rows, data: st.DataObject) -> None:
    # given
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1)))
    # when
    taken = ragged(rows).take(np.array(chosen, np.int64))
    # then
    assert rows_of(taken) == [rows[row] for row in chosen]
    assert_types(taken)


@given(st.lists(some_rows, max_size=4))
def test_parts_are_joined_in_their_order(parts: list[Rows]) -> None:
    # when
    joined = Ragged.join([ragged(part) for part in parts])
    # then
    assert rows_of(joined) == [row for part in parts for row in part]
    assert_types(joined)


@given(some_rows)
def test_padding_adds_nothing_but_zeros_behind(rows: Rows) -> None:
    # when
    ids, weights = ragged(rows).padded()
    # then
    longest = max([1, *map(len, rows)])
    assert ids.tolist() == [row + [0] * (longest - len(row)) for row in rows]
    np.testing.assert_array_equal(weights, ids / 2)
    assert ids.shape == (len(rows), longest)
    assert (ids.dtype.name, weights.dtype.name) == ("int64", "float32")
