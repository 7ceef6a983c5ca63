"""Traffic over time, counted by the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.errors import ConfigurationError
from textops.monitoring.traffic import span_until_now, traffic
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.errors import DatabaseAwayError

if TYPE_CHECKING:
    from tests.unit.monitoring.conftest import Log


def before(**ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def test_answers_fall_into_the_part_in_which_they_were_given(log: "Log") -> None:
    # given
    log.fill(["a goal"] * 3, created=before(minutes=45))
    log.fill(["a chip"], created=before(minutes=45), needs_review=True, version=2)
    log.fill(["a goal"] * 2, created=before(minutes=1))
    log.fill(["a goal"], created=before(minutes=90))
    # when
    found = traffic(log.database, span_until_now("1h", 6))
    # then
    assert [part.answers for part in found.bins] == [0, 4, 0, 0, 0, 2]
    assert found.total.answers == 6
    first = found.bins[1]
    assert first.labels == {"sport": 3, "tech": 1}
    assert first.models == {"news/1": 3, "news/2": 1}
    assert first.needs_review_share == 0.25
    assert found.models == ["news/1", "news/2"]
    assert found.classes == ["sport", "tech"]
    assert found.bin_seconds == pytest.approx(600, abs=1)
    assert sum(part.answers for part in found.confidence) == 6
    empty = found.bins[0]
    assert (empty.confidence, empty.latency_p50_ms, empty.needs_review_share) == (None, None, None)


def test_latency_and_confidence_are_those_of_the_answers(log: "Log") -> None:
    # given
    for seconds, probability in ((0.001, 0.62), (0.001, 0.64), (0.1, 0.99)):
        log.fill(["a goal"], created=before(minutes=1), seconds=seconds, probability=probability)
    # when
    found = traffic(log.database, span_until_now("1h", 1)).total
    # then
    assert found.latency_p50_ms == pytest.approx(1, rel=0.16)
    assert found.latency_p99_ms == pytest.approx(100, rel=0.16)
    assert found.confidence == pytest.approx(0.75)
    shown = {round(part.low, 2): part.answers for part in traffic(log.database, span_until_now("1h", 1)).confidence}
    assert (shown[0.6], shown[0.95]) == (2, 1)


def test_the_newest_feedback_on_an_answer_judges_it_once(log: "Log") -> None:
    # given
    right, wrong, _ = log.fill(["a goal"] * 3, created=before(minutes=30))
    log.judge(right, "tech", seconds_ago=20)
    log.judge(right, "sport", seconds_ago=10)
    log.judge(wrong, "tech")
    log.judge("00000000-0000-0000-0000-000000000000", "sport")
    # when
    found = traffic(log.database, span_until_now("1h", 2))
    # then
    assert (found.total.feedback, found.total.confirmed) == (2, 1)


def test_answers_of_a_clock_that_is_wrong_are_counted_apart(log: "Log") -> None:
    # given
    log.fill(["a goal"], created=before(seconds=-20))
    log.fill(["a goal"] * 2, created=before(hours=-5))
    # when
    found = traffic(log.database, span_until_now("1h", 4))
    # then: clocks differ by some seconds
    assert [part.answers for part in found.bins] == [0, 0, 0, 1]
    assert found.future == 2
    assert found.newest is not None
    assert found.newest < before(minutes=-0.5)


def test_an_empty_log_and_a_quiet_time_are_told_apart(log: "Log") -> None:
    assert traffic(log.database, span_until_now("1h", 4)).newest is None
    given = before(days=3)
    log.fill(["a goal"], created=given)
    found = traffic(log.database, span_until_now("1h", 4))
    assert (found.total.answers, found.newest) == (0, given)


def test_a_log_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    database = Database(parse_address(f"sqlite:///{tmp_path / 'none.sqlite'}"))
    with pytest.raises(DatabaseAwayError, match="there is no prediction log"):
        traffic(database, span_until_now("1h", 4))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("since", ["2999-01-01", "0s", "yesterday", "", "-1h", "1e9d", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_of_the_past_is_refused(since: str) -> None:
    with pytest.raises(ConfigurationError, match=r"/since .* (no moment|not in the past)"):
        span_until_now(since, 10)


@pytest.mark.parametrize("since", ["0001-01-01", "1969-12-31T00:00", "999w"])
def test_times_long_ago_are_possible(log: "Log", since: str) -> None:
    log.fill(["a goal"], created=before(minutes=1))
    assert traffic(log.database, span_until_now(since, 500)).total.answers == 1
