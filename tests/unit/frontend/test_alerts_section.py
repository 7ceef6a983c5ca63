"""Alerts on the page: what is told of them, as Streamlit renders it."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from textops.frontend import alerts_section
from textops.monitoring.alert_schemas import FiringAlert, FiringAlerts


def alert(name: str, severity: str | None = "ticket", runbook: str | None = None) -> FiringAlert:
    return FiringAlert(
        name=name,
        severity=severity,
        summary="it is wrong",
        description=None,
        runbook=runbook,
        since=datetime.now(UTC) - timedelta(hours=3),
    )


def shown(known: FiringAlerts) -> AppTest:
    def script(known: object) -> None:
        # Streamlit runs the text of this function alone.
        from textops.frontend.alerts_section import show_alerts
        from textops.monitoring.alert_schemas import FiringAlerts

        assert isinstance(known, FiringAlerts)
        show_alerts(known)

    app = AppTest.from_function(script, args=(known,), default_timeout=60).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("runbook", "link"),
    [
        ("https://example.org/a?b=1#c", r"[https\:\/\/example\.org\/a\?b\=1\#c](<https://example.org/a?b=1#c>)"),
        ("docs/alerts.md#x", r"docs\/alerts\.md\#x"),
        ("javascript:alert(1)", r"javascript\:alert\(1\)"),
        ("https://a>) [x](javascript:y)", None),
    ],
)
def test_only_an_address_of_the_web_is_a_link(runbook: str, link: str | None) -> None:
    (told,) = shown(FiringAlerts(source="alertmanager", alerts=[alert("A", runbook=runbook)], problem="")).warning
    if link is not None:
        assert told.value.endswith(f"Runbook: {link}")
    assert "](javascript" not in told.value.replace("%29", "").split("](<")[-1]


def test_what_calls_somebody_looks_worse_and_of_many_the_first_are_open() -> None:
    many = [alert(f"A{number}") for number in range(40)]
    app = shown(FiringAlerts(source="alertmanager", alerts=[alert("Call", "page"), *many], problem=""))
    assert [box.value.splitlines()[0].split(" ")[0] for box in app.error] == ["**Call**"]
    (further,) = app.expander
    assert further.label == "36 more"
    assert not app.success


def test_what_is_unknown_is_not_told_as_quiet() -> None:
    app = shown(FiringAlerts(source="alertmanager", alerts=[], problem="it is not known what fires: away"))
    assert "Alerts are unknown" in app.warning[0].value
    assert not app.success


def test_a_memory_says_that_it_is_one() -> None:
    app = shown(FiringAlerts(source="webhook", alerts=[], problem=""))
    assert app.success[0].value == "No alert fires."
    assert app.caption[0].value == vars(alerts_section)["_ONLY_WEBHOOK"]
