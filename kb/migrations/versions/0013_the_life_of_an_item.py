"""The life of an item: its states, its passage, who works on it, and every event of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('new', 'seen', 'in work', 'waiting', 'merged')")


def upgrade() -> None:
    """What was open is new; what was answered has an event that says so. The way back: a backup."""
    _votes_by_passage()
    _items()
    _events()


def _votes_by_passage() -> None:
    # SQLite makes the table anew, which no row of another table may point to meanwhile.
    op.execute("CREATE TABLE kept_votes AS SELECT id, vote_id FROM items WHERE vote_id IS NOT NULL")
    op.execute("UPDATE items SET vote_id = NULL")
    with op.batch_alter_table("votes") as votes:
        votes.add_column(sa.Column("anchor", sa.Text(), nullable=False, server_default=""))
        votes.drop_constraint(op.f("uq_votes_person_id_procedure_id_version"), type_="unique")
        votes.create_unique_constraint(
            op.f("uq_votes_person_id_procedure_id_version_anchor"),
            ["person_id", "procedure_id", "version", "anchor"],
        )
    op.execute(
        "UPDATE items SET vote_id = (SELECT vote_id FROM kept_votes WHERE kept_votes.id = items.id)"
    )
    op.execute("DROP TABLE kept_votes")


def _items() -> None:
    op.drop_index("uq_items_open_vote", table_name="items")
    op.execute("UPDATE items SET state = 'new' WHERE state = 'open'")
    with op.batch_alter_table("items") as items:
        for column in (
            sa.Column("about", sa.String(16), nullable=False, server_default="procedure"),
            sa.Column("anchor", sa.Text(), nullable=False, server_default=""),
            sa.Column("passage", sa.Text(), nullable=False, server_default=""),
            sa.Column("folded", sa.Text(), nullable=False, server_default=""),
            sa.Column("answer_wanted", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("changed_at", sa.DateTime()),
            sa.Column("soon_at", sa.DateTime()),
            sa.Column("waiting_since", sa.DateTime()),
            sa.Column("assignee_id", sa.Integer()),
            sa.Column("duplicate_of", sa.Integer()),
            sa.Column("answers", sa.Integer(), nullable=False, server_default=sa.text("0")),
            sa.Column("reopened_at", sa.DateTime()),
            sa.Column("fix_procedure_id", sa.Text()),
            sa.Column("fix_version", sa.String(12)),
        ):
            items.add_column(column)
        for name, other in (("assignee_id", "people"), ("duplicate_of", "items")):
            items.create_foreign_key(op.f(f"fk_items_{name}_{other}"), other, [name], ["id"])
    op.execute("UPDATE items SET changed_at = coalesce(answered_at, created_at), soon_at = due_at")
    op.execute(
        "UPDATE items SET folded = lower(coalesce(procedure_title, '') || ' ' ||"
        " coalesce(query, '') || ' ' || comment)"
    )
    op.execute("UPDATE items SET about = 'search' WHERE kind = 'request'")
    op.execute("UPDATE items SET answers = 1 WHERE state = 'answered'")
    with op.batch_alter_table("items") as items:
        for name in ("changed_at", "soon_at"):
            items.alter_column(name, existing_type=sa.DateTime(), nullable=False)
    for columns in (
        ["department", "state", "due_at"],
        ["procedure_id", "anchor", "state"],
        ["duplicate_of"],
    ):
        op.create_index(op.f(f"ix_items_{'_'.join(columns)}"), "items", columns)
    counted = ["department", "state", "reason", "assignee_id", "due_at", "soon_at"]
    op.create_index("ix_items_counted", "items", counted)
    for name, columns, unique in (
        ("uq_items_live_vote", ["vote_id"], True),
        ("ix_items_live", ["department", "state"], False),
    ):
        op.create_index(
            name, "items", columns, unique=unique, sqlite_where=LIVE, postgresql_where=LIVE
        )


def _events() -> None:
    op.create_table(
        "item_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("became", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("visible_to_reporter", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_events_item_id_items")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_item_events_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_events")),
    )
    op.create_index(op.f("ix_item_events_item_id_id"), "item_events", ["item_id", "id"])
    told = "INSERT INTO item_events (item_id, at, by_id, kind, was, became, words,"
    told += " visible_to_reporter)"
    op.execute(
        f"{told} SELECT id, created_at, reporter_id, 'opened', '', 'new', comment, {_TRUE}"
        " FROM items ORDER BY id"
    )
    op.execute(
        f"{told} SELECT id, answered_at, answered_by, 'answered', 'new', outcome, reply, {_TRUE}"
        " FROM items WHERE state = 'answered' ORDER BY id"
    )
    op.execute(
        f"{told} SELECT id, created_at, reporter_id, 'withdrawn', 'new', 'withdrawn', '', {_TRUE}"
        " FROM items WHERE state = 'withdrawn' ORDER BY id"
    )


_TRUE = "(1 = 1)"
