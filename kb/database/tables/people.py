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
