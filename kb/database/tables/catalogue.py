"""Tables of the catalogue: what the files say, derived from them and rebuilt at any time."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from kb.database.schema import metadata

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
    Column("source", Text, index=True),  # workbook, sheet and key of its row
    Column("links", JSON, nullable=False),  # list of [line, target] of relative links
    Column("places", JSON, nullable=False, server_default="[]"),  # names of places in the text
    Column("faults", JSON, nullable=False),  # list of faults of this file alone
    Column("cross_faults", JSON, nullable=False),  # list of faults found across files
    Column("faulty", Boolean, nullable=False, index=True),  # has any fault of either kind
    Column("lines", JSON, nullable=False),  # front-matter field -> line in the file
    Column("version", String(12), nullable=False),
    Column("changed_since", Boolean, nullable=False, server_default=false()),  # its review
    Column("fingerprint", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified_ns", String(24), nullable=False),  # FileStamp.times
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
shown_files = Table(  # pictures and documents that a procedure shows or links to
    "shown_files",
    metadata,
    Column("path", Text, ForeignKey("procedures.path", ondelete="CASCADE"), primary_key=True),
    Column("file", Text, primary_key=True),  # its path, there or not
    Index(None, "file"),
)
attached_files = Table(  # those of them whose text is searched, as they were read last
    "attached_files",
    metadata,
    Column("file", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", String(24), nullable=False),  # FileStamp.times
    Column("digest", String(64), nullable=False),  # SHA-256 of what is in it; "" where too large
    Column("places", Integer, nullable=False),  # pages, slides, rows that say something
    Column("why", Text, nullable=False),  # it is not searched, or not all of it; "" for nothing
    Column("remedy", Text, nullable=False),
)
procedure_names = Table(  # what a procedure is linked by besides its path
    "procedure_names",
    metadata,
    Column("path", Text, ForeignKey("procedures.path", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),  # as kb/documents/markdown/links.py makes them
    Index(None, "name"),
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
