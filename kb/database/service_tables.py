"""Tables of the service: ratings and thanks, closings to come, saved views, shared searches."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from kb.database.schema import Moment, metadata

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
