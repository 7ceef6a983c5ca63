from pathlib import Path

import pytest
from pyarrow import parquet

from textops.data import row_log as row_log_module
from textops.data.row_log import RowLog, row_log


def test_places_are_taken_apart(tmp_path: Path) -> None:
    log = RowLog(tmp_path / "rows.parquet")

    log.add("left out", "blank", "C:/a:b.csv:7")
    log.add("noted", "two labels", "a.csv:8 (x, y)")
    log.add("repaired", "all of it", "a.csv")
    log.close()

    assert [tuple(row.values()) for row in parquet.read_table(log.path).to_pylist()] == [
        ("C:/a:b.csv", 7, "left out", "blank"),
        ("a.csv", 8, "noted", "two labels"),
        ("a.csv", 0, "repaired", "all of it"),
    ]


def test_rows_are_written_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_log_module, "BATCH_ROWS", 10)
    log = RowLog(tmp_path / "rows.parquet")

    for line in range(25):
        log.add("left out", "blank", f"a.csv:{line}")
    log.close()

    metadata = parquet.read_metadata(log.path)
    assert (metadata.num_rows, metadata.num_row_groups) == (25, 3)


def test_where_nothing_happened_there_are_columns_and_no_row() -> None:
    with row_log() as log:
        log.close()

        table = parquet.read_table(log.path)
        assert (table.num_rows, table.column_names) == (0, ["file", "line", "what", "reason"])
    assert not log.path.parent.exists()
