"""Tables for predictions and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "predictions",
        sa.Column("prediction_id", sa.String(36), primary_key=True),
        sa.Column("created", time, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("model_version", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("probabilities", sa.JSON, nullable=False),
        sa.Column("needs_review", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("text_hash", sa.String(64)),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("features", sa.JSON),
    )
    op.create_index("predictions_created", "predictions", ["created"])
    op.create_index("predictions_model_created", "predictions", ["model_name", "model_version", "created"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("prediction_id", sa.String(36), nullable=False),
        sa.Column("created", time, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
    )
    op.create_index("feedback_prediction", "feedback", ["prediction_id"])
    op.create_index("feedback_created", "feedback", ["created"])


def downgrade() -> None:
    """Remove the tables with all that they hold."""
    op.drop_table("feedback")
    op.drop_table("predictions")
