"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the tables as they are from here on. The way back is a backup."""
    op.create_table(
        "addresses",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_procedure_id"), "addresses", ["procedure_id"], unique=False)
    op.create_table(
        "catalogue_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalogue_state")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_index(op.f("ix_people_sort_name"), "people", ["sort_name"], unique=False)
    op.create_table(
        "procedures",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("wanted_id", sa.Text(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_title", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("deputy", sa.Text(), nullable=True),
        sa.Column("reviewed", sa.Date(), nullable=True),
        sa.Column("review_every", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("related", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("cross_faults", sa.JSON(), nullable=False),
        sa.Column("faulty", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("modified_ns", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_procedures")),
        sa.UniqueConstraint("id", name=op.f("uq_procedures_id")),
    )
    op.create_index(
        op.f("ix_procedures_department_status_sort_title"),
        "procedures",
        ["department", "status", "sort_title"],
        unique=False,
    )
    op.create_index(op.f("ix_procedures_faulty"), "procedures", ["faulty"], unique=False)
    op.create_index(op.f("ix_procedures_sort_title"), "procedures", ["sort_title"], unique=False)
    op.create_index(op.f("ix_procedures_wanted_id"), "procedures", ["wanted_id"], unique=False)
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_address_at"), "sign_in_attempts", ["address", "at"], unique=False
    )
    op.create_index(op.f("ix_sign_in_attempts_at"), "sign_in_attempts", ["at"], unique=False)
    op.create_index(
        op.f("ix_sign_in_attempts_email_at"), "sign_in_attempts", ["email", "at"], unique=False
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_memberships_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "department", "role", name=op.f("pk_memberships")),
    )
    op.create_table(
        "procedure_keywords",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["path"],
            ["procedures.path"],
            name=op.f("fk_procedure_keywords_path_procedures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("path", "folded", name=op.f("pk_procedure_keywords")),
    )
    op.create_index(
        op.f("ix_procedure_keywords_category"), "procedure_keywords", ["category"], unique=False
    )
    op.create_index(
        op.f("ix_procedure_keywords_folded"), "procedure_keywords", ["folded"], unique=False
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_tokens_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_votes_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint(
            "person_id",
            "procedure_id",
            "version",
            name=op.f("uq_votes_person_id_procedure_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_votes_procedure_id_version"), "votes", ["procedure_id", "version"], unique=False
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=True),
        sa.Column("procedure_id", sa.Text(), nullable=True),
        sa.Column("procedure_title", sa.Text(), nullable=True),
        sa.Column("version", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answer_seen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["people.id"], name=op.f("fk_items_answered_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["people.id"], name=op.f("fk_items_reporter_id_people")
        ),
        sa.ForeignKeyConstraint(["vote_id"], ["votes.id"], name=op.f("fk_items_vote_id_votes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(
        op.f("ix_items_department_state_created_at"),
        "items",
        ["department", "state", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_items_reporter_id_created_at"),
        "items",
        ["reporter_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_items_vote_id"), "items", ["vote_id"], unique=False)
    op.create_index(
        "uq_items_open_vote",
        "items",
        ["vote_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
