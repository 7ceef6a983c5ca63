"""What a drill must show."""

from datetime import UTC, datetime

import pytest

from textops.drill.report import figure, markdown
from textops.drill.story import DRIFTED, NORMAL, RECOVERED
from textops.drill.timeline import DrillRecord, Event
from textops.simulation.summary import PhaseSummary


def phase(name: str, accuracy: float | None, failed: int = 0) -> PhaseSummary:
    return PhaseSummary(
        phase=name,
        requests=100,
        failed=failed,
        retried=0,
        accuracy=accuracy,
        accuracy_low=accuracy,
        accuracy_high=accuracy,
        p50_ms=None if accuracy is None else 2.0,
        p99_ms=None if accuracy is None else 9.0,
        versions=() if accuracy is None else (1,),
    )


def record(**others: object) -> DrillRecord:
    given: dict[str, object] = {
        "data": "news",
        "drift": "vocabulary, severity 1",
        "alerting": "the drift service",
        "started": datetime(2026, 1, 31, tzinfo=UTC),
        "preparation_seconds": 15.0,
        "seconds": 70.0,
        "checks_before": 12,
        "false_alarms": 0,
        "detected_after": 130,
        "events": (
            Event(second=25.0, drifted=0, what="the world moves on: vocabulary"),
            Event(second=28.0, drifted=130, what="drift is seen: unseen_share | sketch_1 differ"),
        ),
        "phases": (phase(NORMAL, 0.97), phase(DRIFTED, 0.3), phase(RECOVERED, 0.955)),
        "curve": ((10.0, 0.98), (30.0, 0.3), (60.0, 0.96)),
    }
    return DrillRecord.model_validate({**given, **others})


def test_a_drill_that_went_as_it_must_falls_short_of_nothing() -> None:
    assert record().shortfalls(NORMAL, RECOVERED) == []


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"false_alarms": 1}, "1 of 12 looks at normal traffic said drift"),
        ({"detected_after": None}, "not seen"),
        ({"detected_after": 501}, "after 501 requests"),
        ({"phases": (phase(NORMAL, 0.97), phase(RECOVERED, 0.949))}, "0.949, 0.970 before"),
        ({"phases": (phase(NORMAL, 0.97), phase(DRIFTED, 0.3))}, "did not come to its end"),
        ({"phases": (phase(NORMAL, 0.97, failed=2), phase(RECOVERED, 0.96))}, "2 requests got no answer"),
    ],
)
def test_each_shortfall_is_said(others: dict[str, object], said: str) -> None:
    (line,) = record(**others).shortfalls(NORMAL, RECOVERED)
    assert said in line


def test_the_report_tells_the_story() -> None:
    # when
    text = markdown(record())
    # then
    assert "after 130 drifted requests" in text
    assert "| recovered | 100 | 0 | 0 | 0.955 (0.955 to 0.955) | 2.0 ms | 9.0 ms | 1 |" in text
    assert "| 28.0 | 130 | drift is seen: unseen_share / sketch_1 differ |" in text


def test_the_report_of_a_drill_without_answers_can_be_written() -> None:
    assert "not at all" in markdown(record(phases=(phase(NORMAL, None, failed=100),), detected_after=None))


def test_the_figure_is_a_picture() -> None:
    assert figure(record()).startswith(b"\x89PNG")
