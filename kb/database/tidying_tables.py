"""Tables of a department's health: its days, links that lead outside, procedures alike."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from kb.database.feedback_tables import items, votes
from kb.database.insight_tables import openings, searches
from kb.database.schema import Moment, metadata

# What nothing else remembers: how a department stood on a day (kb/departments/sql/day_book.py).
department_days = Table(
    "department_days",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("published", Integer, nullable=False),
    Column("promised", Integer, nullable=False),  # published ones that have a review date
    Column("overdue", Integer, nullable=False),
    Column("due_soon", Integer, nullable=False),
    Column("drafts", Integer, nullable=False),
    Column("submissions", Integer, nullable=False),
    Column("faulty", Integer, nullable=False),  # files
    Column("broken_finds", Integer, nullable=False),  # search tests
    Column("open_items", Integer, nullable=False),
    Column("late_items", Integer, nullable=False),
)

# Links that lead outside: what is asked for, where they stand, what came of each.
link_rounds = Table(
    "link_rounds",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("gathered_at", Moment),  # its links are in link_places
    Column("ended_at", Moment),
)
link_places = Table(
    "link_places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department", String(80), nullable=False, index=True),  # that asked
    Column("procedure_id", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("url", Text, nullable=False, index=True),
)
link_findings = Table(
    "link_findings",
    metadata,
    Column("url", Text, primary_key=True),
    Column("state", String(16), nullable=False),  # good | dead | unsure | refused
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# Procedures that say nearly the same, found in the background.
likenesses = Table(
    "likenesses",
    metadata,
    Column("one_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),  # sorts behind one_id
    Column("likeness", Float, nullable=False),
    Index(None, "other_id"),
)
told_apart = Table(  # pairs of which somebody said that they are not the same
    "told_apart",
    metadata,
    Column("one_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    Column("by", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

# For the morning page: what it counts stands in the index, so that no row is looked up.
Index("ix_votes_of_procedure", votes.c.procedure_id, votes.c.at, votes.c.helpful)
Index("ix_openings_of_procedure", openings.c.procedure_id, openings.c.day)
Index("ix_items_answered", items.c.department, items.c.answered_at, items.c.due_at)
Index(
    "ix_searches_failed",
    *(searches.c[name] for name in ("about", "day", "folded", "person_key")),
    sqlite_where=text("NOT convincing"),
    postgresql_where=text("NOT convincing"),
)
