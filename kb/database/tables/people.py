"""Tables of people: who they are, their roles, sign-ins and tokens."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from kb.database.schema import Moment, metadata

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # casefolded
    Column("name", Text, nullable=False),
    Column("sort_name", Text, nullable=False, index=True),  # casefolded
    Column("password", Text, nullable=False),  # argon2 hash
    Column("administrator", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("disabled_at", Moment),
    Column("sessions", Integer, nullable=False, default=1),  # raised to end all sessions at once
    Column("created_at", Moment, nullable=False),
)
memberships = Table(
    "memberships",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("department", String(80), primary_key=True),
    Column("role", String(16), primary_key=True),  # editor | reviewer
)
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(64), nullable=False),  # SHA-256: some type their password here
    Column("address", String(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "email", "at"),
    Index(None, "address", "at"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("began_at", Moment, nullable=False, index=True),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256; the token is not kept
    Column("label", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)
shifts = Table(  # when a person signed in for this shift, and for the one before
    "shifts",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("before", Moment),
)
favourites = Table(  # procedures that a person keeps at hand
    "favourites",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("procedure_id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)
# Who did what: rows are added at the end and never changed, but that `told` goes when a person is
# erased. No foreign keys: what is gone elsewhere stays here.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("at", Moment, nullable=False, index=True),
    Column("kind", String(32), nullable=False, index=True),
    Column("person_id", Integer, index=True),  # who did it
    Column("about_id", Integer, index=True),  # the person whom it is about
    Column("told", Text),  # JSON: names, address, details, salt
    Column("told_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),  # of the row before, and of this one
)
audit_ends = Table(  # where the chain begins ("first": what was there before it) and ends ("last")
    "audit_ends",
    metadata,
    Column("end", String(8), primary_key=True),
    Column("entry_id", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
