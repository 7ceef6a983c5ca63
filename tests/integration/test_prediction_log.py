"""The prediction log with real databases that come and go, and processes that are killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text

from textops.errors import ServiceError
from textops.prediction_export import export_predictions
from textops.prediction_log import (
    LoggedFeedback,
    LoggedPrediction,
    PredictionLog,
    PredictionLogSettings,
    ShadowPrediction,
    migrations,
    new_prediction_id,
    reading,
)
from textops.prediction_log.address import parse_address
from textops.prediction_log.comparison import VersionRecord, compare_versions
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period, count_feedback, rows_by_model
from textops.prediction_log.retention import before, prune

if TYPE_CHECKING:
    from tests.integration.conftest import PostgresServer

pytestmark = pytest.mark.slow
SECONDS = 120
# Says what it has handed over, a second behind, so that all of it should be in the database.
HANDING_OVER = """
import sys, time
from textops.prediction_log import LoggedPrediction, PredictionLog, PredictionLogSettings, new_prediction_id
log = PredictionLog(PredictionLogSettings(log_flush_seconds=0.1))
log.start()
for number in range(int(sys.argv[1])):
    name = new_prediction_id()
    row = LoggedPrediction(name, time.time(), "r", "tiny", 1, "a", 0.9, {"a": 0.9}, False, f"text {number}", 0.1)
    log.record([row])
    print(time.monotonic(), name, flush=True)
    time.sleep(float(sys.argv[2]))
log.close(60)
"""


def predictions(count: int) -> list[LoggedPrediction]:
    now = time.time()
    return [
        LoggedPrediction(
            new_prediction_id(),
            now,
            "r",
            "tiny",
            1,
            "a",
            0.9,
            {"a": 0.9, "b": 0.1},
            needs_review=False,
            text="a text",
            seconds=0.1,
        )
        for _ in range(count)
    ]


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def database(postgresql: "PostgresServer", request: pytest.FixtureRequest) -> str:
    """An empty database."""
    return postgresql.make_database("".join(letter for letter in request.node.name[-60:] if letter.isalnum()).lower())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., PredictionLog]]:
    """Start logs that are closed in the end."""
    logs: list[PredictionLog] = []

    def start(url: str, **settings: object) -> PredictionLog:
        given = {"log_spill": tmp_path / "spill", "log_flush_seconds": 0.05, **settings}
        log = PredictionLog(PredictionLogSettings.model_validate({"database_url": url, **given}))
        log.start()
        logs.append(log)
        return log

    yield start
    for log in logs:
        log.close(5)


def in_postgresql(address: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(address.replace("postgresql:", "postgresql+pg8000:"), poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def in_sqlite(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return connection.execute(statement).fetchall()


def test_postgresql_keeps_what_was_logged(database: str, opened: Callable[..., PredictionLog]) -> None:
    # given: texts and names with all that a database may dislike
    log = opened(database, log_text="full")
    odd = 'NUL \x00 half \ud800 "quotes" \\u0000 back\\slash \U0001f600'
    row = LoggedPrediction(
        new_prediction_id(),
        1_700_000_000.25,
        "r",
        "m",
        7,
        "é\x00",
        0.5,
        {"é\x00": 0.5, "\ud800": 0.5},
        needs_review=True,
        text=odd,
        seconds=0.1,
    )
    # when
    log.record([row])
    assert log.record_feedback(LoggedFeedback(row.prediction_id, 1_700_000_001.0, "r2", "b", "no \x00 \ud800"))
    wait_for(lambda: log.state.written == 2)
    # then
    (kept,) = in_postgresql(
        database,
        "select prediction_id, extract(epoch from created), label, cast(probabilities as text), needs_review, text, "
        "characters from predictions",
    )
    expected = 'NUL \ufffd half \ufffd "quotes" \\u0000 back\\slash \U0001f600'
    assert kept[:3] == (row.prediction_id, 1_700_000_000.25, "é\ufffd")
    assert json.loads(str(kept[3])) == {"é\ufffd": 0.5, "\ufffd": 0.5}
    assert kept[4:] == (True, expected, len(odd))
    (judged,) = in_postgresql(database, "select prediction_id, label, comment from feedback")
    assert judged == (row.prediction_id, "b", "no \ufffd \ufffd")
    assert log.knows(row.prediction_id) is True
    assert log.knows(new_prediction_id()) is False


def test_postgresql_compares_versions(database: str, opened: Callable[..., PredictionLog]) -> None:
    # given: tables from before there were candidates
    with Database(parse_address(database)).writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "1")
    log = opened(database)
    first, second, old = predictions(3)
    old = old._replace(created=0.0)
    # when
    log.record([first, second, old])
    log.record_shadow(
        [
            ShadowPrediction(row.prediction_id, row.created, "tiny", 2, label, 0.5, 0.1)
            for row, label in ((first, "a"), (second, "b"), (old, "b"))
        ]
    )
    log.record_feedback(LoggedFeedback(second.prediction_id, time.time(), "r", "b", None))
    wait_for(lambda: log.state.written == 7)
    # then
    base = Database(parse_address(database))
    with base.writing() as connection:
        assert prune(connection, before(1)) == 2
    with base.reading() as connection:
        assert compare_versions(connection, before(1)) == [
            VersionRecord("tiny", 1, None, 2, 0.9, 2, 1, 0),
            VersionRecord("tiny", 2, 1, 2, 0.5, 1, 1, 1),
        ]


def test_a_row_that_postgresql_refuses_costs_no_other(database: str, opened: Callable[..., PredictionLog]) -> None:
    # given
    log = opened(database)
    bad = predictions(20)[0]._replace(model_version=2**40)
    rows = [*predictions(10), bad, *predictions(9), bad._replace(probability=float("nan")), *predictions(3)]
    # when
    log.record(rows)
    # then
    wait_for(lambda: (log.state.written, log.state.dropped, log.state.waiting) == (22, 2, 0))
    assert in_postgresql(database, "select count(*) from predictions") == [(22,)]


def test_a_postgresql_that_was_killed_gets_all_rows_when_it_is_back(
    postgresql: "PostgresServer", database: str, opened: Callable[..., PredictionLog]
) -> None:
    # given
    log = opened(database)
    log.record(predictions(5))
    wait_for(lambda: log.state.written == 5)
    # when
    postgresql.stop()
    try:
        log.record(predictions(7))
        wait_for(lambda: not log.state.reachable)
        assert log.knows(new_prediction_id()) is None
        assert log.state.waiting == 7
        assert "cannot be used" in str(log.state.error)
    finally:
        postgresql.start()
    # then
    wait_for(lambda: log.state.reachable and not log.state.waiting)
    assert in_postgresql(database, "select count(*) from predictions") == [(12,)]
    assert log.state.dropped == 0


def test_what_postgresql_did_not_take_before_the_end_is_there_after_the_next_start(
    postgresql: "PostgresServer", database: str, opened: Callable[..., PredictionLog], tmp_path: Path
) -> None:
    # given
    postgresql.stop()
    try:
        first = opened(database)
        rows = predictions(300)
        first.record(rows)
        first.record_feedback(LoggedFeedback(rows[0].prediction_id, time.time(), "r", "b", None))
        # when
        first.close(1)
    finally:
        postgresql.start()
    assert first.state.dropped == 0
    (spilled,) = (tmp_path / "spill").iterdir()
    assert len(spilled.read_bytes().splitlines()) == 301
    # and: one that has been loaded already, by a process that was killed before it could remove the file
    (tmp_path / "spill/again.jsonl").write_bytes(spilled.read_bytes())
    second = opened(database)
    wait_for(lambda: second.state.reachable and not list((tmp_path / "spill").iterdir()))
    # then
    assert in_postgresql(database, "select count(*), count(distinct prediction_id) from predictions") == [(300, 300)]
    assert in_postgresql(database, "select count(*) from feedback") == [(1,)]


def test_a_postgresql_that_hangs_does_not_hold_up_the_end(
    database: str, opened: Callable[..., PredictionLog], tmp_path: Path
) -> None:
    # given: somebody else holds the table
    log = opened(database)
    log.record(predictions(1))
    wait_for(lambda: log.state.written == 1)
    engine = create_engine(database.replace("postgresql:", "postgresql+pg8000:"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("lock table predictions"))
        log.record(predictions(4))
        time.sleep(0.2)
        # when: it would wait as long as the table is held
        begin = time.monotonic()
        log.close(1)
        # then
        assert time.monotonic() - begin < 30
    (spilled,) = (tmp_path / "spill").iterdir()
    assert len(spilled.read_bytes().splitlines()) == 4


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_processes_that_start_together_make_the_tables_once_and_all_write(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # given
    postgresql: PostgresServer | None = None
    address = f"sqlite:///{tmp_path}/new/log.sqlite"
    if backend == "postgresql":
        postgresql = request.getfixturevalue("postgresql")
        address = postgresql.make_database("together")
    environment = {**os.environ, "TEXTOPS_DATABASE_URL": address, "TEXTOPS_LOG_SPILL": f"{tmp_path}/spill"}
    # when
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HANDING_OVER, "500", "0.001"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    logs = [process.communicate(timeout=SECONDS)[1] for process in processes]
    # then
    count = "select count(*) from predictions"
    found = in_sqlite(tmp_path / "new/log.sqlite", count) if postgresql is None else in_postgresql(address, count)
    assert found == [(1_500,)]
    assert not any(word in log for log in logs for word in ("ERROR", "WARNING", "Traceback")), logs
    assert not (tmp_path / "spill").exists()


def written_rows(path: Path) -> int:
    """How many predictions a database has; none before its tables are made."""
    try:
        ((rows,),) = in_sqlite(path, "select count(*) from predictions")
    except sqlite3.OperationalError:
        return 0
    return int(str(rows))


def test_a_process_that_is_killed_loses_no_more_than_the_last_interval(tmp_path: Path) -> None:
    # given
    path = tmp_path / "log.sqlite"
    environment = {**os.environ, "TEXTOPS_DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, "-c", HANDING_OVER, "100000", "0.001"]
    # when: it has written for a while, and what it has handed over by then has had the time of an interval
    with (tmp_path / "output").open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
    wait_for(lambda: path.exists() and written_rows(path) > 100)
    lines = (tmp_path / "output").read_text(encoding="utf-8").split("\n")[:-1]
    old = {line.split()[1] for line in lines}
    wait_for(lambda: old <= kept_ids(path))
    process.send_signal(signal.SIGKILL)
    process.wait(SECONDS)
    # then
    assert len(old) > 100
    assert old <= kept_ids(path)
    assert in_sqlite(path, "pragma integrity_check") == [("ok",)]


def kept_ids(path: Path) -> set[str]:
    return {str(name) for (name,) in in_sqlite(path, "select prediction_id from predictions")}


def test_postgresql_is_exported_and_pruned(
    database: str, opened: Callable[..., PredictionLog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: a log that was begun by a process, and is shown in another part of the world
    monkeypatch.setattr(reading, "_PORTION", 50)
    now = time.time()
    old = [row._replace(created=now - 3 * 86_400) for row in predictions(700)]
    log = opened(database)
    log.record([*old, *predictions(20)])
    for moment, label in ((now, "c"), (now - 1, "b")):
        log.record_feedback(LoggedFeedback(old[0].prediction_id, moment, "r", label, None))
    wait_for(lambda: log.state.written == 722)
    readers = Database(parse_address(database))
    with readers.writing() as connection:
        connection.execute(text("alter role ann set timezone to 'Asia/Tokyo'"))
    readers.close()
    # when
    since = before(1)
    assert export_predictions(readers, tmp_path / "new.parquet", Period(since=since)) == 20
    assert export_predictions(readers, tmp_path / "last.parquet", Period(last=30)) == 30
    assert export_predictions(readers, tmp_path / "all.parquet", Period()) == 720
    # then
    found = pq.read_table(tmp_path / "all.parquet").to_pylist()
    assert len({row["prediction_id"] for row in found}) == 720
    assert [row["feedback_label"] for row in found if row["feedback_label"]] == ["c"]
    assert abs(found[0]["created"].timestamp() - old[0].created) < 0.001
    # and
    gone = 0
    with readers.reading() as connection:
        assert rows_by_model(connection)[0].predictions == 720
        assert count_feedback(connection) == 2
    for _ in range(3):
        with readers.writing() as connection:
            gone += prune(connection, since)
    assert gone == 702
    assert in_postgresql(database, "select count(*) from predictions") == [(20,)]


def test_a_wrong_password_or_database_is_said_and_shows_no_password(
    postgresql: "PostgresServer", opened: Callable[..., PredictionLog]
) -> None:
    # when
    log = opened(f"postgresql://ann:s3cret@127.0.0.1:{postgresql.port}/no_such_database")
    wait_for(lambda: log.state.error is not None)
    # then
    assert "does not exist" in str(log.state.error)
    assert "s3cret" not in str(log.state.error)


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ServiceError, match="TEXTOPS_DATABASE_URL"):
        PredictionLog(PredictionLogSettings.model_validate({"database_url": "mysql://ann:s3cret@host/db"}))
