"""Tables of changes to many files at once, so that they can be listed and undone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

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
