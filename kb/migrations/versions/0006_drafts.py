"""What somebody is writing and has not saved yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the table of drafts. The way back is a backup."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=True),
        sa.Column("base", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("discarded_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_drafts_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_person_id_at"), "drafts", ["person_id", "at"], unique=False)
    op.create_index(op.f("ix_drafts_procedure_id"), "drafts", ["procedure_id"], unique=False)
    op.create_index(
        "uq_drafts_open",
        "drafts",
        ["person_id", "procedure_id"],
        unique=True,
        sqlite_where=sa.text("discarded_at IS NULL"),
        postgresql_where=sa.text("discarded_at IS NULL"),
    )
