"""Which files beside the procedures are shown by which procedure: their rights follow from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To a table that the next refresh fills. The way back is a backup."""
    op.create_table(
        "shown_files",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path"],
            ["procedures.path"],
            name=op.f("fk_shown_files_path_procedures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("path", "file", name=op.f("pk_shown_files")),
    )
    op.create_index(op.f("ix_shown_files_file"), "shown_files", ["file"])
    op.execute("UPDATE procedures SET size = -1")  # so that each file is read once more
