"""Sessions as the site knows them, so that signing out ends one wherever its cookie went.

The cookie holds a secret; only its digest is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select

from kb.database import GREATEST_ID, people, reading, sessions, shifts, writing
from kb.database.upsert import insert_into
from kb.people.person import Person
from kb.people.sql import rows

A_SHIFT = timedelta(hours=10)  # who signs in again within it goes on with the same one
LONGEST = timedelta(days=7)  # however busy: then one signs in once more
_ITS_PERSON = rows.query(
    (people.c.id == bindparam("id"))
    & select(sessions.c.digest)
    .where(
        sessions.c.digest == bindparam("digest"),
        sessions.c.person_id == people.c.id,
        sessions.c.began_at > bindparam("oldest"),
    )
    .exists()
)


class Sessions:
    """The sessions of all people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, person_id: int, now: datetime) -> str:
        """A new session's secret. What is too old is forgotten on the way."""
        secret = secrets.token_urlsafe(24)
        with writing(self._engine, "sessions") as connection:
            connection.execute(delete(sessions).where(sessions.c.began_at <= now - LONGEST))
            new = {"digest": _digest(secret), "person_id": person_id, "began_at": now}
            connection.execute(insert(sessions).values(new))
            _begin_shift(connection, person_id, now)
        return secret

    def last_here(self, person_id: int) -> datetime | None:
        """When the shift before this one began; None for who is here for the first time."""
        with reading(self._engine) as connection:
            query = select(shifts.c.before).where(shifts.c.person_id == person_id)
            before: datetime | None = connection.scalar(query)
        return before

    def person_of(self, person_id: int, secret: str, now: datetime) -> Person | None:
        """The person of that id, if that is a session of theirs which has not ended."""
        if not 0 < person_id <= GREATEST_ID:
            return None
        asked = {"id": person_id, "digest": _digest(secret), "oldest": now - LONGEST}
        with reading(self._engine) as connection:
            return next(iter(rows.gathered(connection.execute(_ITS_PERSON, asked))), None)

    def end(self, secret: str) -> None:
        """That one; the person's others go on."""
        with writing(self._engine, "sessions") as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == _digest(secret)))


def _begin_shift(connection: Connection, person_id: int, now: datetime) -> None:
    """Unless they have one that began a few hours ago."""
    query = select(shifts.c.began_at).where(shifts.c.person_id == person_id)
    began: datetime | None = connection.scalar(query)
    if began is not None and now - began < A_SHIFT:
        return
    shift = {"began_at": now, "before": began}
    connection.execute(
        insert_into(connection, shifts)
        .values(person_id=person_id, **shift)
        .on_conflict_do_update(index_elements=[shifts.c.person_id], set_=shift)
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
