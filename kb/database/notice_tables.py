"""Tables of notices: what people are to be told, how it reaches them, and what they must read."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

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
    Column("department", String(80)),  # whose own channel hears of it too
    # It was decided by which ways it goes out: its deliveries are written.
    Column("sorted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("person_id", "key"),
    Index(None, "person_id", "read_at", "created_at"),
)
Index(
    "ix_notices_not_sorted",
    notices.c.id,
    sqlite_where=notices.c.sorted.is_(False),
    postgresql_where=notices.c.sorted.is_(False),
)
notice_choices = Table(  # how a person wants to be told; without a row, as kb/notices/kinds.py says
    "notice_choices",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("mail", Boolean, nullable=False, server_default=true()),
    Column("chat_url", Text),  # a secret: whoever has it may write there
    Column("paces", JSON, nullable=False),  # kind -> "page", "at once" or "daily"
    Column("changed_at", Moment, nullable=False),
)
deliveries = Table(  # one notice by one way; what goes out together shares its message_id
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    # What may be there once: "mail:17" of notice 17, "department:shipping:<key>" of a channel.
    Column("once", Text, nullable=False, unique=True),
    Column("notice_id", ForeignKey("notices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),  # mail | chat | department
    Column("department", String(80)),  # whose channel
    Column("digest", Boolean, nullable=False),
    # queued | sending | handing over | sent | gave up | dropped | unclear
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("message_id", Text),  # of a digest: given when its day has come
    Column("doubtful", Boolean, nullable=False),  # may have been told before
    Column("error", Text),
    Column("ended_at", Moment),
    Index(None, "message_id"),
    Index(None, "state", "next_try_at"),
)
digests = Table(  # at most one a day for each person and way
    "digests",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("message_id", Text, nullable=False),
)
reminders = Table(  # what was reminded of, so that it is once
    "reminders",
    metadata,
    Column("subject", Text, primary_key=True),  # "review:SHP-014:2027-04-02", "item:17:..."
    Column("stage", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
)

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
)
confirmations = Table(  # who was asked, and when they confirmed
    "confirmations",
    metadata,
    Column("must_read_id", ForeignKey("must_reads.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("confirmed_at", Moment),
    Index(None, "person_id", "confirmed_at"),
)
