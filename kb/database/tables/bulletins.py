"""The table of bulletins: what holds until a time, and is gone by itself then."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

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
