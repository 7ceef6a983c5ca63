"""A table for what a candidate says beside the answers that were given."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shadow_predictions",
        sa.Column("prediction_id", sa.String(36), primary_key=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("model_version", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
    )
    op.create_index("shadow_predictions_created", "shadow_predictions", ["created"])


def downgrade() -> None:
    """Remove the table with all that it holds."""
    op.drop_table("shadow_predictions")
