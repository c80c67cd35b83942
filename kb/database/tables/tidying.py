"""Tables of tidying: links that lead outside, and procedures alike."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

# Links that lead outside: what is asked for, where they stand, what came of each.
link_rounds = Table(
    "link_rounds",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("gathered_at", Moment),  # its links are in link_places
    Column("ended_at", Moment),
)
link_places = Table(
    "link_places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department", String(80), nullable=False, index=True),  # that asked
    Column("procedure_id", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("url", Text, nullable=False, index=True),
)
link_findings = Table(
    "link_findings",
    metadata,
    Column("url", Text, primary_key=True),
    Column("state", String(16), nullable=False),  # good | dead | unsure | refused
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# Procedures that say nearly the same, found in the background.
likenesses = Table(
    "likenesses",
    metadata,
    Column("one_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),  # sorts behind one_id
    Column("likeness", Float, nullable=False),
    Index(None, "other_id"),
)
told_apart = Table(  # pairs of which somebody said that they are not the same
    "told_apart",
    metadata,
    Column("one_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    Column("by", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
)
