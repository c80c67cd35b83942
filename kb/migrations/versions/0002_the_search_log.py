"""The search log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the tables as they are from here on. The way back is a backup."""
    op.create_table(
        "ignored_searches",
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("folded", name=op.f("pk_ignored_searches")),
    )
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("about", sa.String(length=80), nullable=True),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("convincing", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("millis", sa.Float(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
    )
    op.create_index(
        "ix_searches_days",
        "searches",
        ["day", "about", "hits", "convincing", "opened", "asked", "person_key", "millis"],
        unique=False,
    )
    op.create_index(
        op.f("ix_searches_person_key_seen"), "searches", ["person_key", "seen"], unique=False
    )
    op.create_index(
        "ix_searches_unopened",
        "searches",
        ["folded", "person_key", "day", "about", "hits", "asked"],
        unique=False,
        sqlite_where=sa.text("hits > 0 AND NOT opened"),
        postgresql_where=sa.text("hits > 0 AND NOT opened"),
    )
    op.create_index(
        "ix_searches_weak",
        "searches",
        ["folded", "person_key", "day", "about", "hits", "asked"],
        unique=False,
        sqlite_where=sa.text("NOT convincing"),
        postgresql_where=sa.text("NOT convincing"),
    )
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("said", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["searches.id"],
            name=op.f("fk_openings_search_id_searches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
        sa.UniqueConstraint(
            "search_id", "procedure_id", name=op.f("uq_openings_search_id_procedure_id")
        ),
    )
    op.create_index(
        op.f("ix_openings_day_about_procedure_id_rank_ended"),
        "openings",
        ["day", "about", "procedure_id", "rank", "ended"],
        unique=False,
    )
    op.create_index(
        "ix_openings_not_ended",
        "openings",
        ["at"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        op.f("ix_openings_procedure_id_ended"), "openings", ["procedure_id", "ended"], unique=False
    )
