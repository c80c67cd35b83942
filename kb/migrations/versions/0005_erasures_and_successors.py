"""The trace of what was erased; which procedure replaces a retired one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, one column; the files are read anew at the next refresh for the latter."""
    op.create_table(
        "erasures",
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("procedure_id", name=op.f("pk_erasures")),
    )
    op.add_column("procedures", sa.Column("successor", sa.Text(), nullable=True))
    op.execute("DELETE FROM catalogue_state WHERE name = 'departments'")
