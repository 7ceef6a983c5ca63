"""Alerts that fire, as people are shown them."""

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from textops.monitoring.alert_schemas import FiringAlert

MOST_ALERTS = 200
"""More help nobody."""

_MOST_CHARACTERS = 1_000
_CALLS_SOMEBODY = frozenset({"page", "critical"})
_NO_YEARS = frozenset({MINYEAR, MAXYEAR})
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def firing_alert(labels: Mapping[str, str], annotations: Mapping[str, str], since: datetime | None) -> FiringAlert:
    """Return what people are to know of an alert; what is too long to read is cut."""

    def said(values: Mapping[str, str], *names: str) -> str | None:
        found = next((values[name] for name in names if values.get(name)), None)
        return None if found is None else found[:_MOST_CHARACTERS]

    return FiringAlert(
        name=said(labels, "alertname") or "unnamed",
        severity=said(labels, "severity"),
        summary=said(annotations, "summary", "message"),
        description=said(annotations, "description", "action"),
        runbook=said(annotations, "runbook_url"),
        since=None if since is None else _in_utc(since),
    )


def in_order(alerts: Iterable[FiringAlert]) -> list[FiringAlert]:
    """Return those that call somebody first, then the oldest first."""
    return sorted(
        alerts, key=lambda alert: (alert.severity not in _CALLS_SOMEBODY, alert.since or _END_OF_TIME, alert.name)
    )


def _in_utc(moment: datetime) -> datetime | None:
    """Return a moment in UTC; None for the first and the last year, which say that it is not known.

    In some zones these have days that no calendar has: neither we nor a page could reckon with them.
    """
    if moment.year in _NO_YEARS:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
