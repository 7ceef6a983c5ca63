"""What was answered over time, counted by the database: no row leaves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Float, Integer, and_, case, cast, extract, func, literal, select
from sqlalchemy.sql import ColumnElement

from textops.prediction_log.buckets import LATENCY_EDGES, bucket_of
from textops.prediction_log.moments import TOLERATED_SKEW
from textops.prediction_log.tables import UtcTime, feedback, predictions

CONFIDENCE_BINS = 20

_CONFIDENCE_EDGES = tuple(number / CONFIDENCE_BINS for number in range(1, CONFIDENCE_BINS))
_SECONDS_OF_A_DAY = 86_400.0


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

    def nearest(self, number: int) -> int:
        """Return a part for a number that may lie a little beyond them."""
        return min(max(number, 0), self.bins - 1)

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
    """Yield how many answers there are of each version and class; the last part may come twice, as for the others."""
    columns = predictions.c.model_name, predictions.c.model_version, predictions.c.label
    rows = (
        select(_bin(connection, span), *columns, predictions.c.probability, predictions.c.needs_review)
        .where(_inside(span))
        .subquery()
    )
    keys = rows.c.bin, rows.c.model_name, rows.c.model_version, rows.c.label
    counted = select(*keys, func.count(), func.sum(rows.c.probability), _count(rows.c.needs_review)).group_by(*keys)
    for row in connection.execute(counted):
        yield AnswerCount(span.nearest(row[0]), *row[1:])


def count_buckets(connection: Connection, span: Span) -> Iterator[BucketCount]:
    """Yield how many answers took how long, and were how sure."""
    latency = bucket_of(predictions.c.seconds, LATENCY_EDGES).label("latency")
    confidence = bucket_of(predictions.c.probability, _CONFIDENCE_EDGES).label("confidence")
    rows = select(_bin(connection, span), latency, confidence).where(_inside(span)).subquery()
    keys = rows.c.bin, rows.c.latency, rows.c.confidence
    for row in connection.execute(select(*keys, func.count()).group_by(*keys)):
        yield BucketCount(span.nearest(row[0]), *row[1:])


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
    rows = (
        select(_bin(connection, span), (newest.c.label == predictions.c.label).label("is_confirmed"))
        .select_from(predictions.join(newest, newest.c.prediction_id == predictions.c.prediction_id))
        .where(_inside(span), newest.c.place == 1)
        .subquery()
    )
    counted = select(rows.c.bin, func.count(), _count(rows.c.is_confirmed)).group_by(rows.c.bin)
    for row in connection.execute(counted):
        yield JudgedCount(span.nearest(row[0]), *row[1:])


def count_future(connection: Connection, span: Span) -> int:
    """Return how many answers are dated later than now."""
    late = predictions.c.created > span.until + TOLERATED_SKEW
    return connection.execute(select(func.count()).select_from(predictions).where(late)).scalar_one()


def _bin(connection: Connection, span: Span) -> ColumnElement[Any]:
    """Return how many parts end before a row; one database rounds down to an integer, the other to the nearest."""
    if connection.dialect.name == "sqlite":
        days = func.julianday(predictions.c.created, type_=Float) - func.julianday(literal(span.since, UtcTime))
        return cast(days * (_SECONDS_OF_A_DAY / span.bin_seconds), Integer).label("bin")
    seconds = cast(extract("epoch", predictions.c.created), Float(53)) - span.since.timestamp()
    return cast(func.floor(seconds / span.bin_seconds), Integer).label("bin")


def _inside(span: Span) -> ColumnElement[bool]:
    return and_(predictions.c.created >= span.since, predictions.c.created <= span.until + TOLERATED_SKEW)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0), type_=Integer)
