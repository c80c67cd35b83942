"""Tables of delivery: how people want to be told, and what goes out by which way."""

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
    true,
)

from kb.database.schema import Moment, metadata

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
