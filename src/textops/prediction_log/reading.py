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
    inclusive = place is not None
    while True:
        found = _in(period, _with_feedback())
        if place is not None:
            key = tuple_(predictions.c.created, predictions.c.prediction_id)
            found = found.where(key >= place if inclusive else key > place)
        found = found.order_by(predictions.c.created, predictions.c.prediction_id).limit(_PORTION)
        with database.reading() as connection:
            rows = [dict(row) for row in connection.execute(found).mappings()]
        if rows:
            yield rows
        if len(rows) < _PORTION:
            return
        place, inclusive = (rows[-1]["created"], rows[-1]["prediction_id"]), False


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
