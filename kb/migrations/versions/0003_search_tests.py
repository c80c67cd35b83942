"""The searches that must show a procedure, and those that people want no more offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """With the column for them. The way back is a backup."""
    op.add_column("procedures", sa.Column("finds", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "cleared_searches",
        sa.Column("person_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_key", name=op.f("pk_cleared_searches")),
    )
    # All files are read once more: those that are there may have the field already.
    op.execute("DELETE FROM catalogue_state WHERE name = 'departments'")
