import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scipy.stats import binomtest

from textops.prediction_log import LoggedFeedback, LoggedPrediction, PredictionLog, ShadowPrediction
from textops.prediction_log.address import parse_address
from textops.prediction_log.comparison import VersionRecord, compare_versions, wilson_interval
from textops.prediction_log.database import Database
from textops.prediction_log.retention import prune

if TYPE_CHECKING:
    from tests.unit.prediction_log.conftest import OpenLog

MakePredictions = Callable[..., list[LoggedPrediction]]
WaitFor = Callable[[Callable[[], bool]], None]


def shadow_of(row: LoggedPrediction, label: str) -> ShadowPrediction:
    return ShadowPrediction(row.prediction_id, row.created, "tiny", 2, label, 0.7, 0.01)


def judge(log: PredictionLog, row: LoggedPrediction, *labels: str) -> None:
    """Send feedback, each a second after the one before."""
    for number, label in enumerate(labels):
        assert log.record_feedback(LoggedFeedback(row.prediction_id, time.time() + number, "r", label, None))


@pytest.fixture
def database(file: Path) -> Database:
    return Database(parse_address(f"sqlite:///{file}"))


def records(database: Database, since: datetime | None = None) -> list[VersionRecord]:
    with database.reading() as connection:
        found = compare_versions(connection, since)
    return [replace(record, confidence=round(record.confidence, 6)) for record in found]


def test_versions_are_compared_by_answers_agreement_and_the_newest_feedback(
    open_log: "OpenLog", make_predictions: MakePredictions, wait_for: WaitFor, database: Database
) -> None:
    # given: three answers of version 1, a of each; version 2 says b once, and answers one itself
    log = open_log()
    first, second, third, old = make_predictions(4)
    old = old._replace(created=time.time() - 3_600)
    other = make_predictions(1)[0]._replace(model_version=2, label="b", probability=0.5)
    log.record([first, second, third, other, old])
    log.record_shadow([shadow_of(first, "a"), shadow_of(second, "b"), shadow_of(old, "b")])
    judge(log, second, "a", "b")
    judge(log, other, "b")
    wait_for(lambda: log.state.written == 11)
    # when
    recent = records(database, datetime.now(UTC) - timedelta(minutes=10))
    # then
    assert recent == [
        VersionRecord("tiny", 1, None, 3, 0.9, 3, 1, 0),
        VersionRecord("tiny", 2, None, 1, 0.5, 1, 1, 1),
        VersionRecord("tiny", 2, 1, 2, 0.7, 1, 1, 1),
    ]
    assert recent[2].agreement == 0.5
    assert [record.rows for record in records(database)] == [4, 1, 3]


def test_what_a_candidate_said_goes_with_the_answer_it_belongs_to(
    open_log: "OpenLog", make_predictions: MakePredictions, wait_for: WaitFor, database: Database
) -> None:
    # given: an old answer, a new one, and an old one whose answer never arrived
    log = open_log()
    old, new, lost = make_predictions(3)
    old, lost = old._replace(created=0.0), lost._replace(created=0.0)
    log.record([old, new])
    log.record_shadow([shadow_of(row, "a") for row in (old, new, lost)])
    wait_for(lambda: log.state.written == 5)
    # when
    with database.writing() as connection:
        gone = prune(connection, datetime.now(UTC) - timedelta(days=1))
    # then
    assert gone == 3
    assert [record.rows for record in records(database)] == [1, 1]


def test_what_a_candidate_said_outlives_a_database_that_is_away(
    open_log: "OpenLog",
    make_predictions: MakePredictions,
    wait_for: WaitFor,
    database: Database,
    file: Path,
) -> None:
    # given: a folder where the file should be
    file.mkdir(parents=True)
    log = open_log()
    rows = make_predictions(2)
    log.record(rows)
    log.record_shadow([shadow_of(row, "a") for row in rows])
    # when
    log.close(1)
    file.rmdir()
    again = open_log()
    # then
    wait_for(lambda: again.state.written == 4)
    assert [(record.rows, record.agreeing) for record in records(database)] == [(2, 2), (2, 2)]


@pytest.mark.parametrize(("right", "of"), [(0, 1), (1, 1), (38, 40), (5, 5), (700, 1_000)])
def test_the_interval_is_that_of_scipy(right: int, of: int) -> None:
    expected = binomtest(right, of).proportion_ci(method="wilson")
    assert wilson_interval(right, of) == pytest.approx((expected.low, expected.high), abs=1e-9)
