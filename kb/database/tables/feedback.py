"""Tables of feedback: votes, what a department has to answer, what came of it, the service."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from kb.database.schema import Moment, metadata, partial_index

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

# For the morning page: what it counts stands in the index, so that no row is looked up.
Index("ix_votes_of_procedure", votes.c.procedure_id, votes.c.at, votes.c.helpful)
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
partial_index(  # however two requests race, a vote has one live item
    "uq_items_live_vote",
    items.c.vote_id,
    unique=True,
    where=text(LIVE),
)
partial_index(  # what is open, for what every page of a department counts
    "ix_items_live",
    items.c.department,
    items.c.state,
    where=text(LIVE),
)

# For the morning page: what it counts stands in the index, so that no row is looked up.
Index("ix_items_answered", items.c.department, items.c.answered_at, items.c.due_at)
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
ratings = Table(  # how a reporter found the service: one of each answer, marks from 1 to 5
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("round", Integer, nullable=False),  # which answer, from 1: one opened again has more
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("department", String(80), nullable=False),
    Column("procedure_id", Text),
    Column("timeliness", SmallInteger),
    Column("information", SmallInteger),
    Column("professionalism", SmallInteger),
    Column("attitude", SmallInteger),
    Column("delivery", SmallInteger),
    Column("thanks", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    UniqueConstraint("item_id", "round"),
    Index(None, "department", "at"),
    Index(None, "procedure_id", "at"),
)
closings = Table(  # what will be answered as soon as a procedure says it
    "closings",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("procedure_id", Text, nullable=False, index=True),
    Column("version", String(12)),  # closes it; NULL: whatever is published
    Column("outcome", String(32), nullable=False),
    Column("word", Text, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
)
saved_views = Table(  # ways to look at the inbox, each person's own
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),  # what stands behind the ? of the address
    UniqueConstraint("person_id", "name"),
)
shared_searches = Table(  # failed searches of several people, as one request nobody has sent
    "shared_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words", JSON, nullable=False),  # that mean about the same, those of most people first
    Column("department", String(80), nullable=False),
    Column("people", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("counted_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", ForeignKey("people.id")),
    Index(None, "department", "closed_at", "people"),
)
