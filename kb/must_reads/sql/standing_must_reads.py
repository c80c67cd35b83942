"""Standing must-reads: what they are about, who was asked already, how far everybody is. SQL.

What one asks is written down as must-reads of its own, a row a procedure and day, so that all that
holds of must-reads holds of these. Whoever was asked for a procedure is not asked again, until a
version of it that is worth telling people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import convert, to_builtins
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kb.database import (
    GREATEST_ID,
    confirmations,
    must_reads,
    people,
    procedure_keywords,
    procedures,
    reading,
    writing,
)
from kb.database import standing_must_reads as table
from kb.documents.text.plain_text import folded
from kb.must_reads.standing import (
    InScope,
    Question,
    ReadingProgress,
    Scope,
    StandingMustRead,
    StandingWanted,
    StillToRead,
)
from kb.notices.sql.queue import Notice, enqueue
from kb.procedures.model import Status

_WRITING = "must reads"
_CHUNK = 500
_ASKER = people.alias("asker")


class StandingMustReads:
    """All of them. Who may make one, and who may read what, is for the caller to ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, wanted: StandingWanted, by: int, now: datetime) -> int:
        """A new one; nobody is asked yet."""
        row = {
            **to_builtins(wanted),
            "audience": list(wanted.audience),
            "check_question": to_builtins(wanted.check_question) if wanted.check_question else None,
        }
        with writing(self._engine, _WRITING) as connection:
            new = insert(table).values(**row, made_by=by, made_at=now)
            (number,) = connection.execute(new).inserted_primary_key or (0,)
        return int(number)

    def get(self, standing_id: int) -> StandingMustRead | None:
        """That one, with its numbers as of `made_at` of nobody in particular: today's."""
        return next(iter(self._listed(table.c.id == min(standing_id, GREATEST_ID))), None)

    def of_departments(self, departments: Collection[str] | None) -> tuple[StandingMustRead, ...]:
        """Those about procedures of these departments (None: all), in force first, newest first."""
        every = table.c.id > 0
        which = every if departments is None else table.c.department.in_(list(departments))
        return self._listed(which)

    def in_force(self) -> tuple[StandingMustRead, ...]:
        """Those that were not ended."""
        return self._listed(table.c.ended_at.is_(None))

    def end(self, standing_id: int, by: int, now: datetime) -> None:
        """Nobody is asked any more. What was confirmed stays on record."""
        ends = and_(table.c.id == standing_id, table.c.ended_at.is_(None))
        open_ones = and_(must_reads.c.standing_id == standing_id, _STANDS)
        with writing(self._engine, _WRITING) as connection:
            connection.execute(update(table).where(ends).values(ended_at=now, ended_by=by))
            connection.execute(_cancelled(by, now).where(open_ones))

    def scope_of(self, wanted: StandingWanted) -> list[InScope]:
        """The published procedures that it is about, as they are now, by id."""
        it = procedures.c
        which: list[ColumnElement[bool]] = [it.status == Status.PUBLISHED.value]
        if wanted.department:
            which.append(it.department == wanted.department)
        if wanted.scope is Scope.PROCEDURE:
            which.append(it.id == wanted.value)
        elif wanted.scope is Scope.FOLDER:
            which.append(it.path.startswith(f"{wanted.value.strip('/')}/", autoescape=True))
        elif wanted.scope is Scope.KEYWORD:
            words = procedure_keywords.c
            tagged = select(words.path).where(words.folded == folded(wanted.value))
            which.append(it.path.in_(tagged))
        query = select(it.id, it.title, it.version, it.department).where(*which).order_by(it.id)
        with reading(self._engine) as connection:
            return [InScope(*row) for row in connection.execute(query)]

    def asked(self, standing_id: int, ids: Sequence[str]) -> list[tuple[str, int, datetime]]:
        """Who was asked for which of these procedures, and when; but for what was called off."""
        query = (
            select(must_reads.c.procedure_id, confirmations.c.person_id, must_reads.c.asked_at)
            .join(confirmations, confirmations.c.must_read_id == must_reads.c.id)
            .where(must_reads.c.standing_id == standing_id)
            .where(or_(_STANDS, confirmations.c.confirmed_at.is_not(None)))
            .where(must_reads.c.procedure_id.in_(ids))
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def open_rows(self, standing_id: int) -> list[tuple[int, str, datetime]]:
        """What it asks for at present: the must-read's number, its procedure, when it was asked."""
        query = select(must_reads.c.id, must_reads.c.procedure_id, must_reads.c.asked_at).where(
            must_reads.c.standing_id == standing_id, _STANDS
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def call_off(self, must_read_ids: Sequence[int], by: int, now: datetime) -> None:
        """These are not asked for any more."""
        for some in _chunks(must_read_ids):
            with writing(self._engine, _WRITING) as connection:
                connection.execute(_cancelled(by, now).where(must_reads.c.id.in_(some)))

    def let_go(self, standing_id: int, people_ids: Collection[int]) -> None:
        """Of what is not confirmed, nothing is asked of anybody but these people."""
        own = select(must_reads.c.id).where(must_reads.c.standing_id == standing_id)
        mine = and_(confirmations.c.must_read_id.in_(own), confirmations.c.confirmed_at.is_(None))
        with reading(self._engine) as connection:
            asked = set(
                connection.scalars(select(confirmations.c.person_id).where(mine).distinct())
            )
        for some in _chunks(sorted(asked - set(people_ids))):
            with writing(self._engine, _WRITING) as connection:
                gone = delete(confirmations).where(mine, confirmations.c.person_id.in_(some))
                connection.execute(gone)

    def ask(
        self,
        one: StandingMustRead,
        wanted: Iterable[tuple[InScope, Collection[int]]],
        read_by: date,
        notices: Iterable[Notice],
        now: datetime,
    ) -> None:
        """Ask these people to read these procedures by that day. One transaction."""
        question = to_builtins(one.wanted.check_question) if one.wanted.check_question else None
        with writing(self._engine, _WRITING) as connection:
            for it, person_ids in wanted:
                new = insert(must_reads).values(
                    procedure_id=it.id,
                    version=it.version,
                    title=it.title,
                    department=it.department,
                    audience=list(one.wanted.audience),
                    read_by=read_by,
                    note=one.wanted.note,
                    asked_by=one.made_by,
                    asked_at=now,
                    standing_id=one.id,
                    check_question=question,
                )
                (number,) = connection.execute(new).inserted_primary_key or (0,)
                rows = [{"must_read_id": number, "person_id": id} for id in sorted(person_ids)]
                connection.execute(insert(confirmations), rows)
            enqueue(connection, notices, now)

    def progress(self, standing_id: int, today: date) -> tuple[ReadingProgress, ...]:
        """How far everybody is who was asked: who has most to read, and is late, first."""
        done = confirmations.c.confirmed_at.is_not(None)
        late = and_(must_reads.c.read_by < today, ~done)
        query = (
            select(
                people.c.id,
                people.c.name,
                people.c.email,
                func.count(),
                func.sum(case((done, 1), else_=0)),
                func.sum(case((late, 1), else_=0)).label("late"),
                func.sum(confirmations.c.tries),
            )
            .select_from(_JOINED)
            .where(must_reads.c.standing_id == standing_id, or_(_STANDS, done))
            .where(people.c.disabled_at.is_(None))
            .group_by(people.c.id, people.c.name, people.c.email, people.c.sort_name)
            .order_by(func.sum(case((late, 1), else_=0)).desc(), people.c.sort_name)
        )
        with reading(self._engine) as connection:
            return tuple(ReadingProgress(*row) for row in connection.execute(query))

    def still_to_read(
        self, standing_id: int, since: date, until: date, began: datetime
    ) -> list[StillToRead]:
        """Who has what to read by a day from `since` to `until`, of those who may sign in."""
        before = func.min(must_reads.c.asked_at) < began
        query = (
            select(confirmations.c.person_id, must_reads.c.read_by, func.count(), before)
            .select_from(_JOINED)
            .where(must_reads.c.standing_id == standing_id, _STANDS)
            .where(confirmations.c.confirmed_at.is_(None), people.c.disabled_at.is_(None))
            .where(must_reads.c.read_by.between(since, until))
            .group_by(confirmations.c.person_id, must_reads.c.read_by)
        )
        with reading(self._engine) as connection:
            return [
                StillToRead(row[0], row[1], row[2], bool(row[3]))
                for row in connection.execute(query)
            ]

    def _listed(self, which: ColumnElement[bool]) -> tuple[StandingMustRead, ...]:
        with reading(self._engine) as connection:
            return tuple(_standing(row) for row in connection.execute(_counted(which)))


_STANDS = must_reads.c.cancelled_at.is_(None)
_JOINED = must_reads.join(confirmations, confirmations.c.must_read_id == must_reads.c.id).join(
    people, people.c.id == confirmations.c.person_id
)


def _counted(which: ColumnElement[bool]) -> Select[Any]:
    done = confirmations.c.confirmed_at.is_not(None)
    late = and_(must_reads.c.read_by < func.current_date(), ~done)
    counts = (
        select(
            must_reads.c.standing_id,
            func.count().label("asked"),
            func.sum(case((done, 1), else_=0)).label("confirmed"),
            func.sum(case((late, 1), else_=0)).label("late"),
        )
        .select_from(_JOINED)
        .where(must_reads.c.standing_id.is_not(None), or_(_STANDS, done))
        .where(or_(people.c.disabled_at.is_(None), done))
        .group_by(must_reads.c.standing_id)
        .subquery()
    )
    numbers = [func.coalesce(counts.c[name], 0).label(name) for name in _NUMBERS]
    return (
        select(table, _ASKER.c.name.label("asker"), *numbers)
        .join(_ASKER, _ASKER.c.id == table.c.made_by)
        .outerjoin(counts, counts.c.standing_id == table.c.id)
        .where(which)
        .order_by(table.c.ended_at.is_not(None), table.c.id.desc())
    )


_NUMBERS = ("asked", "confirmed", "late")


def _standing(row: Any) -> StandingMustRead:
    question = convert(row.check_question, Question) if row.check_question else None
    wanted = StandingWanted(
        Scope(row.scope),
        row.value,
        row.department,
        tuple(row.audience),
        row.days,
        row.note,
        question,
    )
    numbers = {name: getattr(row, name) for name in _NUMBERS}
    return StandingMustRead(
        row.id, wanted, row.asker, row.made_by, row.made_at, row.ended_at, **numbers
    )


def _cancelled(by: int, now: datetime) -> Any:
    return update(must_reads).values(cancelled_at=now, cancelled_by=by)


def _chunks(every: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK))
