"""Tables of notices: what people are to be told, and what they were reminded of."""

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
)

from kb.database.schema import Moment, metadata, partial_index

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", Text, nullable=False),  # what it is about: nobody is told the same twice
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),  # path and query within the site
    Column("procedure_id", Text),  # shown only to who may read that procedure
    Column("created_at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("department", String(80)),  # whose own channel hears of it too
    # It was decided by which ways it goes out: its deliveries are written.
    Column("sorted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("person_id", "key"),
    Index(None, "person_id", "read_at", "created_at"),
)
partial_index(
    "ix_notices_not_sorted",
    notices.c.id,
    where=notices.c.sorted.is_(False),
)
reminders = Table(  # what was reminded of, so that it is once
    "reminders",
    metadata,
    Column("subject", Text, primary_key=True),  # "review:SHP-014:2027-04-02", "item:17:..."
    Column("stage", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
)
# What holds until a time, for everybody, and is gone by itself then.
bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department", String(80), nullable=False),  # whose procedures it concerns
    Column("text", Text, nullable=False),
    Column("words", Text, nullable=False),  # one a line: the searches that it stands on top of
    Column("until", Moment, nullable=False, index=True),
    Column("put_up_by", ForeignKey("people.id"), nullable=False),
    Column("put_up_at", Moment, nullable=False),
    Column("taken_down_at", Moment),  # before its time
)
