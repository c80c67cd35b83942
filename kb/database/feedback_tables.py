"""Tables of feedback: votes, what a department has to answer, and what became of each of it."""

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
    false,
    text,
    true,
)

from kb.database.schema import Moment, metadata

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("procedure_id", Text, nullable=False),
    Column("version", String(12), nullable=False),
    # The section or step it is about; "" is the whole procedure.
    Column("anchor", Text, nullable=False, server_default=""),
    Column("helpful", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("person_id", "procedure_id", "version", "anchor"),
    Index(None, "procedure_id", "version"),
)
COUNTED = ("department", "state", "reason", "assignee_id", "due_at", "soon_at")
items = Table(  # what a department has to answer: feedback and requests
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # feedback | request
    Column("about", String(16), nullable=False, server_default="procedure"),
    Column("department", String(80), nullable=False),
    Column("reporter_id", ForeignKey("people.id"), nullable=False),
    Column("vote_id", ForeignKey("votes.id"), index=True),  # feedback only
    Column("procedure_id", Text),  # feedback only
    Column("procedure_title", Text),
    Column("version", String(12)),
    Column("anchor", Text, nullable=False, server_default=""),  # of a section or step
    Column("passage", Text, nullable=False, server_default=""),  # its words as they read then
    Column("reason", String(32)),
    Column("query", Text),  # what was searched; of feedback, the search that led there
    Column("comment", Text, nullable=False, default=""),
    Column("folded", Text, nullable=False, server_default=""),  # all its words, to be looked in
    Column("answer_wanted", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),  # of the latest event
    Column("due_at", Moment, nullable=False),
    Column("soon_at", Moment, nullable=False),  # from when on it is due soon
    Column("waiting_since", Moment),  # the clock stands while the reporter is asked
    Column("state", String(16), nullable=False),
    Column("assignee_id", ForeignKey("people.id")),
    Column("duplicate_of", ForeignKey("items.id"), index=True),
    Column("outcome", String(32)),
    Column("reply", Text),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", Moment),
    Column("answers", Integer, nullable=False, server_default=text("0")),  # how often
    Column("reopened_at", Moment),
    Column("fix_procedure_id", Text),  # what was saved to answer it
    Column("fix_version", String(12)),
    Column("answer_seen_at", Moment),  # the reporter has seen the latest word
    Index(None, "department", "state", "due_at"),
    Index(None, "department", "state", "created_at"),
    # All that is counted beside the list, so that no row is looked up for it.
    Index("ix_items_counted", *COUNTED),
    Index(None, "reporter_id", "created_at"),
    Index(None, "procedure_id", "anchor", "state"),
)

LIVE = "state IN ('new', 'seen', 'in work', 'waiting', 'merged')"
Index(  # however two requests race, a vote has one live item
    "uq_items_live_vote",
    items.c.vote_id,
    unique=True,
    sqlite_where=text(LIVE),
    postgresql_where=text(LIVE),
)
Index(  # what is open, for what every page of a department counts
    "ix_items_live",
    items.c.department,
    items.c.state,
    sqlite_where=text(LIVE),
    postgresql_where=text(LIVE),
)
item_events = Table(  # what became of an item: rows are added, never changed or taken away
    "item_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_id", ForeignKey("people.id")),  # nobody: the system
    Column("kind", String(16), nullable=False),
    Column("was", Text, nullable=False),  # a state, department, person or item, by its kind
    Column("became", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("visible_to_reporter", Boolean, nullable=False, server_default=false()),
    Index(None, "item_id", "id"),
)
