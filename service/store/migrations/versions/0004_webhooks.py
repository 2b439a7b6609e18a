"""Webhooks, and what they are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "webhooks",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        _parent("webhook_id", "webhooks.id"),
        _parent("questionnaire_id", "questionnaires.id"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("due", sa.Float()),
        sa.Column("until", sa.Float()),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("status", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sqlite_autoincrement=True,
    )
    told = ["webhook_id", "questionnaire_id", "event", "occurrence"]
    op.create_index("told_once", "deliveries", told, unique=True)
    op.create_index("ix_deliveries_questionnaire_id", "deliveries", ["questionnaire_id"])
    waits = sa.text("due IS NOT NULL")
    op.create_index("ix_deliveries_due", "deliveries", ["due"], sqlite_where=waits, postgresql_where=waits)


def _parent(name: str, column: str) -> sa.Column[int]:
    return sa.Column(name, ROW_ID, sa.ForeignKey(column, ondelete="CASCADE"), nullable=False)
