"""Tables of publishing: drafts, what was erased, and changes to many files at once."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from kb.database.schema import Moment, metadata, partial_index

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("commit", String(64), unique=True),  # NULL from before it is made until after
    Column("by_name", Text, nullable=False),
    Column("by_email", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("note", Text, nullable=False),
    Column("undoes", ForeignKey("batches.id", ondelete="SET NULL")),
    Column("undone_by", ForeignKey("batches.id", ondelete="SET NULL")),
)
batch_files = Table(
    "batch_files",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("before", String(64), nullable=False),  # git's names for the bytes
    Column("after", String(64), nullable=False),
    Index(None, "path"),
)

# Saving: what was erased for good leaves a trace without its text.
erasures = Table(
    "erasures",
    metadata,
    Column("procedure_id", Text, primary_key=True),
    Column("department", String(80), nullable=False),
    Column("by", Text, nullable=False),  # name and e-mail address
    Column("at", Moment, nullable=False),
)

# What somebody is writing and has not saved yet; seen by nobody else.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("procedure_id", Text),  # NULL for one that is not there yet
    Column("base", LargeBinary, nullable=False),  # the file as it was opened
    Column("form", JSON, nullable=False),  # what was typed, by the name of the field
    Column("title", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("discarded_at", Moment),
    Index(None, "person_id", "at"),
    Index(None, "procedure_id"),
)
partial_index(  # however two windows race, a person has one draft of a procedure
    "uq_drafts_open",
    drafts.c.person_id,
    drafts.c.procedure_id,
    unique=True,
    where=drafts.c.discarded_at.is_(None),
)
