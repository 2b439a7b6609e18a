"""The desk: sessions of people, who has which questionnaire, and second readings of answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
DIGEST = sa.String(64)


def upgrade() -> None:
    """Add to the first schema."""
    op.add_column("users", sa.Column("password", sa.Text()))
    op.create_table(
        "user_sessions",
        sa.Column("digest", DIGEST, primary_key=True),
        _parent("user_id", "users.id", nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("digest", DIGEST, primary_key=True),
        _parent("user_id", "users.id", nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "holds",
        _parent("questionnaire_id", "questionnaires.id", primary_key=True, autoincrement=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("until", TIME, nullable=False),
    )
    op.create_table(
        "second_readings",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        _parent("answer_id", "answers.id", nullable=False, unique=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("reader", sa.Text()),
        sa.Column("settled_at", TIME),
        sa.Column("settled_by", sa.Text()),
        sa.Column("settled_after", sa.BigInteger()),
        sqlite_autoincrement=True,
    )
    for table, column in (
        ("user_sessions", "user_id"),
        ("sign_in_links", "user_id"),
        ("holds", "person"),
        ("second_readings", "reader"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _parent(name: str, column: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, ROW_ID, sa.ForeignKey(column, ondelete="CASCADE"), **more)
