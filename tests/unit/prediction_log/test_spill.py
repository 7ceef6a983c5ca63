import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.prediction_log import LoggedPrediction, PredictionLogSettings
from textops.prediction_log.spill import claimed, read_spilled, spill, spilled_files
from textops.prediction_log.stored import TextKeeper, stored_prediction

if TYPE_CHECKING:
    from tests.unit.prediction_log.conftest import OpenLog


def test_rows_come_back_as_they_were(tmp_path: Path, make_predictions: Callable[..., list[LoggedPrediction]]) -> None:
    # given
    keeper = TextKeeper(PredictionLogSettings())
    predictions = [stored_prediction(row, keeper) for row in make_predictions(3, "\u2028 text\n")]
    shadows = [("2", "2026-01-01 00:00:00.000000", "tiny", 2, "b", 0.8, 0.1)]
    judged = [("1", "2", "2026-01-01 00:00:00.000000", "r", "a", None)]
    # when
    path = spill(tmp_path / "spill", [*predictions, *shadows, *judged])
    # then: for nobody else's eyes
    assert path.stat().st_mode & 0o077 == 0
    assert read_spilled(path) == (predictions, shadows, judged)
    assert spilled_files(tmp_path / "spill") == [path]
    assert spilled_files(tmp_path / "none") == []


def test_at_no_moment_may_others_read_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    modes: list[int] = []
    replace = Path.replace

    def noting(path: Path, target: Path) -> Path:
        modes.append(path.stat().st_mode & 0o077)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noting)
    # when
    spill(tmp_path, [("1", "2", "2026-01-01 00:00:00.000000", "r", "a", "of somebody")])
    # then
    assert modes == [0]


def test_a_file_is_loaded_by_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    path.write_text("")
    with claimed(path) as first, claimed(path) as second:
        assert first
        assert not second
    with claimed(tmp_path / "gone.jsonl") as mine:
        assert not mine


def test_broken_lines_and_impossible_rows_cost_no_others(
    tmp_path: Path,
    open_log: "OpenLog",
    file: Path,
    make_predictions: Callable[..., list[LoggedPrediction]],
    wait_for: Callable[[Callable[[], bool]], None],
) -> None:
    # given
    keeper = TextKeeper(PredictionLogSettings())
    path = spill(tmp_path / "spill", [stored_prediction(row, keeper) for row in make_predictions(2)])
    with path.open("ab") as lines:
        lines.write(b'[]\n{"half": \n\xff\n{"id": {}}\n{"prediction_id": "x", "text": {}}\n')
    # when
    log = open_log()
    wait_for(lambda: not path.exists())
    # then
    wait_for(lambda: log.state.reachable)
    assert log.state.written == 2
    assert log.state.dropped == 2
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("select count(*) from predictions").fetchall() == [(2,)]
    # and what could not be read is still there, for nobody else's eyes
    kept = path.with_suffix(".broken")
    assert kept.read_bytes() == b'[]\n{"half": \n\xff\n'
    assert kept.stat().st_mode & 0o077 == 0


def test_what_cannot_be_read_stops_nothing(
    tmp_path: Path, open_log: "OpenLog", wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    (tmp_path / "spill/folder.jsonl").mkdir(parents=True)
    log = open_log()
    wait_for(lambda: log.state.reachable)
