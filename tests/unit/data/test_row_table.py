from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from textops.data import row_table as row_table_module
from textops.data.row_table import GONE, RowTable, row_table
from textops.data.validation import LabelledText

Rows = Callable[..., LabelledText]
Stored = Callable[..., RowTable]


def test_rows_come_back_as_they_were(row: Rows, stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    # given more rows than a batch has
    monkeypatch.setattr(row_table_module, "BATCH_ROWS", 4)
    rows = [
        row(f"text {number} \u00e9\U0001f642", "ab"[number % 2], file=f"{number % 3}.csv", day="x")
        for number in range(10)
    ]
    rows[3].timestamp = datetime(1950, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    rows[5].text, rows[6].source, rows[7].others = "text", "somewhere", {}

    table = stored(rows)

    assert table.rows(np.arange(10)) == rows
    assert table.rows(np.array([3, 5, 9])) == [rows[3], rows[5], rows[9]]
    assert table.ids(np.array([0, 4])) == [rows[0].id, rows[4].id]
    assert list(table.places(np.array([1, 8]))) == ["1.csv:1", "2.csv:1"]


def test_what_is_left_out_is_no_example(row: Rows, stored: Stored) -> None:
    table = stored([row(f"text {number}", "ab"[number % 2]) for number in range(6)])

    table.leave_out(np.array([1, 4]))

    assert np.concatenate(list(table.kept())).tolist() == [0, 2, 3, 5]
    assert table.state.read(1, 2).tolist() == [GONE]
    assert table.label_counts().tolist() == [2, 2]


def test_what_came_before_a_mistake_is_there(row: Rows, tmp_path: Path) -> None:
    def broken() -> object:
        yield row("one")
        raise ValueError

    with row_table(tmp_path / "made" / "dataset") as table:
        with pytest.raises(ValueError, match=r"^$"):
            table.extend(broken())  # type: ignore[arg-type]

        assert [each.text for each in table.rows(np.arange(1))] == ["one"]

    assert list(tmp_path.iterdir()) == []


def test_nothing_stays_but_what_was_there(tmp_path: Path) -> None:
    with row_table(tmp_path / "deep" / "er" / "dataset") as table:
        table.extend([])
        (tmp_path / "deep" / "kept").touch()

    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["kept"]
