"""What a simulation has shown, by phase."""

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from textops.bootstrap import Interval, share_interval
from textops.frozen import Frozen
from textops.simulation.player import Played


class PhaseSummary(Frozen):
    """What became of the texts of a phase.

    Attributes:
        phase: Its name.
        requests: Texts that were sent.
        failed: Those that got no answer, after all attempts.
        retried: Those that were sent more than once.
        accuracy: Share of the answers that are right, None without answers; with the bounds of a 95 % interval.
        accuracy_low: Lower bound.
        accuracy_high: Upper bound.
        p50_ms: Median time to an answer.
        p99_ms: Time within which 99 of 100 were answered.
        versions: Versions that answered.
    """

    phase: str
    requests: int
    failed: int
    retried: int
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    p50_ms: float | None
    p99_ms: float | None
    versions: tuple[int, ...]


def summarize(played: Sequence[Played]) -> list[PhaseSummary]:
    """Summarize each phase, in the order of their first text."""
    phases = list(dict.fromkeys(each.phase for each in sorted(played, key=lambda each: each.sent)))
    return [_summary(phase, [each for each in played if each.phase == phase]) for phase in phases]


def _summary(phase: str, played: Sequence[Played]) -> PhaseSummary:
    answered = [each for each in played if each.predicted is not None]
    accuracy = accuracy_of(answered)
    times = [1000 * each.seconds for each in answered]
    return PhaseSummary(
        phase=phase,
        requests=len(played),
        failed=len(played) - len(answered),
        retried=sum(each.attempts > 1 for each in played),
        accuracy=None if accuracy is None else accuracy.value,
        accuracy_low=None if accuracy is None else accuracy.low,
        accuracy_high=None if accuracy is None else accuracy.high,
        p50_ms=float(np.percentile(times, 50)) if times else None,
        p99_ms=float(np.percentile(times, 99)) if times else None,
        versions=tuple(sorted({each.version for each in answered if each.version is not None})),
    )


def accuracy_of(played: Sequence[Played]) -> Interval | None:
    """Return the share of right answers, None without answers."""
    right = np.array([each.is_right for each in played if each.predicted is not None], np.float64)
    return share_interval(right) if len(right) else None


def table_of(summaries: Sequence[PhaseSummary]) -> Table:
    """Return the summaries as a table for the terminal."""
    # Close together and unbroken: the table fits a terminal of 80 columns.
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for title in ("phase", "requests", "failed", "retried", "accuracy", "p50", "p99", "versions"):
        table.add_column(title, no_wrap=True)
    for each in summaries:
        accuracy = (
            "" if each.accuracy is None else f"{each.accuracy:.3f} [{each.accuracy_low:.3f}, {each.accuracy_high:.3f}]"
        )
        times = ["" if value is None else f"{value:.1f} ms" for value in (each.p50_ms, each.p99_ms)]
        versions = ", ".join(map(str, each.versions))
        table.add_row(
            each.phase, f"{each.requests:,}", f"{each.failed:,}", f"{each.retried:,}", accuracy, *times, versions
        )
    return table
