"""What happened in a drill, and when."""

from datetime import datetime

from textops.frozen import Frozen
from textops.simulation.summary import PhaseSummary

POINTS = 0.02
"""So far may the accuracy after the loop lie below that of the start."""
MOST_REQUESTS = 500
"""Within so many requests drift is to be seen."""


class Event(Frozen):
    """Something that happened.

    Attributes:
        second: Since the first request.
        drifted: Drifted requests that had been answered by then, None before the drift.
        what: In words.
    """

    second: float
    drifted: int | None
    what: str


class DrillRecord(Frozen):
    """A drill.

    Attributes:
        data: Name of the data set.
        drift: Kind and severity, in words.
        alerting: What raised the alert: `Prometheus and Alertmanager`, or `the drift service`.
        started: When.
        preparation_seconds: Until the first version was in production and all programs ran.
        seconds: From the first request to the last.
        checks_before: Looks at normal traffic that had enough answers for a verdict.
        false_alarms: Those that said `drift`.
        detected_after: Drifted requests until drift was seen, None where it was not.
        events: In the order in which they happened.
        phases: What became of the texts: before, until the new version answered, and after.
        curve: Second and share of right answers among the last 50, every so often.
    """

    data: str
    drift: str
    alerting: str
    started: datetime
    preparation_seconds: float
    seconds: float
    checks_before: int
    false_alarms: int
    detected_after: int | None
    events: tuple[Event, ...]
    phases: tuple[PhaseSummary, ...]
    curve: tuple[tuple[float, float], ...]

    @property
    def failed(self) -> int:
        """Requests without an answer."""
        return sum(phase.failed for phase in self.phases)

    def accuracy(self, phase: str) -> float | None:
        """Return the accuracy of a phase, None where it has no answers."""
        return next((each.accuracy for each in self.phases if each.phase == phase), None)

    def shortfalls(self, first: str, last: str) -> list[str]:
        """Return what did not go as it must, in words.

        Args:
            first: Name of the phase before the drift.
            last: Name of the phase after the loop.
        """
        short = []
        if self.false_alarms:
            short.append(f"{self.false_alarms} of {self.checks_before} looks at normal traffic said drift")
        if self.detected_after is None:
            short.append("the drift was not seen")
        elif self.detected_after > MOST_REQUESTS:
            short.append(f"the drift was seen after {self.detected_after:,} requests, {MOST_REQUESTS:,} are wanted")
        before, after = self.accuracy(first), self.accuracy(last)
        if before is None or after is None:
            short.append("the loop did not come to its end")
        elif after < before - POINTS:
            short.append(f"the accuracy after the loop is {after:.3f}, {before:.3f} before")
        if self.failed:
            short.append(f"{self.failed:,} requests got no answer")
        return short
