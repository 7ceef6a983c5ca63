from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from textops.data import ordered_rows as ordered_rows_module
from textops.data import row_table as row_table_module
from textops.data.ordered_rows import ordered_rows
from textops.data.row_table import NAMED_AFTER, RowTable
from textops.data.validation import LabelledText

Rows = Callable[..., LabelledText]
Stored = Callable[..., RowTable]


@pytest.fixture
def table(row: Rows, stored: Stored, monkeypatch: pytest.MonkeyPatch) -> RowTable:
    """Two hundred rows in batches of seven; the last three are a group, named after one that is no example."""
    monkeypatch.setattr(row_table_module, "BATCH_ROWS", 7)
    made = stored([row(f"text {number}", "ab"[number % 2]) for number in range(200)])
    made.leave_out(np.array([3, 50]))
    made.leave_out(np.array([198]), NAMED_AFTER)
    made.group.put(np.array([197, 198, 199]), np.full(3, 198))
    made.position.put(np.array([197, 198, 199]), np.full(3, made.position.take(np.array([198]))[0]))
    return made


def whole(table: RowTable) -> pa.Table:
    return pa.concat_tables(list(ordered_rows(table)))


def test_rows_are_ordered_by_position_and_id(table: RowTable) -> None:
    rows = whole(table)

    keys = list(zip(rows["position"].to_pylist(), rows["id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert set(rows["row"].to_pylist()) == set(range(200)) - {3, 50}
    groups = dict(zip(rows["row"].to_pylist(), rows["group"].to_pylist(), strict=True))
    assert groups[197] == groups[199] == "text 198"
    assert groups[0] == "text 0"


def test_many_parts_give_what_one_gives(table: RowTable, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = whole(table)

    monkeypatch.setattr(ordered_rows_module, "PART_BYTES", 1000)
    monkeypatch.setattr(ordered_rows_module, "READ_BYTES", 3000)
    parts = list(ordered_rows(table))

    assert len(parts) > 10
    assert pa.concat_tables(parts).combine_chunks().equals(expected.combine_chunks())
    assert not (table.folder / "parts").exists()
