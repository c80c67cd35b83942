"""How well a department serves: votes, answers, what is read, what is not found. SQL.

However many procedures there are, each question is one statement.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Table,
    and_,
    case,
    func,
    literal_column,
    select,
)

from kb.database import ignored_searches, items, openings, procedures, reading, searches, votes
from kb.departments.proportions import Share
from kb.departments.sql.workload import Workload, standing
from kb.procedures.model import Status

WEEKS = timedelta(days=28)  # what is told of "now" is of so long, and compared with as long before
RATED = timedelta(days=182)  # votes by which a procedure is rated
_SEVERAL = 2  # "no"s from which a procedure may be called badly rated
# As the partial index has it, or it would not be used.
_WEAK: ColumnElement[bool] = literal_column("NOT convincing")


class Rated(Struct, frozen=True):
    """A procedure with the votes of half a year, and how many said no lately and before that."""

    id: str
    title: str
    helpful: Share
    recent_no: int
    before_no: int


class VoteFigures(Struct, frozen=True):
    """What was said in these four weeks and the four before, and the worst rated."""

    recent: Share
    before: Share
    worst: tuple[Rated, ...]


class Read(Struct, frozen=True):
    """A procedure and how often it was opened from search results, lately and before."""

    id: str
    title: str
    recent: int
    before: int


class Failed(Struct, frozen=True):
    """Words that found nothing good: how many people and searches lately, how many before."""

    folded: str
    people: int
    recent: int
    before: int


class Failures(Struct, frozen=True):
    """How many searches near the department's topics failed, and the words of most people."""

    recent: int
    before: int
    words: tuple[Failed, ...]


class Chosen(Struct, frozen=True):
    """One page of procedures' ids; `total` counts all pages'."""

    ids: tuple[str, ...]
    total: int


class Health:
    """Reads for one department at a time. Whether somebody may see it is for the caller to ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standing(
        self, department: str, today: date, now: datetime, email: str, person_id: int = 0
    ) -> Workload:
        """What waits there, and how much of it is this person's."""
        with reading(self._engine) as connection:
            return standing(connection, department, today, now, email.casefold(), person_id)

    def votes(self, department: str, now: datetime, most: int) -> VoteFigures:
        """Votes on its published procedures, whatever version they were about.

        The worst are those of which it is surest that many say no: by the lower bound of that
        share's interval, so that one "no" of one vote does not stand above 20 of 60.
        """
        lately, earlier = votes.c.at >= now - WEEKS, _between(votes.c.at, now)
        no = votes.c.helpful.is_(False)
        counted = {
            "yes": votes.c.helpful.is_(True),
            "every": votes.c.id > 0,
            "recent": lately,
            "recent_no": and_(lately, no),
            "before": earlier,
            "before_no": and_(earlier, no),
        }
        query = (
            select(
                procedures.c.id,
                procedures.c.title,
                *(_sum(which).label(name) for name, which in counted.items()),
            )
            .join(votes, votes.c.procedure_id == procedures.c.id)
            .where(_of(department), votes.c.at >= now - RATED)
            .group_by(procedures.c.id, procedures.c.title)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        rated = [
            Rated(row.id, row.title, Share(row.yes, row.every), row.recent_no, row.before_no)
            for row in rows
        ]
        rated = [one for one in rated if one.helpful.rest.part >= _SEVERAL]
        rated.sort(key=lambda one: (-one.helpful.rest.low, one.title, one.id))
        return VoteFigures(
            _together(rows, "recent"), _together(rows, "before"), tuple(rated[:most])
        )

    def listed(self, department: str, status: str, page: int, per_page: int) -> Chosen:
        """One page, from 1, of its procedures of that status, by title."""
        wanted = and_(procedures.c.department == department, procedures.c.status == status)
        query = select(procedures.c.id).where(wanted)
        query = query.order_by(procedures.c.sort_title, procedures.c.path)
        query = query.offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(procedures).where(wanted))
            return Chosen(tuple(connection.scalars(query)), total or 0)

    def answered(self, department: str, now: datetime) -> tuple[Share, Share]:
        """What was answered in time, of all that was answered lately and before that."""
        lately, earlier = items.c.answered_at >= now - WEEKS, _between(items.c.answered_at, now)
        in_time = items.c.answered_at <= items.c.due_at
        counted = (and_(lately, in_time), lately, and_(earlier, in_time), earlier)
        query = select(*(_sum(which) for which in counted)).where(
            items.c.department == department, items.c.answered_at >= now - 2 * WEEKS
        )
        with reading(self._engine) as connection:
            row = [int(number or 0) for number in connection.execute(query).one()]
        return Share(row[0], row[1]), Share(row[2], row[3])

    def read(self, department: str, today: date, most: int) -> tuple[Read, ...]:
        """Its published procedures that were opened most from search results."""
        lately, earlier = _days(openings, today)
        recent = _sum(lately).label("recent")
        query = (
            select(procedures.c.id, procedures.c.title, recent, _sum(earlier).label("before"))
            .join(openings, openings.c.procedure_id == procedures.c.id)
            .where(_of(department), openings.c.day > today - 2 * WEEKS)
            .group_by(procedures.c.id, procedures.c.title, procedures.c.sort_title)
            .having(recent > 0)
            .order_by(recent.desc(), procedures.c.sort_title, procedures.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(Read(*row) for row in connection.execute(query.limit(most)))

    def failures(self, department: str, today: date, most: int) -> Failures:
        """Searches that seemed to concern it and found nothing good, but for the ignored ones."""
        lately, earlier = _days(searches, today)
        recent = _sum(lately).label("recent")
        people = func.count(func.distinct(case((lately, searches.c.person_key)))).label("people")
        heeded = searches.c.folded.not_in(select(ignored_searches.c.folded))
        failed = and_(
            _WEAK,
            searches.c.about == department,
            searches.c.day > today - 2 * WEEKS,
            heeded,
        )
        every = select(recent, _sum(earlier).label("before")).where(failed)
        words = (
            select(searches.c.folded, people, recent, _sum(earlier).label("before"))
            .where(failed)
            .group_by(searches.c.folded)
            .having(recent > 0)
            .order_by(people.desc(), recent.desc(), searches.c.folded)
        )
        with reading(self._engine) as connection:
            row = connection.execute(every).one()
            listed = connection.execute(words.limit(most)).all()
        found = tuple(Failed(*one) for one in listed)
        return Failures(int(row.recent or 0), int(row.before or 0), found)


def _of(department: str) -> ColumnElement[bool]:
    return and_(
        procedures.c.department == department, procedures.c.status == Status.PUBLISHED.value
    )


def _between(at: Column[datetime], now: datetime) -> ColumnElement[bool]:
    return and_(at >= now - 2 * WEEKS, at < now - WEEKS)


def _days(table: Table, today: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Within the last four weeks, today included; within the four before."""
    lately = table.c.day > today - WEEKS
    return lately, and_(table.c.day > today - 2 * WEEKS, table.c.day <= today - WEEKS)


def _together(rows: Any, name: str) -> Share:
    every = sum(getattr(row, name) for row in rows)
    return Share(every - sum(getattr(row, f"{name}_no") for row in rows), every)


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))
