"""What was answered over time, counted by the database: no row leaves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, and_, bindparam, case, func, select
from sqlalchemy.sql import ColumnElement

from textops.prediction_log.buckets import LATENCY_EDGES, bucket_of
from textops.prediction_log.moments import TOLERATED_SKEW
from textops.prediction_log.tables import UtcTime, feedback, predictions

CONFIDENCE_BINS = 20

_CONFIDENCE_EDGES = tuple(number / CONFIDENCE_BINS for number in range(1, CONFIDENCE_BINS))
_IN_PART = and_(
    predictions.c.created >= bindparam("begin", type_=UtcTime), predictions.c.created < bindparam("end", type_=UtcTime)
)


@dataclass(frozen=True)
class Span:
    """A time in equal parts.

    Attributes:
        since: Where it begins.
        until: Where it ends: now. Answers of a clock that is a little ahead count as the last ones.
        bins: How many parts.
    """

    since: datetime
    until: datetime
    bins: int

    @property
    def bin_seconds(self) -> float:
        """How long a part is."""
        return (self.until - self.since).total_seconds() / self.bins

    @property
    def end(self) -> datetime:
        """Before which the answers of the last part were given."""
        return self.until + TOLERATED_SKEW

    def start(self, number: int) -> datetime:
        """Return where a part begins."""
        return (self.since + timedelta(seconds=number * self.bin_seconds)).astimezone(UTC)


@dataclass(frozen=True)
class AnswerCount:
    """Answers of a version with one class in a part of the time.

    Attributes:
        bin: Which part.
        model_name: The model.
        model_version: Its version.
        label: The class.
        answers: How many.
        confidence: Sum of the probabilities of the class.
        needs_review: How many of them somebody should look at.
    """

    bin: int
    model_name: str
    model_version: int
    label: str
    answers: int
    confidence: float
    needs_review: int


@dataclass(frozen=True)
class BucketCount:
    """Answers of a part of the time that took as long and were as sure.

    Attributes:
        bin: Which part.
        latency: Bucket of `LATENCY_EDGES`.
        confidence: One of `CONFIDENCE_BINS` parts of the range from 0 to 1.
        answers: How many.
    """

    bin: int
    latency: int
    confidence: int
    answers: int


@dataclass(frozen=True)
class JudgedCount:
    """Answers of a part of the time that people judged.

    Attributes:
        bin: Which part.
        feedback: Answers with feedback.
        confirmed: Those whose class the newest feedback confirms.
    """

    bin: int
    feedback: int
    confirmed: int


def count_answers(connection: Connection, span: Span) -> Iterator[AnswerCount]:
    """Yield how many answers there are of each version and class."""
    columns = predictions.c.model_name, predictions.c.model_version, predictions.c.label
    figures = func.count(), func.sum(predictions.c.probability), _count(predictions.c.needs_review)
    for number, row in _by_part(connection, span, select(*columns, *figures).where(_IN_PART).group_by(*columns)):
        yield AnswerCount(number, *tuple(row))


def count_buckets(connection: Connection, span: Span) -> Iterator[BucketCount]:
    """Yield how many answers took how long, and were how sure."""
    latency = bucket_of(predictions.c.seconds, LATENCY_EDGES).label("latency")
    confidence = bucket_of(predictions.c.probability, _CONFIDENCE_EDGES).label("confidence")
    rows = select(latency, confidence).where(_IN_PART).subquery()
    keys = rows.c.latency, rows.c.confidence
    for number, row in _by_part(connection, span, select(*keys, func.count()).group_by(*keys)):
        yield BucketCount(number, *tuple(row))


def count_judged(connection: Connection, span: Span) -> Iterator[JudgedCount]:
    """Yield how many answers people judged, and what came of it; answers without feedback are not counted."""
    order = feedback.c.created.desc(), feedback.c.id.desc()
    place = func.row_number().over(partition_by=feedback.c.prediction_id, order_by=order).label("place")
    # Nobody judges an answer before it is given.
    newest = (
        select(feedback.c.prediction_id, feedback.c.label, place)
        .where(feedback.c.created >= span.since - TOLERATED_SKEW)
        .subquery()
    )
    part = bucket_of(predictions.c.created, [span.start(number) for number in range(1, span.bins)]).label("part")
    rows = (
        select(part, (newest.c.label == predictions.c.label).label("is_confirmed"))
        .select_from(predictions.join(newest, newest.c.prediction_id == predictions.c.prediction_id))
        .where(predictions.c.created >= span.since, predictions.c.created < span.end, newest.c.place == 1)
        .subquery()
    )
    counted = select(rows.c.part, func.count(), _count(rows.c.is_confirmed)).group_by(rows.c.part)
    for row in connection.execute(counted):
        yield JudgedCount(*row)


def newest_answer(connection: Connection, span: Span) -> datetime | None:
    """Return when the last answer was given, whenever that was; None where none ever was."""
    last = select(func.max(predictions.c.created, type_=UtcTime)).where(predictions.c.created < span.end)
    newest: datetime | None = connection.execute(last).scalar_one()
    return newest


def count_future(connection: Connection, span: Span) -> int:
    """Return how many answers are dated later than now."""
    late = predictions.c.created >= span.end
    return connection.execute(select(func.count()).select_from(predictions).where(late)).scalar_one()


def _by_part(connection: Connection, span: Span, counted: Select[Any]) -> Iterator[tuple[int, Row[Any]]]:
    """Yield rows with the number of their part.

    Asked for each part alone: SQLite sorts what it groups, and many small sorts cost less than a large one.
    """
    for number in range(span.bins):
        end = span.start(number + 1) if number + 1 < span.bins else span.end
        for row in connection.execute(counted, {"begin": span.start(number), "end": end}):
            yield number, row


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0), type_=Integer)
