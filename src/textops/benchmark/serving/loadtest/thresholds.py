"""What a run may cost, and what it did: read from the statistics that Locust writes."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from textops.errors import ServiceError
from textops.frozen import Frozen

SINGLE = ("reader", "newsroom")
"""First words of the names of requests with one text: their times count. A batch takes as long as it is large."""

_FAILURES = re.compile(r'"failures_statistics":\s*')
_SAID = re.compile(r"""(?:CatchResponseError|AssertionError)\((?P<quote>['"])(?P<words>.*)(?P=quote)\)""")


class Thresholds(Frozen):
    """What a run must keep to.

    Attributes:
        max_error_share: Most requests that may fail, as share of all.
        max_p95: Milliseconds in which 95 of 100 single texts must be answered.
        max_p99: Milliseconds in which 99 of 100 must be.
        min_throughput: Least requests a second, all of them counted.
    """

    max_error_share: float = Field(0.01, ge=0, le=1)
    max_p95: float = Field(250.0, gt=0)
    max_p99: float = Field(500.0, gt=0)
    min_throughput: float = Field(1.0, ge=0)


class Failures(Frozen):
    """Requests of one name that failed in the same way.

    Attributes:
        name: Of the requests.
        reason: What was wrong with their answers.
        count: How many.
    """

    name: str
    reason: str
    count: int


class Run(Frozen):
    """What came of a run.

    Attributes:
        requests: How many.
        failures: How many of them failed.
        reasons: In which ways, the most frequent first.
        seconds: From the first to the last.
        p95: Milliseconds in which 95 of 100 single texts were answered, None where there was none.
        p99: The same of 99.
    """

    requests: int
    failures: int
    reasons: tuple[Failures, ...] = ()
    seconds: float
    p95: float | None
    p99: float | None

    @property
    def throughput(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds > 0 else 0.0

    @property
    def error_share(self) -> float:
        """Failures as share of the requests."""
        return self.failures / self.requests if self.requests else 1.0


def read_run(statistics: Path, page: Path) -> Run:
    """Read the statistics of a run.

    Args:
        statistics: The requests, as JSON.
        page: The report for people; nothing else that Locust writes has all that failed.

    Raises:
        ServiceError: If Locust has not written any.
    """
    try:
        entries: list[dict[str, Any]] = json.loads(statistics.read_text(encoding="utf-8"))
        times: Counter[float] = Counter()
        for entry in entries:
            if entry["name"].startswith(SINGLE):
                times.update({float(time): count for time, count in entry["response_times"].items()})
        return Run(
            requests=sum(entry["num_requests"] for entry in entries),
            failures=sum(entry["num_failures"] for entry in entries),
            reasons=_reasons(page),
            seconds=_seconds(entries),
            p95=_percentile(times, 0.95),
            p99=_percentile(times, 0.99),
        )
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise ServiceError(f"Locust left no statistics in {statistics}: {error}") from error


def faults(run: Run, thresholds: Thresholds) -> list[str]:
    """Return one line for each threshold that a run does not keep to."""
    found = []
    if not run.requests:
        found.append("no request was sent")
    if run.error_share > thresholds.max_error_share:
        found.append(
            f"error share {run.error_share:.2%} is above {thresholds.max_error_share:.2%}: "
            f"{run.failures:,} of {run.requests:,} requests failed"
        )
    for name, measured, most in (("p95", run.p95, thresholds.max_p95), ("p99", run.p99, thresholds.max_p99)):
        if measured is None:
            found.append(f"{name} is not known: no single text was answered")
        elif measured > most:
            found.append(f"{name} of single texts is {measured:,.0f} ms, above {most:,.0f} ms")
    if run.throughput < thresholds.min_throughput:
        found.append(f"throughput {run.throughput:,.1f} requests a second is below {thresholds.min_throughput:,.1f}")
    return found


def _reasons(page: Path) -> tuple[Failures, ...]:
    text = page.read_text(encoding="utf-8")
    place = _FAILURES.search(text)
    if place is None:
        raise ValueError(f"{page} does not say what failed")
    entries, _ = json.JSONDecoder().raw_decode(text, place.end())
    found = [
        Failures(name=entry["name"], reason=_bare(entry["error"]), count=entry["occurrences"]) for entry in entries
    ]
    return tuple(sorted(found, key=lambda failure: -failure.count))


def _bare(error: str) -> str:
    """Return what was said of an answer, without the exception of Locust that it was said in."""
    said = _SAID.fullmatch(error)
    return said["words"] if said else error


def _seconds(entries: Sequence[dict[str, Any]]) -> float:
    if not entries:
        return 0.0
    return float(max(entry["last_request_timestamp"] or 0 for entry in entries)) - float(
        min(entry["start_time"] for entry in entries)
    )


def _percentile(times: "Counter[float]", share: float) -> float | None:
    wanted = share * times.total()
    passed = 0
    for time, count in sorted(times.items()):
        passed += count
        if passed >= wanted:
            return time
    return None
