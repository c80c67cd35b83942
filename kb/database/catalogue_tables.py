"""Tables of the files: catalogue and history, derived; erasures; what is being written."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from kb.database.schema import Moment, metadata

# The catalogue: what the files of content/ say, derived from them and rebuilt at any time.
procedures = Table(
    "procedures",
    metadata,
    Column("path", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("wanted_id", Text, nullable=False, index=True),  # `id`, unless another file has that
    Column("named", Boolean, nullable=False),  # the id stands in the front matter
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False, index=True),  # casefolded, for A-Z
    Column("department", String(80), nullable=False),
    Column("status", String(16), nullable=False),
    Column("owner", Text),
    Column("deputy", Text),
    Column("reviewed", Date),
    Column("review_every", Integer),
    Column("due", Date),
    Column("keywords", JSON, nullable=False),  # list of str
    Column("audience", JSON, nullable=False),  # list of str
    Column("related", JSON, nullable=False),  # list of ids or paths as written
    Column("finds", JSON, nullable=False, server_default="[]"),  # list of searches
    Column("successor", Text),  # id or path, as written
    Column("links", JSON, nullable=False),  # list of [line, target] of relative links
    Column("faults", JSON, nullable=False),  # list of faults of this file alone
    Column("cross_faults", JSON, nullable=False),  # list of faults found across files
    Column("faulty", Boolean, nullable=False, index=True),  # has any fault of either kind
    Column("lines", JSON, nullable=False),  # front-matter field -> line in the file
    Column("version", String(12), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified_ns", String(24), nullable=False),
    Index(None, "department", "status", "sort_title"),
)
procedure_keywords = Table(
    "procedure_keywords",
    metadata,
    Column("path", Text, ForeignKey("procedures.path", ondelete="CASCADE"), primary_key=True),
    Column("folded", Text, primary_key=True),  # casefolded "category: topic"
    Column("keyword", Text, nullable=False),
    Column("category", Text, index=True),  # casefolded, NULL for a plain keyword
    Index(None, "folded"),
)
addresses = Table(  # every path an id was ever found at, so that old links lead on
    "addresses",
    metadata,
    Column("path", Text, primary_key=True),
    Column("procedure_id", Text, nullable=False, index=True),
)
catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
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
Index(  # however two windows race, a person has one draft of a procedure
    "uq_drafts_open",
    drafts.c.person_id,
    drafts.c.procedure_id,
    unique=True,
    sqlite_where=drafts.c.discarded_at.is_(None),
    postgresql_where=drafts.c.discarded_at.is_(None),
)
