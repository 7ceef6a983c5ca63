from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data import column_files
from textops.data.column_files import ColumnFile, Scattered, chunks


@pytest.fixture
def column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ColumnFile:
    """A hundred numbers, of which ten are looked at at once."""
    monkeypatch.setattr(column_files, "CHUNK_ROWS", 10)
    made = ColumnFile(tmp_path / "column", np.int32)
    made.append(range(60))
    made.append(np.arange(60, 100))
    return made


def test_what_was_appended_is_read(column: ColumnFile) -> None:
    assert len(column) == 100
    assert column.read(0, 100).tolist() == list(range(100))
    assert column.read(57, 63).tolist() == [57, 58, 59, 60, 61, 62]


def test_chosen_rows_are_taken_and_changed(column: ColumnFile) -> None:
    rows = np.array([0, 9, 10, 55, 99])

    column.put(rows, np.array([-1, -2, -3, -4, -5]))

    assert column.take(rows).tolist() == [-1, -2, -3, -4, -5]
    assert column.take(np.array([1, 11, 98])).tolist() == [1, 11, 98]
    assert column.take(rows[:0]).tolist() == []
    column.append([7])
    assert column.read(99, 101).tolist() == [-5, 7]


def test_chunks_hold_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_files, "CHUNK_ROWS", 10)

    assert list(chunks(25)) == [(0, 10), (10, 20), (20, 25)]
    assert list(chunks(0)) == []


@pytest.mark.parametrize("buffered", [0, 100, 10**9])
@given(hashes=st.lists(st.integers(0, (1 << 64) - 1) | st.sampled_from([0, 5, 1 << 63]), max_size=40))
def test_equal_hashes_meet_in_the_order_in_which_they_came(
    tmp_path_factory: pytest.TempPathFactory, buffered: int, hashes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("scattered") / "buckets"
    with pytest.MonkeyPatch.context() as patch, Scattered(folder, [("hash", "<u8"), ("row", "<i8")]) as scattered:
        patch.setattr(column_files, "BUFFERED_BYTES", buffered)
        for first in range(0, len(hashes), 3):
            some = np.array(hashes[first : first + 3], np.uint64)
            scattered.add(some, np.arange(first, first + len(some)))
        buckets = [bucket.tolist() for bucket in scattered.buckets()]

    assert sorted(pair for bucket in buckets for pair in bucket) == sorted(zip(hashes, range(len(hashes)), strict=True))
    assert all(bucket and [row for _, row in bucket] == sorted(row for _, row in bucket) for bucket in buckets)
    assert sum(len({value for value, _ in bucket}) for bucket in buckets) == len(set(hashes))
    assert not folder.exists() or not list(folder.iterdir())
