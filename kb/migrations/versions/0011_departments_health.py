"""How departments stand, links that lead outside, procedures alike."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COUNTS = (
    "published promised overdue due_soon drafts submissions faulty broken_finds open_items "
    "late_items"
).split()
_FAILED = "ix_searches_failed"


def upgrade() -> None:
    """To the tables of a department's health. The way back is a backup."""
    _days()
    _links()
    _alike()
    op.create_index("ix_votes_of_procedure", "votes", ["procedure_id", "at", "helpful"])
    op.create_index("ix_openings_of_procedure", "openings", ["procedure_id", "day"])
    op.create_index("ix_items_answered", "items", ["department", "answered_at", "due_at"])
    op.create_index(
        _FAILED,
        "searches",
        ["about", "day", "folded", "person_key"],
        sqlite_where=sa.text("NOT convincing"),
        postgresql_where=sa.text("NOT convincing"),
    )


def _days() -> None:
    op.create_table(
        "department_days",
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("department", "day", name=op.f("pk_department_days")),
    )


def _links() -> None:
    op.create_table(
        "link_rounds",
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("gathered_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_link_rounds")),
    )
    op.create_table(
        "link_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_places")),
    )
    for name in ("department", "url"):
        op.create_index(op.f(f"ix_link_places_{name}"), "link_places", [name])
    op.create_table(
        "link_findings",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_link_findings")),
    )


def _alike() -> None:
    op.create_table(
        "likenesses",
        sa.Column("one_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_likenesses")),
    )
    op.create_index(op.f("ix_likenesses_other_id"), "likenesses", ["other_id"])
    op.create_table(
        "told_apart",
        sa.Column("one_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_told_apart_by_people")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_told_apart")),
    )
