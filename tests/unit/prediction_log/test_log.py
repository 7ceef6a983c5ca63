import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loguru import logger
from sqlalchemy import Connection

from textops.errors import ServiceError
from textops.prediction_log import (
    LoggedFeedback,
    LoggedPrediction,
    PredictionLog,
    PredictionLogSettings,
    new_prediction_id,
)
from textops.prediction_log.delivery import Delivery

if TYPE_CHECKING:
    from tests.unit.prediction_log.conftest import Observer, OpenLog

MakePredictions = Callable[..., list[LoggedPrediction]]
WaitFor = Callable[[Callable[[], bool]], None]


def rows(path: Path, statement: str = "select count(*) from predictions") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


@contextmanager
def records() -> Iterator[list[str]]:
    """Collect what is logged."""
    lines: list[str] = []
    number = logger.add(lambda message: lines.append(str(message)), format="{level} {message}")
    try:
        yield lines
    finally:
        logger.remove(number)


def test_what_is_handed_over_is_in_the_database_soon(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor, observer: "Observer"
) -> None:
    # given
    log = open_log()
    (row,) = make_predictions(1, "Mail a@b.com \x00 \ud800 \U0001f600")
    # when
    log.record([row])
    assert log.knows(row.prediction_id)
    assert log.record_feedback(LoggedFeedback(row.prediction_id, row.created, "r2", "b", "call 202-555-0143"))
    wait_for(lambda: log.state.written == 2)
    # then
    (kept,) = rows(
        file, "select prediction_id, probabilities, needs_review, text, characters, features from predictions"
    )
    assert kept == (row.prediction_id, '{"a":0.9}', 0, "Mail [mail] \ufffd \ufffd \U0001f600", len(row.text), None)
    ((created, text_hash),) = rows(file, "select strftime('%s', created), text_hash from predictions")
    assert int(str(created)) == int(row.created)
    assert len(str(text_hash)) == 64
    assert rows(file, "select prediction_id, request_id, label, comment from feedback") == [
        (row.prediction_id, "r2", "b", "call [phone]")
    ]
    assert log.knows(row.prediction_id) is True
    assert log.knows(new_prediction_id()) is False
    # The rows are written before the thread says that the database has answered.
    wait_for(lambda: observer.rows_waiting == 0 and bool(observer.answers))
    assert observer.rows_written == 2
    assert observer.answers[-1]


def test_the_file_keeps_a_log_of_changes_and_can_be_read_while_it_is_written(
    open_log: "OpenLog", file: Path, wait_for: WaitFor
) -> None:
    log = open_log()
    wait_for(lambda: log.state.reachable)
    assert rows(file, "pragma journal_mode") == [("wal",)]


def test_all_that_waits_is_written_before_the_end(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, tmp_path: Path
) -> None:
    # given
    log = open_log(log_flush_seconds=60.0, log_flush_rows=100)
    # when
    log.record(make_predictions(250))
    log.close(10)
    # then
    assert rows(file) == [(250,)]
    assert log.state.waiting == 0
    assert not (tmp_path / "spill").exists()


def test_many_rows_are_written_before_their_time(
    open_log: "OpenLog", make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given
    log = open_log(log_flush_seconds=60.0, log_flush_rows=10)
    wait_for(lambda: log.state.reachable)
    # when
    log.record(make_predictions(9))
    time.sleep(0.1)
    assert log.state.written == 0
    log.record(make_predictions(1))
    # then
    wait_for(lambda: log.state.written == 10)


def test_what_comes_after_the_end_is_counted_as_lost(open_log: "OpenLog", make_predictions: MakePredictions) -> None:
    # given
    log = open_log()
    log.close(10)
    # when
    log.record(make_predictions(3))
    # then
    assert log.state.dropped == 3
    assert log.state.waiting == 0
    assert not log.record_feedback(LoggedFeedback("x", 0.0, "r", "a", None))


def test_a_file_that_somebody_holds_delays_the_rows_and_is_said_once(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor, observer: "Observer"
) -> None:
    # given
    log = open_log(log_buffer_rows=10)
    wait_for(lambda: log.state.reachable)
    with records() as lines, closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        # when
        log.record(make_predictions(8))
        assert log.record_feedback(LoggedFeedback("x", time.time(), "r", "a", None))
        wait_for(lambda: not log.state.reachable)
        log.record(make_predictions(5))
        # then
        assert log.state.waiting == 11
        assert log.state.dropped == 3
        assert "locked" in str(log.state.error)
        wait_for(lambda: any("waits" in line for line in lines))
        other.execute("rollback")
        wait_for(lambda: log.state.reachable and not log.state.waiting)
    assert rows(file) == [(10,)]
    wait_for(lambda: observer.rows_dropped == 3)
    assert False in observer.answers
    assert len([line for line in lines if line.startswith("ERROR")]) == 1
    assert any("written again" in line for line in lines)
    assert len([line for line in lines if "lost 3 rows" in line]) == 1


def test_after_a_fault_that_nobody_foresaw_rows_are_written_again(
    open_log: "OpenLog",
    file: Path,
    make_predictions: MakePredictions,
    wait_for: WaitFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    log = open_log(log_flush_seconds=0.05)
    wait_for(lambda: log.state.reachable)
    whole = Delivery.flush

    def faulty(*_: object) -> None:
        raise RuntimeError("not thought of")

    with records() as lines:
        # when
        monkeypatch.setattr(Delivery, "flush", faulty)
        log.record(make_predictions(3))
        wait_for(lambda: any("waits" in line for line in lines))
        assert log.state.error == "RuntimeError: not thought of"
        monkeypatch.setattr(Delivery, "flush", whole)
        wait_for(lambda: log.state.reachable and not log.state.waiting)
    # then the fault is told with its traceback, and no row is lost
    assert rows(file) == [(3,)]
    assert len([line for line in lines if "Traceback" in line and "not thought of" in line]) == 1


def test_rows_that_no_database_takes_cost_no_other(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given: impossible times, numbers, objects
    good = make_predictions(20)
    (bad,) = make_predictions(1)
    broken = [
        bad._replace(created=float("nan")),
        bad._replace(created=1e30),
        bad._replace(model_version=2**70),
        bad._replace(probability=float("nan")),
        bad._replace(label=None),  # type: ignore[arg-type]
        bad._replace(seconds=object()),  # type: ignore[arg-type]
        bad._replace(probabilities={"a": object()}),  # type: ignore[dict-item]
    ]
    log = open_log()
    # when
    log.record([*good[:10], *broken, *good[10:]])
    log.record_feedback(LoggedFeedback("x", float("inf"), "r", "a", None))
    # The rows are written before the thread says that the database has answered.
    wait_for(lambda: log.state.written == 20 and not log.state.waiting and log.state.reachable)
    # then
    assert rows(file) == [(20,)]
    assert log.state.dropped == 8


def test_a_row_that_comes_twice_is_there_once(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    log = open_log()
    (row,) = make_predictions(1)
    log.record([row, row._replace(label="b")])
    wait_for(lambda: not log.state.waiting)
    assert rows(file, "select label from predictions") == [("a",)]


def test_what_no_database_took_waits_in_a_file_for_the_next_start(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor, tmp_path: Path
) -> None:
    # given: no folder can be made where a file is
    file.parent.write_text("")
    first = open_log()
    written = make_predictions(3, "Mail a@b.com")
    first.record(written)
    first.record_feedback(LoggedFeedback(written[0].prediction_id, time.time(), "r", "b", None))
    # when
    first.close(2)
    # then: nothing of what must not be kept is in there
    (spilled,) = (tmp_path / "spill").iterdir()
    assert "a@b.com" not in spilled.read_text()
    assert first.state.dropped == 0
    # and: the next start reads it
    file.parent.unlink()
    second = open_log()
    wait_for(lambda: second.state.written == 4)
    wait_for(lambda: not spilled.exists())
    assert rows(file) == [(3,)]
    assert rows(file, "select label from feedback") == [("b",)]


def test_a_log_that_never_started_keeps_its_rows(
    settings: PredictionLogSettings, make_predictions: MakePredictions, tmp_path: Path
) -> None:
    log = PredictionLog(settings)
    log.record(make_predictions(2))
    assert log.knows(new_prediction_id()) is None
    log.close(1)
    (spilled,) = (tmp_path / "spill").iterdir()
    assert len(spilled.read_text().splitlines()) == 2


def test_rows_that_nothing_takes_are_counted_as_lost(
    settings: PredictionLogSettings, make_predictions: MakePredictions, tmp_path: Path, observer: "Observer"
) -> None:
    # given: what /dev/full stands for, a disk without room
    (tmp_path / "spill").write_text("")
    log = PredictionLog(settings, observer)
    log.record(make_predictions(2))
    # when
    with records() as lines:
        log.close(1)
    # then
    assert log.state.dropped == 2
    assert observer.rows_dropped == 2
    assert lines[0].startswith("ERROR 2 rows")


def test_a_disk_without_room_delays_the_rows(
    open_log: "OpenLog",
    file: Path,
    make_predictions: MakePredictions,
    wait_for: WaitFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given: a database that may not grow
    from textops.prediction_log import database

    full = threading.Event()
    full.set()
    original = database.Database.writing

    @contextmanager
    def writing(self: database.Database) -> Iterator[Connection]:
        with original(self) as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={20 if full.is_set() else 1_000_000}")
            yield connection

    monkeypatch.setattr(database.Database, "writing", writing)
    log = open_log()
    # when
    log.record(make_predictions(200, "words and more words " * 200))
    wait_for(lambda: "full" in str(log.state.error))
    assert log.state.dropped == 0
    full.clear()
    # then
    wait_for(lambda: log.state.written == 200)
    assert rows(file) == [(200,)]


def test_a_file_that_is_removed_is_made_again(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given
    log = open_log()
    log.record(make_predictions(1))
    wait_for(lambda: log.state.written == 1)
    # when
    for path in file.parent.iterdir():
        path.unlink()
    log.record(make_predictions(2))
    # then
    wait_for(lambda: log.state.written == 3 and log.state.reachable)
    assert rows(file) == [(2,)]


def test_tables_of_a_newer_version_are_left_alone(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given
    log = open_log()
    wait_for(lambda: log.state.reachable)
    log.close(5)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("update prediction_log_version set version_num = '99'")
    # when
    with records() as lines:
        log = open_log()
        log.record(make_predictions(2))
        wait_for(lambda: bool(lines))
    # then
    assert "version 99" in lines[0]
    assert log.knows(new_prediction_id()) is None
    assert rows(file) == [(0,)]


def test_old_rows_are_removed_by_and_by(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given
    now = time.time()
    old = [row._replace(created=now - 3 * 86_400) for row in make_predictions(1_200)]
    first = open_log()
    first.record([*old, *make_predictions(5)])
    first.record_feedback(LoggedFeedback(old[0].prediction_id, now, "r", "a", None))
    first.close(10)
    # when
    open_log(log_retention_days=2.0)
    # then
    wait_for(lambda: rows(file) == [(5,)])
    assert rows(file, "select count(*) from feedback") == [(0,)]


def test_names_of_rows_are_found_while_they_wait(
    settings: PredictionLogSettings, make_predictions: MakePredictions
) -> None:
    log = PredictionLog(settings)
    row, *_ = made = make_predictions(3)
    log.record(made)
    assert log.knows(row.prediction_id) is True


def test_threads_hand_over_at_once(
    open_log: "OpenLog", file: Path, make_predictions: MakePredictions, wait_for: WaitFor
) -> None:
    # given
    log = open_log()
    parts = [make_predictions(200) for _ in range(4)]

    def hand_over(part: list[LoggedPrediction]) -> None:
        for row in part:
            log.record([row])

    # when
    threads = [threading.Thread(target=hand_over, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then
    wait_for(lambda: log.state.written == 800)
    assert rows(file) == [(800,)]
    assert log.state.waiting == 0


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://a:s3cret@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://a:s3cret@h:x/d"]
)
def test_an_address_that_is_none_is_refused_before_anything_starts(url: str) -> None:
    with pytest.raises(ServiceError, match="TEXTOPS_DATABASE_URL") as caught:
        PredictionLog(PredictionLogSettings.model_validate({"database_url": url}))
    assert "s3cret" not in str(caught.value)


@pytest.mark.slow
def test_handing_over_imports_no_database(tmp_path: Path) -> None:
    # given: what the API does before it is ready, and once more when the tables are there
    code = (
        "import sys, time, json\n"
        "from textops.prediction_log import PredictionLog, PredictionLogSettings\n"
        "log = PredictionLog(PredictionLogSettings())\n"
        "before = 'sqlalchemy' in sys.modules\n"
        "log.start()\n"
        "while not log.state.reachable: time.sleep(0.01)\n"
        "log.close(5)\n"
        "print(json.dumps([before, 'alembic' in sys.modules]))\n"
    )
    environment = {**os.environ, "TEXTOPS_DATABASE_URL": f"sqlite:///{tmp_path}/log.sqlite"}
    # when
    said = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=180
        ).stdout
        for _ in range(2)
    ]
    # then
    assert [json.loads(line) for line in said] == [[False, True], [False, False]]
