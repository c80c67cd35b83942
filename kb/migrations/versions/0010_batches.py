"""Changes to many files at once, to be listed and undone; openings counted by procedure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the tables of batches. The way back is a backup."""
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_email", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["batches.id"],
            name=op.f("fk_batches_undoes_batches"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"],
            ["batches.id"],
            name=op.f("fk_batches_undone_by_batches"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("commit", name=op.f("uq_batches_commit")),
    )
    op.create_index(op.f("ix_batches_at"), "batches", ["at"], unique=False)
    op.create_table(
        "batch_files",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batches.id"],
            name=op.f("fk_batch_files_batch_id_batches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "path", name=op.f("pk_batch_files")),
    )
    op.create_index(op.f("ix_batch_files_path"), "batch_files", ["path"], unique=False)
    op.create_index(
        op.f("ix_openings_procedure_id_day"), "openings", ["procedure_id", "day"], unique=False
    )
    # Reviews are due on other days now: the next refresh reads all files again.
    op.execute("DELETE FROM catalogue_state WHERE name = 'departments'")
