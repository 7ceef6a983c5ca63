"""What a part of the log looks like, from no more rows than it takes: the database counts and chooses."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Float, and_, case, cast, func, select
from sqlalchemy.sql import ColumnElement

from textops.prediction_log.database import Database
from textops.prediction_log.moments import TOLERATED_SKEW
from textops.prediction_log.reading import Period, unknown_feedback
from textops.prediction_log.tables import feedback, predictions

MOST_ROWS = 20_000
"""So many rows tell the share of a class to within a percentage point."""
_SQLITE_RANDOM = float(1 << 63)
_COLUMNS = (
    predictions.c.created,
    predictions.c.label,
    predictions.c.probability,
    predictions.c.probabilities,
    predictions.c.features,
)


@dataclass(frozen=True)
class Part:
    """Answers of one version in a period.

    Attributes:
        model_name: The model.
        model_version: Its version.
        period: When; `last` counts answers of this version alone.
    """

    model_name: str
    model_version: int
    period: Period


@dataclass(frozen=True)
class Sample:
    """Rows of a part.

    Attributes:
        rows: How many answers the part has.
        others: Answers of other versions in the same time.
        future: Answers dated later than now, by a clock that is wrong.
        first: When the first was given, None without any.
        last: When the last was.
        drawn: All answers, or by chance `MOST_ROWS` of them; label, probability, probabilities and features of each.
    """

    rows: int
    others: int
    future: int
    first: datetime | None
    last: datetime | None
    drawn: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Judged:
    """What people said about the answers of a part.

    Attributes:
        labelled: Answers with feedback.
        right: Those whose class it confirms.
        contradicted: Those with feedback of several classes; the newest counts.
        unknown: Feedback of that time on predictions that are not in the log.
        classes: How often each class was named.
    """

    labelled: int
    right: int
    contradicted: int
    unknown: int
    classes: dict[str, int]


def draw(database: Database, part: Part, most: int = MOST_ROWS) -> Sample:
    """Count the answers of a part, and draw some of them where there are many.

    Raises:
        DatabaseAwayError: If the database cannot be used.
    """
    now = datetime.now(UTC) + TOLERATED_SKEW
    with database.reading() as connection:
        since = _since(connection, part)
        inside = _inside(part, since)
        counted = select(
            func.count(),
            func.min(predictions.c.created),
            func.max(predictions.c.created),
            func.sum(case((predictions.c.created > now, 1), else_=0)),
        ).where(inside)
        rows, first, last, future = connection.execute(counted).one()
        everybody = connection.execute(
            select(func.count()).where(_in_period(part.period, since if since is not None else first))
        ).scalar_one()
        chosen = select(*_COLUMNS).where(inside)
        if rows > most:
            chosen = chosen.where(_chance(connection) < most / rows)
        drawn = tuple(dict(row) for row in connection.execute(chosen).mappings())
    return Sample(rows, everybody - rows, int(future or 0), first, last, drawn)


def judged(database: Database, part: Part) -> Judged:
    """Compare the answers of a part with what people said about them.

    Raises:
        DatabaseAwayError: If the database cannot be used.
    """
    with database.reading() as connection:
        since = _since(connection, part)
        newest = _newest_feedback()
        pairs = (
            select(newest.c.label, (newest.c.label == predictions.c.label).label("is_right"), newest.c.classes)
            .select_from(predictions.join(newest, newest.c.prediction_id == predictions.c.prediction_id))
            .where(_inside(part, since), newest.c.place == 1)
            .subquery()
        )
        found = connection.execute(
            select(
                pairs.c.label,
                func.count(),
                func.sum(case((pairs.c.is_right, 1), else_=0)),
                func.sum(case((pairs.c.classes > 1, 1), else_=0)),
            ).group_by(pairs.c.label)
        ).all()
        unknown = connection.execute(unknown_feedback(since, part.period.until)).scalar_one()
    return Judged(
        labelled=sum(row[1] for row in found),
        right=sum(int(row[2]) for row in found),
        contradicted=sum(int(row[3]) for row in found),
        unknown=unknown,
        classes={row[0]: row[1] for row in found},
    )


def _newest_feedback() -> Any:  # noqa: ANN401 (a subquery with columns of its own)
    of_prediction = feedback.c.prediction_id
    several = (
        select(of_prediction, func.count(feedback.c.label.distinct()).label("classes"))
        .group_by(of_prediction)
        .subquery()
    )
    order = feedback.c.created.desc(), feedback.c.id.desc()
    place = func.row_number().over(partition_by=of_prediction, order_by=order).label("place")
    joined = feedback.join(several, several.c.prediction_id == of_prediction)
    return select(of_prediction, feedback.c.label, place, several.c.classes).select_from(joined).subquery()


def _since(connection: Connection, part: Part) -> datetime | None:
    """Return where a part begins; its last answers are found by walking back on the index."""
    if part.period.last is None:
        return part.period.since
    newest = (
        select(predictions.c.created)
        .where(_inside(part, part.period.since))
        .order_by(predictions.c.created.desc())
        .offset(part.period.last - 1)
        .limit(1)
    )
    found: datetime | None = connection.execute(newest).scalar()
    return part.period.since if found is None else found


def _inside(part: Part, since: datetime | None) -> ColumnElement[bool]:
    return and_(
        predictions.c.model_name == part.model_name,
        predictions.c.model_version == part.model_version,
        _in_period(part.period, since),
    )


def _in_period(period: Period, since: datetime | None) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [predictions.c.created.is_not(None)]
    if since is not None:
        bounds.append(predictions.c.created >= since)
    if period.until is not None:
        bounds.append(predictions.c.created < period.until)
    return and_(*bounds)


def _chance(connection: Connection) -> ColumnElement[Any]:
    """Return a number from 0 to 1 that the database draws for each row, before it looks at the row's text."""
    if connection.dialect.name == "sqlite":
        return func.abs(cast(func.random(), Float)) / _SQLITE_RANDOM
    return func.random()
