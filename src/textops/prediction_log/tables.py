"""The tables, as the code reads them; `migrations` makes them."""

from datetime import UTC, datetime

from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps it without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the database a time in UTC."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return a time that says that it is in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

predictions = Table(
    "predictions",
    metadata,
    Column("prediction_id", String(36), primary_key=True),
    Column("created", UtcTime, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("model_name", Text, nullable=False),
    Column("model_version", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("probabilities", JSON, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("text", Text),
    Column("text_hash", String(64)),
    Column("characters", Integer, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("features", JSON),
    Index("predictions_created", "created"),
    Index("predictions_model_created", "model_name", "model_version", "created"),
)

# What a candidate says of a text that another version answered: nobody was given it. Rows are named by that answer, so
# that feedback on it judges both.
shadow_predictions = Table(
    "shadow_predictions",
    metadata,
    Column("prediction_id", String(36), primary_key=True),
    Column("created", UtcTime, nullable=False),
    Column("model_name", Text, nullable=False),
    Column("model_version", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("seconds", Float(53), nullable=False),
    Index("shadow_predictions_created", "created"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("prediction_id", String(36), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("comment", Text),
    Index("feedback_prediction", "prediction_id"),
    Index("feedback_created", "created"),
)
