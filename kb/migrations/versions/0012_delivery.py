"""How notices reach people, reminders, and changes that must be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the tables of delivery and must-reads. The way back is a backup."""
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("department", sa.String(length=80), nullable=True))
        notices.add_column(
            sa.Column("sorted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_index(
        "ix_notices_not_sorted",
        "notices",
        ["id"],
        sqlite_where=sa.text("sorted IS 0"),
        postgresql_where=sa.text("sorted IS false"),
    )
    _delivery()
    _must_reads()


def _delivery() -> None:
    op.create_table(
        "notice_choices",
        _person(),
        sa.Column("mail", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("chat_url", sa.Text(), nullable=True),
        sa.Column("paces", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        _of_person("notice_choices"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        _person(),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notices.id"],
            name=op.f("fk_deliveries_notice_id_notices"),
            ondelete="CASCADE",
        ),
        _of_person("deliveries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("once", name=op.f("uq_deliveries_once")),
    )
    for columns in (["message_id"], ["notice_id"], ["state", "next_try_at"]):
        op.create_index(op.f(f"ix_deliveries_{'_'.join(columns)}"), "deliveries", columns)
    op.create_table(
        "digests",
        _person(),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        _of_person("digests"),
        sa.PrimaryKeyConstraint("person_id", "channel", "day", name=op.f("pk_digests")),
    )
    op.create_table(
        "reminders",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "stage", name=op.f("pk_reminders")),
    )


def _must_reads() -> None:
    op.create_table(
        "must_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("read_by", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["people.id"], name=op.f("fk_must_reads_asked_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by"], ["people.id"], name=op.f("fk_must_reads_cancelled_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_must_reads")),
    )
    for column in ("department", "procedure_id"):
        op.create_index(op.f(f"ix_must_reads_{column}"), "must_reads", [column])
    op.create_table(
        "confirmations",
        sa.Column("must_read_id", sa.Integer(), nullable=False),
        _person(),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["must_read_id"],
            ["must_reads.id"],
            name=op.f("fk_confirmations_must_read_id_must_reads"),
        ),
        _of_person("confirmations"),
        sa.PrimaryKeyConstraint("must_read_id", "person_id", name=op.f("pk_confirmations")),
    )
    op.create_index(
        op.f("ix_confirmations_person_id_confirmed_at"),
        "confirmations",
        ["person_id", "confirmed_at"],
    )


def _person() -> sa.Column[int]:
    return sa.Column("person_id", sa.Integer(), nullable=False)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"],
        ["people.id"],
        name=op.f(f"fk_{table}_person_id_people"),
        ondelete="CASCADE",
    )
