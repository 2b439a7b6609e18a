"""Indexes that leave out the rows which refer to nothing.

Nearly all rows do not, so that SQLite took the index for worthless and went through all decisions instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

REFERRING = (("decisions", "undoes"), ("questionnaires", "replaces"), ("questionnaires", "replaced_by"))


def upgrade() -> None:
    """Make them anew."""
    for table, column in REFERRING:
        name = f"ix_{table}_{column}"
        refers = sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table)
        op.create_index(name, table, [column], sqlite_where=refers, postgresql_where=refers)
