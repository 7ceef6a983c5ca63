"""The alerts that came to the webhook."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from textops.monitoring import alert_memory
from textops.monitoring.alert_memory import AlertMemory
from textops.monitoring.alert_schemas import Alert
from textops.monitoring.firing import MOST_ALERTS, in_order


def alert(name: str, status: str = "firing", **members: Any) -> Alert:  # noqa: ANN401 (members of JSON)
    return Alert.model_validate({"status": status, "labels": {"alertname": name}, **members})


def names(memory: AlertMemory) -> list[str]:
    return [each.name for each in memory.firing()]


def test_what_fires_is_remembered_once_until_it_is_over() -> None:
    memory = AlertMemory()
    memory.take([alert("A"), alert("B")])
    memory.take([alert("A")])
    assert sorted(names(memory)) == ["A", "B"]
    memory.take([alert("A", "resolved")])
    assert names(memory) == ["B"]


def test_the_end_that_an_alert_names_ends_it_and_the_year_one_is_no_end() -> None:
    memory = AlertMemory()
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    memory.take([alert("A", endsAt=past), alert("B", endsAt="0001-01-01T00:00:00Z"), alert("C", endsAt="2999-01-01")])
    assert names(memory) == ["B", "C"]


def test_what_is_not_repeated_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_memory, "_SECONDS_WITHOUT_REPETITION", -1.0)
    memory = AlertMemory()
    memory.take([alert("A")])
    assert names(memory) == []


def test_of_too_many_the_newest_are_remembered() -> None:
    memory = AlertMemory()
    memory.take(alert(f"A{number}") for number in range(MOST_ALERTS + 50))
    assert len(names(memory)) == MOST_ALERTS
    assert "A0" not in names(memory)


def test_what_calls_somebody_comes_first_and_then_the_oldest() -> None:
    memory = AlertMemory()
    memory.take(
        [
            alert("new", startsAt="2026-01-03T00:00:00Z"),
            alert("old", startsAt="2026-01-01T00:00:00Z"),
            alert("undated"),
            Alert.model_validate({"status": "firing", "labels": {"alertname": "call", "severity": "page"}}),
        ]
    )
    assert [each.name for each in in_order(memory.firing())] == ["call", "old", "new", "undated"]


def test_what_is_too_long_to_read_is_cut_and_what_is_missing_is_none() -> None:
    memory = AlertMemory()
    memory.take([alert("A", annotations={"summary": "x" * 5_000}), Alert(status="firing")])
    long, bare = memory.firing()
    assert len(long.summary or "") == 1_000
    assert (bare.name, bare.severity, bare.runbook, bare.since) == ("unnamed", None, None, None)


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00"]
)
def test_a_beginning_that_no_calendar_has_is_not_known(moment: str) -> None:
    memory = AlertMemory()
    memory.take([alert("A", startsAt=moment)])
    (fires,) = memory.firing()
    assert fires.since is None
