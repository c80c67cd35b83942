"""The names that pages are linked by, and the places in each that links may lead to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To a table and a column that the next refresh fills. The way back is a backup."""
    op.add_column("procedures", sa.Column("places", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "procedure_names",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path"],
            ["procedures.path"],
            name=op.f("fk_procedure_names_path_procedures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("path", "name", name=op.f("pk_procedure_names")),
    )
    op.create_index(op.f("ix_procedure_names_name"), "procedure_names", ["name"])
    op.execute("UPDATE procedures SET size = -1")  # so that each file is read once more
