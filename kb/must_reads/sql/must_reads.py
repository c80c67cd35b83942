"""Changes that people must read: who is asked, who has confirmed which version. SQL.

Who is asked is written down when it is asked: who comes later is not asked for what was before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from msgspec import convert, to_builtins
from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, func, insert, select, update

from kb.database import GREATEST_ID, confirmations, people, reading, writing
from kb.database import must_reads as table
from kb.must_reads.must_read import AskedPerson, MustRead, MustReadList, Wanted
from kb.must_reads.standing import Question
from kb.notices.sql.queue import Notice, enqueue

_WRITING = "must reads"
_CHUNK = 500
MOST_OPEN = 200  # of one person, as they are listed; more than anybody reads in a day
_ASKER = people.alias("asker")


class MustReads:
    """All of them. Whether a person may read the procedure, or ask, is for the caller to ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(
        self,
        wanted: Wanted,
        person_ids: Collection[int],
        words: Callable[[int], Iterable[Notice]],
        by: int,
        now: datetime,
    ) -> int:
        """Ask these people; `words` makes the notices of its number. One transaction."""
        new = insert(table).values(
            procedure_id=wanted.procedure_id,
            version=wanted.version,
            title=wanted.title,
            department=wanted.department,
            audience=list(wanted.audience),
            read_by=wanted.read_by,
            note=wanted.note,
            check_question=to_builtins(wanted.check_question) if wanted.check_question else None,
            asked_by=by,
            asked_at=now,
        )
        with writing(self._engine, _WRITING) as connection:
            (number,) = connection.execute(new).inserted_primary_key or (0,)
            rows = [{"must_read_id": number, "person_id": id} for id in sorted(set(person_ids))]
            if rows:
                connection.execute(insert(confirmations), rows)
            enqueue(connection, words(number), now)
        return int(number)

    def open_for(
        self, person_id: int, procedure_id: str | None = None, most: int = MOST_OPEN
    ) -> tuple[MustRead, ...]:
        """What this person has still to confirm, the most urgent first; of one procedure or all."""
        query = _OPEN if procedure_id is None else _OPEN_OF_ONE
        asked = {"person": person_id, "procedure": procedure_id, "most": most}
        with reading(self._engine) as connection:
            return tuple(_must_read(row) for row in connection.execute(query, asked))

    def how_many_for(self, person_id: int) -> int:
        """How many this person has still to confirm."""
        with reading(self._engine) as connection:
            return connection.scalar(_HOW_MANY, {"person": person_id}) or 0

    def confirmed_by(self, person_id: int, most: int) -> tuple[MustRead, ...]:
        """What they confirmed last."""
        done = confirmations.c.confirmed_at
        query = _own(done.is_not(None)).order_by(done.desc(), table.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            rows = connection.execute(query, {"person": person_id})
            return tuple(_must_read(row) for row in rows)

    def get(self, must_read_id: int) -> MustRead | None:
        """That one, with its numbers."""
        with reading(self._engine) as connection:
            query = _counted(table.c.id == min(must_read_id, GREATEST_ID))
            row = connection.execute(query).one_or_none()
        return _must_read(row) if row else None

    def of_departments(
        self, departments: Collection[str] | None, page: int, per_page: int
    ) -> MustReadList:
        """What these departments have asked (None: all), with its numbers, newest first; but for
        what a standing one asks.
        """
        which = and_(_of(departments), table.c.standing_id.is_(None))
        offset = min((max(page, 1) - 1) * per_page, GREATEST_ID)
        query = _counted(which).order_by(table.c.id.desc()).limit(per_page).offset(offset)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(table).where(which))
            found = tuple(_must_read(row) for row in connection.execute(query))
        return MustReadList(found, total or 0)

    def asked_of(self, must_read_id: int, person_id: int) -> AskedPerson | None:
        """What became of it with that person; None where they were not asked."""
        which = and_(
            confirmations.c.must_read_id == min(must_read_id, GREATEST_ID),
            confirmations.c.person_id == person_id,
        )
        return next(iter(self._asked(which, 1)), None)

    def asked_about(self, procedure_id: str, version: str) -> set[int]:
        """Whoever was asked to read that version."""
        query = select(confirmations.c.person_id).join(
            table, table.c.id == confirmations.c.must_read_id
        )
        which = and_(table.c.procedure_id == procedure_id, table.c.version == version)
        with reading(self._engine) as connection:
            return set(connection.scalars(query.where(which)))

    def missing(self, must_read_id: int, most: int | None = None) -> tuple[AskedPerson, ...]:
        """Who has not confirmed and may still sign in, by name."""
        which = and_(
            confirmations.c.must_read_id == must_read_id,
            confirmations.c.confirmed_at.is_(None),
            people.c.disabled_at.is_(None),
        )
        return self._asked(which, most)

    def everybody(self, must_read_ids: Collection[int]) -> tuple[AskedPerson, ...]:
        """All who were asked to read these, by name."""
        ids = sorted(must_read_ids)
        found: list[AskedPerson] = []
        for start in range(0, len(ids), _CHUNK):
            some = confirmations.c.must_read_id.in_(ids[start : start + _CHUNK])
            found += self._asked(some, None)
        return tuple(found)

    def confirm(
        self, must_read_id: int, person_id: int, now: datetime, answer: int | None = None
    ) -> bool:
        """This person has read it; the first time counts. False where it asks a question and the
        answer is not the right one: that is counted, and they may try again.
        """
        own = and_(
            confirmations.c.must_read_id == must_read_id,
            confirmations.c.person_id == person_id,
            confirmations.c.confirmed_at.is_(None),
        )
        with writing(self._engine, _WRITING) as connection:
            asks = select(table.c.check_question).where(table.c.id == must_read_id)
            question = connection.scalar(asks)
            right = not question or answer == question["right"]
            tried = confirmations.c.tries + (1 if question else 0)
            changes: dict[str, object] = {"tries": tried}
            if right:
                changes["confirmed_at"] = now
            connection.execute(update(confirmations).where(own).values(changes))
        return right

    def cancel(self, must_read_id: int, by: int, now: datetime) -> None:
        """Nobody has to read it any more. What was confirmed stays on record."""
        own = and_(table.c.id == must_read_id, table.c.cancelled_at.is_(None))
        with writing(self._engine, _WRITING) as connection:
            connection.execute(update(table).where(own).values(cancelled_at=now, cancelled_by=by))

    def unfinished(self, since: date, until: date) -> tuple[MustRead, ...]:
        """Those in force whose day lies there, and that somebody has not confirmed; but for what a
        standing one asks.
        """
        own = and_(table.c.cancelled_at.is_(None), table.c.standing_id.is_(None))
        which = and_(own, table.c.read_by.between(since, until))
        with reading(self._engine) as connection:
            found = [_must_read(row) for row in connection.execute(_counted(which))]
        return tuple(one for one in found if one.confirmed < one.asked)

    def _asked(self, which: ColumnElement[bool], most: int | None) -> tuple[AskedPerson, ...]:
        query = (
            select(
                confirmations.c.must_read_id,
                people.c.id,
                people.c.name,
                people.c.email,
                people.c.disabled_at.is_not(None),
                confirmations.c.confirmed_at,
                confirmations.c.tries,
            )
            .join(people, people.c.id == confirmations.c.person_id)
            .where(which)
            .order_by(people.c.sort_name, people.c.id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return tuple(AskedPerson(*row) for row in connection.execute(query))


def _of(departments: Collection[str] | None) -> ColumnElement[bool]:
    every = table.c.id > 0
    return every if departments is None else table.c.department.in_(list(departments))


def _own(which: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return (
        select(table, _ASKER.c.name.label("asker"), confirmations.c.confirmed_at)
        .join(confirmations, confirmations.c.must_read_id == table.c.id)
        .join(_ASKER, _ASKER.c.id == table.c.asked_by)
        .where(confirmations.c.person_id == bindparam("person"), which)
    )


_NOT_YET = and_(confirmations.c.confirmed_at.is_(None), table.c.cancelled_at.is_(None))
# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_OPEN = _own(_NOT_YET).order_by(table.c.read_by, table.c.id).limit(bindparam("most"))
_HOW_MANY = (
    select(func.count())
    .select_from(table.join(confirmations, confirmations.c.must_read_id == table.c.id))
    .where(confirmations.c.person_id == bindparam("person"), _NOT_YET)
)
_OPEN_OF_ONE = _OPEN.where(table.c.procedure_id == bindparam("procedure"))


def _counted(which: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """With how many were asked and have confirmed. Who was disabled before that counts no more."""
    counts = (
        select(
            confirmations.c.must_read_id,
            func.count().label("asked"),
            func.count(confirmations.c.confirmed_at).label("confirmed"),
        )
        .join(people, people.c.id == confirmations.c.person_id)
        .where(people.c.disabled_at.is_(None) | confirmations.c.confirmed_at.is_not(None))
        .group_by(confirmations.c.must_read_id)
        .subquery()
    )
    asked, confirmed = (func.coalesce(counts.c[name], 0) for name in ("asked", "confirmed"))
    return (
        select(
            table,
            _ASKER.c.name.label("asker"),
            asked.label("asked"),
            confirmed.label("confirmed"),
        )
        .join(_ASKER, _ASKER.c.id == table.c.asked_by)
        .outerjoin(counts, counts.c.must_read_id == table.c.id)
        .where(which)
    )


def _must_read(row: object) -> MustRead:
    known = {name: getattr(row, name) for name in MustRead.__struct_fields__ if hasattr(row, name)}
    question = convert(known["check_question"], Question) if known["check_question"] else None
    return MustRead(**{**known, "audience": tuple(known["audience"]), "check_question": question})
