"""The alerts that came to the webhook, and are not over."""

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from textops.monitoring.alert_schemas import Alert, FiringAlert
from textops.monitoring.firing import MOST_ALERTS, firing_alert

# Alertmanager repeats what still fires, in ours at the latest after a day. What it has not repeated for so long is
# over, and its end was lost on the way.
_SECONDS_WITHOUT_REPETITION = 2 * 86_400.0


@dataclass(frozen=True)
class _Remembered:
    alert: FiringAlert
    ends_at: datetime | None
    forget_at: float


class AlertMemory:
    """Remembers what fires, as long as the process lives; of too many, the newest."""

    def __init__(self) -> None:
        """Begin with none."""
        self._alerts: dict[bytes, _Remembered] = {}

    def take(self, alerts: Iterable[Alert]) -> None:
        """Remember those that fire, and forget those that are over."""
        for alert in alerts:
            fingerprint = _fingerprint(alert.labels)
            self._alerts.pop(fingerprint, None)
            if alert.status == "firing":
                found = firing_alert(alert.labels, alert.annotations, alert.starts_at)
                forget_at = time.monotonic() + _SECONDS_WITHOUT_REPETITION
                self._alerts[fingerprint] = _Remembered(found, _end(alert), forget_at)
        for oldest in list(self._alerts)[: max(0, len(self._alerts) - MOST_ALERTS)]:
            del self._alerts[oldest]

    def firing(self) -> list[FiringAlert]:
        """Return those that fire now."""
        now, ticks = datetime.now(UTC), time.monotonic()
        self._alerts = {
            fingerprint: each
            for fingerprint, each in self._alerts.items()
            if each.forget_at > ticks and (each.ends_at is None or each.ends_at > now)
        }
        return [each.alert for each in self._alerts.values()]


def _fingerprint(labels: dict[str, str]) -> bytes:
    """Return what tells an alert from others, as short for many labels as for few."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).digest()


def _end(alert: Alert) -> datetime | None:
    """Return when an alert is over; Alertmanager writes the year 1 where it does not know."""
    if alert.ends_at is None or alert.ends_at.year == 1:
        return None
    return alert.ends_at if alert.ends_at.tzinfo else alert.ends_at.replace(tzinfo=UTC)
