"""How the service was, what will be answered, saved views, and searches that several share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MARKS = ("timeliness", "information", "professionalism", "attitude", "delivery")


def upgrade() -> None:
    """To the tables of the service. The way back is a backup."""
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=True),
        *(sa.Column(name, sa.SmallInteger(), nullable=True) for name in _MARKS),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_ratings_item_id_items")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_ratings_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("item_id", "round", name=op.f("uq_ratings_item_id_round")),
    )
    op.create_index(op.f("ix_ratings_department_at"), "ratings", ["department", "at"])
    op.create_index(op.f("ix_ratings_procedure_id_at"), "ratings", ["procedure_id", "at"])
    op.create_table(
        "closings",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_closings_item_id_items")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_closings_person_id_people")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_closings")),
    )
    op.create_index(op.f("ix_closings_procedure_id"), "closings", ["procedure_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_saved_views_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_views_person_id_name")),
    )
    _shared_searches()


def _shared_searches() -> None:
    op.create_table(
        "shared_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["people.id"], name=op.f("fk_shared_searches_closed_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_searches")),
    )
    op.create_index(
        op.f("ix_shared_searches_department_closed_at_people"),
        "shared_searches",
        ["department", "closed_at", "people"],
    )
