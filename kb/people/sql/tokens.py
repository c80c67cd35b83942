"""Keys for programs: `Authorization: Bearer kb_...`. Only their digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Engine, insert, select, update

from kb.database import GREATEST_ID, people, reading, tokens, writing
from kb.people.errors import NoSuchPerson
from kb.people.person import usable_name

PREFIX = "kb_"
# Last use is noted this often: writing it down at every request would cost more than the request.
_NOTED_EVERY = timedelta(hours=1)


class Token(Struct, frozen=True):
    """A key as listed; the key itself was shown once and is not known any more."""

    id: int
    person_id: int
    email: str
    label: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Tokens:
    """The keys of all people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, person_id: int, label: str, now: datetime) -> str:
        """A new key, to be shown once. Raises NoSuchPerson (also when disabled), UnusableName."""
        token = PREFIX + secrets.token_urlsafe(32)
        named = usable_name(label or "API", "label")
        with writing(self._engine, "tokens") as connection:
            alive = select(people.c.id).where(
                people.c.id == min(person_id, GREATEST_ID), people.c.disabled_at.is_(None)
            )
            if connection.scalar(alive) is None:
                raise NoSuchPerson("There is no such person, or they are disabled.")
            connection.execute(
                insert(tokens).values(
                    person_id=person_id, digest=_digest(token), label=named, created_at=now
                )
            )
        return token

    def person_id_of(self, token: str, now: datetime) -> int | None:
        """Whose key it is; None when unknown, revoked, or its person is disabled."""
        if not token.startswith(PREFIX):
            return None
        valid = (
            select(tokens.c.id, tokens.c.person_id, tokens.c.last_used_at)
            .join(people, people.c.id == tokens.c.person_id)
            .where(
                tokens.c.digest == _digest(token),
                tokens.c.revoked_at.is_(None),
                people.c.disabled_at.is_(None),
            )
        )
        with reading(self._engine) as connection:
            row = connection.execute(valid).one_or_none()
        if row is None:
            return None
        if row.last_used_at is None or now - row.last_used_at >= _NOTED_EVERY:
            self._note_use(row.id, now)
        person_id: int = row.person_id
        return person_id

    def listed(self, person_id: int | None = None) -> tuple[Token, ...]:
        """The keys of one person or of all, newest first, revoked ones too."""
        query = (
            select(tokens, people.c.email)
            .join(people, people.c.id == tokens.c.person_id)
            .order_by(tokens.c.id.desc())
        )
        if person_id is not None:
            query = query.where(tokens.c.person_id == min(person_id, GREATEST_ID))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(
            Token(
                row.id,
                row.person_id,
                row.email,
                row.label,
                row.created_at,
                row.last_used_at,
                row.revoked_at,
            )
            for row in rows
        )

    def revoke(self, token_id: int, now: datetime) -> bool:
        """End a key at once. False when there is no such key, or it was revoked before."""
        ended = (
            update(tokens)
            .where(tokens.c.id == min(token_id, GREATEST_ID), tokens.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        with writing(self._engine, "tokens") as connection:
            return connection.execute(ended).rowcount == 1

    def _note_use(self, token_id: int, now: datetime) -> None:
        with writing(self._engine, "tokens") as connection:
            connection.execute(
                update(tokens).where(tokens.c.id == token_id).values(last_used_at=now)
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
