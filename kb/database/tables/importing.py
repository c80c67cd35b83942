"""Tables of importing: files on their way in, and where each row of them went."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from kb.database.schema import Moment, metadata

# A file that somebody chose, with what they decided about it; its bytes go once it is brought in.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("mapping", Text, nullable=False),  # JSON of FileMapping
    Column("at", Moment, nullable=False),
    Column("commit", String(64)),  # NULL until it is brought in
    Index(None, "person_id", "at"),
)
# Which procedure each row became, by the commit that wrote it; `blob` is what it wrote, as git
# names bytes. Those of a commit that is undone do not count.
imported = Table(
    "imported",
    metadata,
    Column("commit", String(64), primary_key=True),
    Column("source", Text, primary_key=True),  # workbook, sheet and key
    Column("procedure_id", Text, nullable=False, index=True),
    Column("blob", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "source"),
)
