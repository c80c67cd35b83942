"""Bulletins, favourites, uses for tickets, and when each person's shifts began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup."""
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("put_up_by", sa.Integer(), nullable=False),
        sa.Column("put_up_at", sa.DateTime(), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["put_up_by"], ["people.id"], name=op.f("fk_bulletins_put_up_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    op.create_index(op.f("ix_bulletins_until"), "bulletins", ["until"])
    op.create_table(
        "favourites",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_favourites_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "procedure_id", name=op.f("pk_favourites")),
    )
    op.create_table(
        "shifts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("before", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_shifts_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_shifts")),
    )
    op.create_table(
        "uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=40), nullable=False),
        sa.Column("person_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uses")),
        sa.UniqueConstraint("procedure_id", "ticket", name=op.f("uq_uses_procedure_id_ticket")),
    )
    op.create_index(op.f("ix_uses_day_procedure_id"), "uses", ["day", "procedure_id"])
