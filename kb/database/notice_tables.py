"""Tables of notices: what people are to be told, once each."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from kb.database.schema import Moment, metadata

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
    UniqueConstraint("person_id", "key"),
    Index(None, "person_id", "read_at", "created_at"),
)
