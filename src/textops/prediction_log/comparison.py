"""How versions do beside each other: those that answered, and those that were only asked behind the answers."""

import math
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any

from sqlalchemy import Connection, Integer, and_, case, func, null, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import Subquery

from textops.prediction_log.tables import feedback, predictions, shadow_predictions

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class VersionRecord:
    """What the log says of a version.

    Attributes:
        name: The model.
        version: Its version.
        shadow_of: The version that answered while this one was only asked; None where this one answered.
        rows: How many answers.
        confidence: Mean probability of the class that it answered.
        agreeing: Rows where it says what was answered; all of them where it answered itself.
        labelled: Rows with feedback.
        right: Those whose class the newest feedback confirms.
    """

    name: str
    version: int
    shadow_of: int | None
    rows: int
    confidence: float
    agreeing: int
    labelled: int
    right: int

    @property
    def agreement(self) -> float:
        """Share of the rows where it says what was answered."""
        return self.agreeing / self.rows


def compare_versions(connection: Connection, since: datetime | None = None) -> list[VersionRecord]:
    """Return a record for each version that answered, then one for each that was asked behind another's answers.

    Args:
        connection: Of a database with up-to-date tables.
        since: Only answers from this time on; None for all.
    """
    return [*_answered(connection, since), *compare_shadows(connection, since)]


def compare_shadows(connection: Connection, since: datetime | None = None) -> list[VersionRecord]:
    """Return a record for each version that was asked behind another's answers; arguments of `compare_versions`."""
    newest = _newest_feedback()
    given, shadow = predictions.c, shadow_predictions.c
    columns = shadow.model_name, shadow.model_version, given.model_version
    found = select(
        *columns,
        func.count(),
        func.avg(shadow.probability),
        _count(shadow.label == given.label),
        func.count(newest.c.label),
        _count(shadow.label == newest.c.label),
    ).select_from(
        shadow_predictions.join(predictions, given.prediction_id == shadow.prediction_id).outerjoin(
            newest, and_(newest.c.prediction_id == shadow.prediction_id, newest.c.place == 1)
        )
    )
    if since is not None:
        found = found.where(shadow.created >= since)
    return [_record(row) for row in connection.execute(found.group_by(*columns).order_by(*columns))]


def _answered(connection: Connection, since: datetime | None) -> list[VersionRecord]:
    newest = _newest_feedback()
    given = predictions.c
    columns = given.model_name, given.model_version
    found = select(
        *columns,
        null(),
        func.count(),
        func.avg(given.probability),
        func.count(),
        func.count(newest.c.label),
        _count(given.label == newest.c.label),
    ).select_from(
        predictions.outerjoin(newest, and_(newest.c.prediction_id == given.prediction_id, newest.c.place == 1))
    )
    if since is not None:
        found = found.where(given.created >= since)
    return [_record(row) for row in connection.execute(found.group_by(*columns).order_by(*columns))]


def _newest_feedback() -> Subquery:
    order = feedback.c.created.desc(), feedback.c.id.desc()
    place = func.row_number().over(partition_by=feedback.c.prediction_id, order_by=order).label("place")
    return select(feedback.c.prediction_id, feedback.c.label, place).subquery()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0), type_=Integer)


def _record(row: Any) -> VersionRecord:  # noqa: ANN401 (a row of whichever of the two statements)
    return VersionRecord(*row)


def wilson_interval(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson, which holds for few and for extreme shares too.

    Args:
        right: How many.
        of: Of how many, at least one.
    """
    share, weight = right / of, _Z**2 / of
    middle = share + weight / 2
    half = _Z * math.sqrt(share * (1 - share) / of + weight / (4 * of))
    return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))
