"""Removing what is too old, a little at a time, so that nobody waits for it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.engine import Connection

from textops.prediction_log.tables import feedback, predictions

PORTION = 500


def before(days: float) -> datetime:
    """Return the time that lies so many days back."""
    return datetime.now(UTC) - timedelta(days=days)


def prune(connection: Connection, limit: datetime) -> int:
    """Remove a portion of the predictions from before a time, with their feedback.

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
    gone = connection.execute(delete(feedback).where(feedback.c.prediction_id.in_(ids))).rowcount if ids else 0
    gone += connection.execute(delete(predictions).where(predictions.c.prediction_id.in_(ids))).rowcount if ids else 0
    return gone + _prune_orphans(connection, limit)


def _prune_orphans(connection: Connection, limit: datetime) -> int:
    """Remove feedback on predictions that are gone or never arrived."""
    answered = exists().where(predictions.c.prediction_id == feedback.c.prediction_id)
    old = select(feedback.c.id).where(feedback.c.created < limit, ~answered).limit(PORTION)
    return connection.execute(delete(feedback).where(feedback.c.id.in_(old))).rowcount
