"""What of an inbox is listed, in which order: a question as one value, answered in two statements.

`Listed` says what is asked; `Lists` answers it. The cost does not grow with what is in the inbox.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from kb.database import GREATEST_ID, LIVE, Moment, items, memberships, people, reading
from kb.feedback import records
from kb.feedback.model import OPEN, Counts, Item, Kind, Page, Reason, State, folded

NOBODY = 0  # as an assignee: what nobody works on


class Due(StrEnum):
    """How much of the promised time is left of what is open."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


class Sort(StrEnum):
    """Which stands first."""

    DUE = "due"  # earliest due
    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED = "changed"  # latest event


@dataclass(frozen=True, slots=True)
class Listed:
    """Which items are asked for. `departments` is the limit of what the one who asks may see.

    All filters hold together; None (or "") does not filter. Naming a `department` beyond the
    limit gives nothing. `reporter` is part of a name; NOBODY may be among `assignee_ids`; `text`
    is looked for in the title, the search, the passage and the comment. `page` counts from 1.
    """

    departments: AbstractSet[str]
    states: AbstractSet[State] = OPEN
    department: str | None = None
    kind: Kind | None = None
    due: Due | None = None
    procedure_id: str | None = None
    anchor: str | None = None
    reason: Reason | None = None
    reporter: str = ""
    assignee_ids: AbstractSet[int] | None = None
    text: str = ""
    sort: Sort = Sort.DUE
    page: int = 1
    per_page: int = 20
    ids: AbstractSet[int] | None = field(default=None)  # of these only


_ANSWERED = items.c.state == State.ANSWERED.value
RUNNING = and_(records.is_open(), items.c.state != State.WAITING.value)
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
        records.is_open(),
        text(LIVE),
    )
)
_OVERDUE = (
    records.query().where(RUNNING, items.c.due_at < _now).order_by(items.c.due_at, items.c.id)
)


_STAFFED = (
    select(literal(True).label("staffed"), memberships.c.department)
    .join(people, people.c.id == memberships.c.person_id)
    .where(people.c.disabled_at.is_(None), or_(bindparam("demo"), people.c.demo.is_(False)))
    .union(select(literal(False), items.c.department).where(records.is_live()))
)


class Lists:
    """Items by what is asked of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, asked: Listed, now: datetime) -> Page:
        """One page of them, and how many there are on all; two statements."""
        return self.where(which(asked, now), asked.page, asked.per_page, *_order(asked.sort))

    def where(
        self, which: ColumnElement[bool], page: int, per_page: int, *order: ColumnElement[object]
    ) -> Page:
        """The same for any clause over `items`."""
        offset = min((max(page, 1) - 1) * per_page, GREATEST_ID)
        # First which, then all that is known of them: the names and counts of what is not shown
        # would be looked up only to be sorted.
        shown = select(items.c.id).where(which).order_by(*order).limit(per_page).offset(offset)
        listed = records.query().where(items.c.id.in_(shown.scalar_subquery())).order_by(*order)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(items).where(which))
            found = tuple(records.item_from(row) for row in connection.execute(listed))
        return Page(found, total or 0)

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

    def overdue(self, now: datetime, limit: int = 1_000) -> tuple[Item, ...]:
        """What is past its promise in all departments and not waiting for its reporter.

        Those that are overdue the longest first; for whoever reminds people of them.
        """
        with reading(self._engine) as connection:
            rows = connection.execute(_OVERDUE.limit(limit), {"now": now})
            return tuple(records.item_from(row) for row in rows)


def which(asked: Listed, now: datetime) -> ColumnElement[bool]:
    """The clause over `items` of what is asked for."""
    mine = asked.departments
    if asked.department is not None:
        mine = mine & {asked.department}
    clauses = [items.c.department.in_(sorted(mine)), _in_state(asked.states)]
    for column, wanted in (
        (items.c.kind, asked.kind),
        (items.c.procedure_id, asked.procedure_id),
        (items.c.anchor, asked.anchor),
        (items.c.reason, asked.reason),
    ):
        if wanted is not None:
            clauses.append(column == str(wanted))
    clauses += [_due(asked.due, now), _by(asked.reporter), _assigned(asked.assignee_ids)]
    clauses.append(_mentions(asked.text))
    if asked.ids is not None:
        clauses.append(items.c.id.in_([id for id in asked.ids if 0 < id <= GREATEST_ID]))
    return and_(*clauses)


def _in_state(states: AbstractSet[State]) -> ColumnElement[bool]:
    return items.c.state.in_(sorted(state.value for state in states))


def _due(due: Due | None, now: datetime) -> ColumnElement[bool]:
    late, soon = items.c.due_at < now, items.c.soon_at <= now
    match due:
        case Due.OVERDUE:
            return and_(RUNNING, late)
        case Due.SOON:
            return and_(RUNNING, ~late, soon)
        case Due.LATER:
            return and_(records.is_open(), or_(~soon, items.c.state == State.WAITING.value))
    return true()


def _by(name: str) -> ColumnElement[bool]:
    folded = name.strip().casefold()
    if not folded:
        return true()
    named = select(people.c.id).where(people.c.sort_name.contains(folded, autoescape=True))
    return items.c.reporter_id.in_(named)


def _assigned(people_ids: AbstractSet[int] | None) -> ColumnElement[bool]:
    if people_ids is None:
        return true()
    known = [id for id in people_ids if 0 < id <= GREATEST_ID]
    somebodys = items.c.assignee_id.in_(known)
    return or_(somebodys, items.c.assignee_id.is_(None)) if NOBODY in people_ids else somebodys


def _mentions(text: str) -> ColumnElement[bool]:
    words = folded(text.replace("\0", "")).split()[:10]
    return and_(true(), *(items.c.folded.contains(word, autoescape=True) for word in words))


def _order(sort: Sort) -> tuple[ColumnElement[object], ...]:
    match sort:
        case Sort.DUE:
            return items.c.due_at.asc(), items.c.id.asc()
        case Sort.OLDEST:
            return items.c.created_at.asc(), items.c.id.asc()
        case Sort.CHANGED:
            return items.c.changed_at.desc(), items.c.id.desc()
    return items.c.created_at.desc(), items.c.id.desc()
