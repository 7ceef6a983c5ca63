"""Traffic over time, put together from what the database counts."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from textops.errors import ConfigurationError
from textops.monitoring.separators import Separators
from textops.monitoring.traffic_schemas import ConfidenceBin, Traffic, TrafficBin, TrafficFigures
from textops.prediction_log.buckets import LATENCY_EDGES, quantile
from textops.prediction_log.database import Database
from textops.prediction_log.moments import parse_moment
from textops.prediction_log.schema import check_schema
from textops.prediction_log.traffic import (
    CONFIDENCE_BINS,
    Span,
    count_answers,
    count_buckets,
    count_future,
    count_judged,
    newest_answer,
)

_SHORTEST_SECONDS = 1.0
# No prediction was ever logged before, and what reckons with times has room below.
_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 1_000.0


def span_until_now(since: str, bins: int) -> Span:
    """Return the time from a moment until now, in parts.

    Args:
        since: As `parse_moment` takes it.
        bins: How many parts.

    Raises:
        ConfigurationError: If it is no moment, or none of the past.
    """
    moment, now = max(parse_moment(since, "/since"), _FIRST_MOMENT), datetime.now(UTC)
    if (now - moment).total_seconds() < _SHORTEST_SECONDS:
        raise ConfigurationError(
            f"/since {since[:60]!a} is not in the past (now is {now:%Y-%m-%dT%H:%M:%S} UTC): "
            "give 24h or an earlier date"
        )
    return Span(moment, now, bins)


def traffic(database: Database, span: Span, separators: Separators | None = None) -> Traffic:
    """Return what was answered in a time, by all versions.

    Args:
        database: The prediction log.
        span: The time.
        separators: Takes answers with several labels apart; None where every answer is one class.

    Raises:
        DatabaseAwayError: If the database cannot be used, or holds no log.
    """
    check_schema(database)
    parts = [_Counted() for _ in range(span.bins)]
    confidence: Counter[int] = Counter()
    with database.reading() as connection:
        _count(connection, span, parts, confidence, separators or Separators(None))
        newest, future = newest_answer(connection, span), count_future(connection, span)
    total = _Counted()
    for part in parts:
        total.add(part)
    return Traffic(
        since=span.since,
        until=span.until,
        bin_seconds=span.bin_seconds,
        total=TrafficFigures(**total.figures()),
        newest=newest,
        future=future,
        classes=sorted(total.labels),
        models=[_named(model) for model in sorted(total.models)],
        bins=[TrafficBin(start=span.start(number), **part.figures()) for number, part in enumerate(parts)],
        confidence=[
            ConfidenceBin(low=number / CONFIDENCE_BINS, high=(number + 1) / CONFIDENCE_BINS, answers=confidence[number])
            for number in range(CONFIDENCE_BINS)
        ],
    )


class _Counted:
    """What was counted in a time."""

    def __init__(self) -> None:
        self.answers = 0
        self.needs_review = 0
        self.confidence = 0.0
        self.feedback = 0
        self.confirmed = 0
        self.labels: Counter[str] = Counter()
        self.models: Counter[tuple[str, int]] = Counter()
        self.latencies: Counter[int] = Counter()

    def add(self, other: "_Counted") -> None:
        self.answers += other.answers
        self.needs_review += other.needs_review
        self.confidence += other.confidence
        self.feedback += other.feedback
        self.confirmed += other.confirmed
        self.labels.update(other.labels)
        self.models.update(other.models)
        self.latencies.update(other.latencies)

    def figures(self) -> dict[str, Any]:
        """Return the members of `TrafficFigures`."""
        p50, p95, p99 = (self._latency(share) for share in (0.5, 0.95, 0.99))
        return {
            "answers": self.answers,
            "needs_review_share": self.needs_review / self.answers if self.answers else None,
            "confidence": self.confidence / self.answers if self.answers else None,
            "latency_p50_ms": p50,
            "latency_p95_ms": p95,
            "latency_p99_ms": p99,
            "labels": dict(sorted(self.labels.items())),
            "models": {_named(model): answers for model, answers in sorted(self.models.items())},
            "feedback": self.feedback,
            "confirmed": self.confirmed,
        }

    def _latency(self, share: float) -> float | None:
        seconds = quantile(self.latencies, LATENCY_EDGES, share)
        return None if seconds is None else seconds * _MILLISECONDS


def _count(
    connection: Connection, span: Span, parts: list[_Counted], confidence: Counter[int], separators: Separators
) -> None:
    for count in count_answers(connection, span):
        part = parts[count.bin]
        part.answers += count.answers
        part.needs_review += count.needs_review
        part.confidence += count.confidence
        for label in separators.labels_of(count.model_name, count.model_version, count.label):
            part.labels[label] += count.answers
        part.models[count.model_name, count.model_version] += count.answers
    for bucket in count_buckets(connection, span):
        parts[bucket.bin].latencies[bucket.latency] += bucket.answers
        confidence[bucket.confidence] += bucket.answers
    for judged in count_judged(connection, span):
        parts[judged.bin].feedback += judged.feedback
        parts[judged.bin].confirmed += judged.confirmed


def _named(model: tuple[str, int]) -> str:
    return f"{model[0]}/{model[1]}"
