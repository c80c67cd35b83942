"""Learned words in the database: counted anew from the search log, banned and allowed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)

from kb.database import learned_bans as bans
from kb.database import learned_words as table
from kb.database import openings, people, procedures, reading, searches, writing
from kb.insight.learning import LearnedWord, Use, Wording, learned
from kb.insight.sessions import Ended
from kb.procedures.model import Status

# What the ranking goes by: (procedure id, stem, people), told whenever any of it changes.
Tell = Callable[[Iterable[tuple[str, str, int]]], None]
_WRITING = "learned words"
_ROWS = 1000  # of the log, read at a time


class Ban(Struct, frozen=True):
    """A word that a procedure must not be found by. `by` is a person's name."""

    id: int
    word: str
    by: str
    at: datetime


class LearnedWords:
    """What is learned of each published procedure, without what its editors have banned.

    `tell` is called with all of it whenever it changes; while it is, nobody else changes it. What
    it raises (OSError) goes to the caller, and then nothing has changed.
    """

    def __init__(self, engine: Engine, wording: Wording, tell: Tell) -> None:
        self._engine = engine
        self._wording = wording
        self._tell = tell

    def count(self, now: datetime, days: int) -> int:
        """Learn from the last `days` of the log, and forget all else; returns how many words.

        Only what is published now learns: no draft is told of, nothing retired is kept.
        """
        with reading(self._engine) as connection:
            found = list(learned(_uses(connection, now - timedelta(days=days)), self._wording))
        with writing(self._engine, _WRITING) as connection:
            _replace(connection, found)
            self._tell(_in_force(connection))
        return len(found)

    def of(self, procedure_id: str, keywords: Iterable[str] = ()) -> tuple[LearnedWord, ...]:
        """Its words that are not banned and stand in no keyword, those of most people first."""
        known = {stem for keyword in keywords for stem in self._wording(keyword)}
        query = select(table).where(table.c.procedure_id == procedure_id, ~_banned())
        query = query.order_by(table.c.people.desc(), table.c.word)
        with reading(self._engine) as connection:
            found = [_learned(row) for row in connection.execute(query)]
        return tuple(one for one in found if one.stem not in known)

    def bans_of(self, procedure_id: str) -> tuple[Ban, ...]:
        """The words that are banned there now, the latest first."""
        query = (
            select(bans.c.id, bans.c.word, people.c.name, bans.c.banned_at)
            .join(people, people.c.id == bans.c.banned_by)
            .where(bans.c.procedure_id == procedure_id, bans.c.lifted_at.is_(None))
            .order_by(bans.c.id.desc())
        )
        with reading(self._engine) as connection:
            return tuple(Ban(*row) for row in connection.execute(query))

    def ban(self, procedure_id: str, word: str, by: int, now: datetime) -> bool:
        """Take a learned word away from a procedure. False where it is not learned there."""
        this = and_(table.c.procedure_id == procedure_id, table.c.word == word)
        with writing(self._engine, _WRITING) as connection:
            row = connection.execute(select(table).where(this, ~_banned())).first()
            if row is None:
                return False
            what = {"procedure_id": procedure_id, "stem": row.stem, "word": row.word}
            connection.execute(insert(bans).values(**what, banned_by=by, banned_at=now))
            self._tell(_in_force(connection))
        return True

    def lift(self, procedure_id: str, ban_id: int, by: int, now: datetime) -> str | None:
        """Let a word count again and tell which; who banned it stays on record. None: no such."""
        this = and_(bans.c.id == ban_id, bans.c.procedure_id == procedure_id)
        with writing(self._engine, _WRITING) as connection:
            row = connection.execute(select(bans).where(this, bans.c.lifted_at.is_(None))).first()
            if row is None:
                return None
            connection.execute(update(bans).where(this).values(lifted_by=by, lifted_at=now))
            self._tell(_in_force(connection))
        return str(row.word)


def _uses(connection: Connection, since: datetime) -> Iterator[Use]:
    """Each person, query and procedure once, by procedure; nothing of anybody signed out."""
    query = (
        select(openings.c.procedure_id, searches.c.person_key, searches.c.query)
        .join(searches, searches.c.id == openings.c.search_id)
        .join(procedures, _published(openings.c.procedure_id))
        .where(
            openings.c.ended == Ended.STAYED, openings.c.at >= since, searches.c.person_key != ""
        )
        .distinct()
        .order_by(openings.c.procedure_id, searches.c.person_key, searches.c.query)
        .execution_options(yield_per=_ROWS)
    )
    for procedure_id, person_key, text in connection.execute(query):
        yield Use(procedure_id, person_key, text)


def _published(id: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(procedures.c.id == id, procedures.c.status == Status.PUBLISHED.value)


def _banned() -> ColumnElement[bool]:
    return exists().where(
        bans.c.procedure_id == table.c.procedure_id,
        bans.c.stem == table.c.stem,
        bans.c.lifted_at.is_(None),
    )


def _replace(connection: Connection, found: Sequence[LearnedWord]) -> None:
    """Only where anything differs: most of the time nobody has searched meanwhile."""
    if set(map(_learned, connection.execute(select(table)))) == set(found):
        return
    connection.execute(delete(table))
    for start in range(0, len(found), _ROWS):
        rows = [asdict(one) for one in found[start : start + _ROWS]]
        connection.execute(insert(table), rows)


def _in_force(connection: Connection) -> list[tuple[str, str, int]]:
    query = select(table.c.procedure_id, table.c.stem, table.c.people).where(~_banned())
    query = query.join(procedures, _published(table.c.procedure_id))
    return [(row.procedure_id, row.stem, row.people) for row in connection.execute(query)]


def _learned(row: Row[Any]) -> LearnedWord:
    return LearnedWord(row.procedure_id, row.stem, row.word, row.people)
