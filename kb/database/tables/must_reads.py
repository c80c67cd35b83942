"""Tables of must-reads: changes that everyone in an audience confirms having read."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

# Must-know changes: everyone in the audience confirms having read one exact version.
must_reads = Table(
    "must_reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("procedure_id", Text, nullable=False, index=True),
    Column("version", String(12), nullable=False),
    Column("title", Text, nullable=False),  # of the procedure, as it was then
    Column("department", String(80), nullable=False, index=True),  # of the procedure, then
    Column("audience", JSON, nullable=False),  # list of departments, "everyone" or "reps"
    Column("read_by", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("asked_by", ForeignKey("people.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("cancelled_by", ForeignKey("people.id")),
    Column("cancelled_at", Moment),
    Column("standing_id", Integer, index=True),  # of the standing must-read that asks
    Column("check_question", JSON),
)
standing_must_reads = Table(
    "standing_must_reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", String(16), nullable=False),  # procedure | keyword | folder | department
    Column("value", Text, nullable=False),
    Column("department", String(80), nullable=False),  # whose procedures; "" are all
    Column("audience", JSON, nullable=False),
    Column("days", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("check_question", JSON),
    Column("made_by", ForeignKey("people.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ended_by", ForeignKey("people.id")),
    Column("ended_at", Moment),
)
confirmations = Table(  # who was asked, and when they confirmed
    "confirmations",
    metadata,
    Column("must_read_id", ForeignKey("must_reads.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("confirmed_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),  # answers to its question
    Index(None, "person_id", "confirmed_at"),
)
