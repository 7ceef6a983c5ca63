"""Looking into a prediction log: how much it holds, and its rows in portions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, tuple_

from textops.prediction_log.database import Database
from textops.prediction_log.tables import feedback, predictions

Portion = list[dict[str, Any]]

_PORTION = 2_000


@dataclass(frozen=True)
class ModelRows:
    """What the log holds of a model's version.

    Attributes:
        name: The model.
        version: Its version.
        predictions: How many answers.
        first: When the first was given.
        last: When the last was given.
    """

    name: str
    version: int
    predictions: int
    first: datetime
    last: datetime


def rows_by_model(connection: Connection) -> list[ModelRows]:
    """Return what the log holds of each version, by name and number."""
    columns = predictions.c.model_name, predictions.c.model_version
    times = func.min(predictions.c.created), func.max(predictions.c.created)
    found = connection.execute(select(*columns, func.count(), *times).group_by(*columns).order_by(*columns))
    return [ModelRows(*row) for row in found]


def count_feedback(connection: Connection) -> int:
    """Return how often people said what is right."""
    return connection.execute(select(func.count()).select_from(feedback)).scalar_one()


@dataclass(frozen=True)
class Period:
    """Which predictions are meant.

    Attributes:
        since: From this time on; None from the first.
        until: Before this time; None to the last.
        last: Of these, only so many of the newest; None for all.
    """

    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None


def portions(database: Database, period: Period) -> Iterator[Portion]:
    """Yield predictions with the newest feedback on each, oldest first; each row by the names of its columns.

    Each portion is asked for by itself: none is held longer than it takes, and no transaction hinders the writers.

    Raises:
        DatabaseAwayError: If the database cannot be used.
    """
    place = None if period.last is None else _place_of_last(database, period)
    yield from _walk(database, _in(period, _with_feedback()), place)


def labelled(
    database: Database, model_name: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Portion]:
    """Yield the answers of a model, of whichever version, that have feedback, with the newest of it, oldest first.

    Args:
        database: With up-to-date tables.
        model_name: The model.
        since: Answers from this time on; None from the first.
        until: Answers before this time; None to the last.

    Raises:
        DatabaseAwayError: If the database cannot be used.
    """
    judged = _with_feedback().where(feedback.c.id.is_not(None), predictions.c.model_name == model_name)
    return _walk(database, _in(Period(since, until), judged), None)


def count_unknown_feedback(database: Database, since: datetime | None = None, until: datetime | None = None) -> int:
    """Return to how many predictions there is feedback of that time, but no row.

    Raises:
        DatabaseAwayError: If the database cannot be used.
    """
    with database.reading() as connection:
        unknown: int = connection.execute(unknown_feedback(since, until)).scalar_one()
    return unknown


def unknown_feedback(since: datetime | None, until: datetime | None) -> Select[Any]:
    """Return the statement behind `count_unknown_feedback`."""
    found = (
        select(func.count(feedback.c.prediction_id.distinct()))
        .select_from(feedback.outerjoin(predictions, predictions.c.prediction_id == feedback.c.prediction_id))
        .where(predictions.c.prediction_id.is_(None))
    )
    if since is not None:
        found = found.where(feedback.c.created >= since)
    return found if until is None else found.where(feedback.c.created < until)


def _walk(database: Database, rows: Select[Any], place: tuple[datetime, str] | None) -> Iterator[Portion]:
    """Yield rows in portions, oldest first, from a place on."""
    inclusive = place is not None
    while True:
        found = rows
        if place is not None:
            key = tuple_(predictions.c.created, predictions.c.prediction_id)
            found = found.where(key >= place if inclusive else key > place)
        found = found.order_by(predictions.c.created, predictions.c.prediction_id).limit(_PORTION)
        with database.reading() as connection:
            portion = [dict(row) for row in connection.execute(found).mappings()]
        if portion:
            yield portion
        if len(portion) < _PORTION:
            return
        place, inclusive = (portion[-1]["created"], portion[-1]["prediction_id"]), False


def _with_feedback() -> Select[Any]:
    other = feedback.alias()
    newest = (
        select(other.c.id)
        .where(other.c.prediction_id == predictions.c.prediction_id)
        .order_by(other.c.created.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    judged = feedback.c.label.label("feedback_label"), feedback.c.created.label("feedback_created")
    return select(predictions, *judged).select_from(
        predictions.outerjoin(
            feedback, and_(feedback.c.prediction_id == predictions.c.prediction_id, feedback.c.id == newest)
        )
    )


def _place_of_last(database: Database, period: Period) -> tuple[datetime, str] | None:
    """Return where the newest rows begin, None where there are fewer."""
    key = predictions.c.created, predictions.c.prediction_id
    found = _in(period, select(*key)).order_by(*(column.desc() for column in key))
    with database.reading() as connection:
        row = connection.execute(found.offset((period.last or 1) - 1).limit(1)).first()
    return None if row is None else (row[0], row[1])


def _in(period: Period, found: Select[Any]) -> Select[Any]:
    if period.since is not None:
        found = found.where(predictions.c.created >= period.since)
    if period.until is not None:
        found = found.where(predictions.c.created < period.until)
    return found
