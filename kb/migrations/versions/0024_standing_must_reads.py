"""Must-reads that stand: asked of whoever joins later, too; and a question with a must-read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To none that stands, and no question. The way back is a backup."""
    op.create_table(
        "standing_must_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("check_question", sa.JSON(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_standing_must_reads_made_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["people.id"], name=op.f("fk_standing_must_reads_ended_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_must_reads")),
    )
    op.add_column("must_reads", sa.Column("standing_id", sa.Integer(), nullable=True))
    op.add_column("must_reads", sa.Column("check_question", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_must_reads_standing_id"), "must_reads", ["standing_id"])
    op.add_column(
        "confirmations", sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    )
