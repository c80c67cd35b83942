"""Tables of feedback: votes, and what a department has to answer."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from kb.database.schema import Moment, metadata

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("procedure_id", Text, nullable=False),
    Column("version", String(12), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("person_id", "procedure_id", "version"),
    Index(None, "procedure_id", "version"),
)
items = Table(  # what a department has to answer: feedback and requests
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # feedback | request
    Column("department", String(80), nullable=False),
    Column("reporter_id", ForeignKey("people.id"), nullable=False),
    Column("vote_id", ForeignKey("votes.id"), index=True),  # feedback only
    Column("procedure_id", Text),  # feedback only
    Column("procedure_title", Text),
    Column("version", String(12)),
    Column("reason", String(32)),
    Column("query", Text),  # request only: what was searched
    Column("comment", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # open | answered | withdrawn
    Column("outcome", String(32)),
    Column("reply", Text),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", Moment),
    Column("answer_seen_at", Moment),
    Index(None, "department", "state", "created_at"),
    Index(None, "reporter_id", "created_at"),
)


Index(  # however two requests race, a vote has one open item
    "uq_items_open_vote",
    items.c.vote_id,
    unique=True,
    sqlite_where=items.c.state == "open",
    postgresql_where=items.c.state == "open",
)
