"""Removing what is too old, a little at a time, so that nobody waits for it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, delete, exists, select
from sqlalchemy.engine import Connection

from textops.prediction_log.tables import feedback, predictions, shadow_predictions

PORTION = 500


def before(days: float) -> datetime:
    """Return the time that lies so many days back."""
    return datetime.now(UTC) - timedelta(days=days)


def prune(connection: Connection, limit: datetime) -> int:
    """Remove a portion of the predictions from before a time, with their feedback and what a candidate said.

    Args:
        connection: In a transaction.
        limit: What is older goes.

    Returns:
        How many rows went; none when there is nothing left to remove.
    """
    old = (
        select(predictions.c.prediction_id)
        .where(predictions.c.created < limit)
        .order_by(predictions.c.created)
        .limit(PORTION)
        # Several processes remove: each takes what no other is at.
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(old).scalars())
    gone = sum(_delete(connection, table, ids) for table in (feedback, shadow_predictions, predictions)) if ids else 0
    return gone + _prune_orphans(connection, limit, feedback) + _prune_orphans(connection, limit, shadow_predictions)


def _delete(connection: Connection, table: Table, ids: Sequence[str]) -> int:
    return connection.execute(delete(table).where(table.c.prediction_id.in_(ids))).rowcount


def _prune_orphans(connection: Connection, limit: datetime, table: Table) -> int:
    """Remove what belongs to predictions that are gone or never arrived."""
    (key,) = table.primary_key.columns
    answered = exists().where(predictions.c.prediction_id == table.c.prediction_id)
    old = select(key).where(table.c.created < limit, ~answered).limit(PORTION)
    return connection.execute(delete(table).where(key.in_(old))).rowcount
