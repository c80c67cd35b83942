"""Tables of the history: what git says of each file, derived from it and rebuilt at any time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

# The history: what git says of each file, derived from it and rebuilt at any time.
versions = Table(
    "versions",
    metadata,
    # In the order in which the served branch took them in; a merge's side commits just before it.
    Column("id", Integer, primary_key=True, autoincrement=False),
    # The first version's id of the file whose next version this is, through renames and moves.
    Column("line", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("procedure_id", Text, nullable=False, index=True),  # as this version names itself
    Column("named", Boolean, nullable=False),  # the id stands in the front matter
    Column("commit", String(64), nullable=False),
    Column("blob", String(64), nullable=False),  # "" where the file was removed
    Column("version", String(12), nullable=False),  # "" where the file was removed
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False),
    Column("department", String(80), nullable=False),
    Column("status", String(16), nullable=False),  # a Status, or "removed"
    Column("reviewed", Date),
    Column("words", String(12), nullable=False, server_default=""),  # what it says, by name
    Column("vouched", String(12), nullable=False, server_default=""),  # what it said when reviewed
    Column("author_name", Text, nullable=False),
    Column("author_email", Text, nullable=False),
    Column("at", Moment, nullable=False),  # when its author wrote it
    Column("note", Text, nullable=False),
    Column("kind", String(16)),  # minor | notable; NULL where the commit does not say
    # From when the site had it; NULL for what was only ever on a branch of somebody's own.
    Column("live_from", Moment, index=True),
    Column("until", Integer),  # the version that took its place on the site
    Index(None, "line", "until"),
    Index(None, "path", "until"),
)
