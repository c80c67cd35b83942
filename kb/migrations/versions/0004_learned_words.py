"""Learned words and their bans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the tables as they are from here on. The way back is a backup."""
    op.create_table(
        "learned_words",
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("procedure_id", "stem", name=op.f("pk_learned_words")),
    )
    op.create_table(
        "learned_bans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("banned_by", sa.Integer(), nullable=False),
        sa.Column("banned_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["banned_by"], ["people.id"], name=op.f("fk_learned_bans_banned_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["people.id"], name=op.f("fk_learned_bans_lifted_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_bans")),
    )
    op.create_index(
        op.f("ix_learned_bans_procedure_id_stem"),
        "learned_bans",
        ["procedure_id", "stem"],
        unique=False,
    )
    op.create_index(
        "uq_learned_bans_in_force",
        "learned_bans",
        ["procedure_id", "stem"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
