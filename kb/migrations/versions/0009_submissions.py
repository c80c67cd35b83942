"""What waits for a reviewer, its steps, and comments on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OPEN = "state IN ('waiting', 'later')"


def upgrade() -> None:
    """To the tables of submissions. The way back is a backup."""
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("worth_telling", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("publish_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("doing", sa.String(length=20), nullable=True),
        sa.Column("doing_by", sa.Integer(), nullable=True),
        sa.Column("doing_word", sa.Text(), nullable=True),
        sa.Column("doing_at", sa.DateTime(), nullable=True),
        _to("people", "submissions", "by_id"),
        _to("people", "submissions", "approved_by"),
        _to("people", "submissions", "doing_by"),
        _to("submissions", "submissions", "follows"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    for names in (["procedure_id", "state"], ["state", "publish_at"], ["by_id", "state"]):
        op.create_index(op.f(f"ix_submissions_{'_'.join(names)}"), "submissions", names)
    for kind, names in (("draft", ["procedure_id"]), ("change", ["procedure_id", "by_id"])):
        where = sa.text(f"kind = '{kind}' AND {_OPEN}")
        op.create_index(
            f"uq_submissions_waiting_{kind}",
            "submissions",
            names,
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "submission_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("publish_at", sa.DateTime(), nullable=True),
        _to("submissions", "submission_steps", "submission_id"),
        _to("people", "submission_steps", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_steps")),
    )
    for name in ("submission_id", "procedure_id"):
        op.create_index(op.f(f"ix_submission_steps_{name}"), "submission_steps", [name])
    op.create_table(
        "submission_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _to("submissions", "submission_comments", "submission_id"),
        _to("people", "submission_comments", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_comments")),
    )
    op.create_index(
        op.f("ix_submission_comments_submission_id"), "submission_comments", ["submission_id"]
    )


def _to(target: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)
