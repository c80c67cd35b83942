"""What of an inbox is listed, and how much there is. SQL."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
)

from kb.database import GREATEST_ID, LIVE, Moment, items, memberships, people, reading
from kb.feedback.model import OPEN, Counts, Item, Page, State
from kb.feedback.sql.rows import is_live, is_open, item_from, query
from kb.feedback.sql.selection import RUNNING, Listed, order, which

_now = bindparam("now", type_=Moment)

# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_COUNTS = (
    select(
        items.c.department,
        items.c.state,
        func.count(),
        func.sum(case((and_(RUNNING, items.c.due_at < _now), 1), else_=0)),
        func.sum(
            case((and_(RUNNING, items.c.due_at >= _now, items.c.soon_at <= _now), 1), else_=0)
        ),
    )
    .where(items.c.department.in_(bindparam("departments", expanding=True)))
    .group_by(items.c.department, items.c.state)
)
_WAITING = (
    select(func.count())
    .select_from(items)
    .where(
        items.c.department.in_(bindparam("departments", expanding=True)),
        is_open(),
        text(LIVE),
    )
)
_COMPLAINTS = (
    select(items.c.procedure_id, func.count())
    .where(items.c.procedure_id.in_(bindparam("ids", expanding=True)), text(LIVE))
    .group_by(items.c.procedure_id)
)
_OVERDUE = query().where(RUNNING, items.c.due_at < _now).order_by(items.c.due_at, items.c.id)


_STAFFED = (
    select(literal(True).label("staffed"), memberships.c.department)
    .join(people, people.c.id == memberships.c.person_id)
    .where(people.c.disabled_at.is_(None), or_(bindparam("demo"), people.c.demo.is_(False)))
    .union(select(literal(False), items.c.department).where(is_live()))
)


class Lists:
    """Items by what is asked of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, asked: Listed, now: datetime) -> Page:
        """One page of them, and how many there are on all; two statements."""
        return self.where(which(asked, now), asked.page, asked.per_page, *order(asked.sort))

    def where(
        self, which: ColumnElement[bool], page: int, per_page: int, *order: ColumnElement[object]
    ) -> Page:
        """The same for any clause over `items`."""
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(items).where(which))
            listed = _listed(which, _offset(page, per_page), per_page, *order)
            found = tuple(item_from(row) for row in connection.execute(listed))
        return Page(found, total or 0)

    def shown(self, asked: Listed, now: datetime) -> tuple[Item, ...]:
        """One page of them and, where the list goes on, the one after it; one statement."""
        offset = _offset(asked.page, asked.per_page)
        listed = _listed(which(asked, now), offset, asked.per_page + 1, *order(asked.sort))
        with reading(self._engine) as connection:
            return tuple(item_from(row) for row in connection.execute(listed))

    def complaints(self, procedure_ids: AbstractSet[str]) -> dict[str, int]:
        """How many are open about each of these procedures; without those that have none."""
        if not procedure_ids:
            return {}
        with reading(self._engine) as connection:
            rows = connection.execute(_COMPLAINTS, {"ids": list(procedure_ids)}).all()
        return {row[0]: row[1] for row in rows}

    def counts(self, departments: AbstractSet[str], now: datetime) -> Counts:
        """How much these departments have, by state, and what of the open is overdue or soon."""
        with reading(self._engine) as connection:
            asked = {"now": now, "departments": list(departments)}
            rows = connection.execute(_COUNTS, asked).all()
        by_department: dict[str, int] = {}
        by_state: dict[State, int] = {}
        for department, state, number, _, _ in rows:
            by_state[State(state)] = by_state.get(State(state), 0) + number
            if state in OPEN:
                by_department[department] = by_department.get(department, 0) + number
        return Counts(
            open=sum(by_department.values()),
            answered=by_state.get(State.ANSWERED, 0),
            overdue=sum(row[3] for row in rows),
            by_department=by_department,
            soon=sum(row[4] for row in rows),
            by_state=by_state,
        )

    def deserted(self, known: AbstractSet[str], *, demo_allowed: bool) -> frozenset[str]:
        """Those of the `known` departments, and of those that have items, that have no members.

        Members are editors and reviewers who may enter. One statement.
        """
        with reading(self._engine) as connection:
            rows = connection.execute(_STAFFED, {"demo": demo_allowed}).all()
        staffed = {department for is_staffed, department in rows if is_staffed}
        return frozenset({*known, *(department for _, department in rows)} - staffed)

    def waiting(self, departments: AbstractSet[str]) -> int:
        """How much these departments have open: what every page of theirs shows."""
        with reading(self._engine) as connection:
            return connection.scalar(_WAITING, {"departments": list(departments)}) or 0

    def overdue(
        self, now: datetime, limit: int = 1_000, department: str | None = None
    ) -> tuple[Item, ...]:
        """What is past its promise in all departments, or one, and not waiting for its reporter.

        Those that are overdue the longest first; for whoever sees to them.
        """
        wanted = _OVERDUE.limit(limit)
        if department is not None:
            wanted = wanted.where(items.c.department == department)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted, {"now": now})
            return tuple(item_from(row) for row in rows)


def _offset(page: int, per_page: int) -> int:
    return min((max(page, 1) - 1) * per_page, GREATEST_ID)


def _listed(
    which: ColumnElement[bool], offset: int, most: int, *order: ColumnElement[object]
) -> Select[Any]:
    # First which, then all that is known of them: the names and counts of what is not shown
    # would be looked up only to be sorted.
    shown = select(items.c.id).where(which).order_by(*order).limit(most).offset(offset)
    return query().where(items.c.id.in_(shown.scalar_subquery())).order_by(*order)
