"""What of an inbox is asked for: as one value, and as a clause over the items. SQL."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select, true

from kb.database import GREATEST_ID, items, people
from kb.feedback.model import OPEN, Kind, Reason, State, folded
from kb.feedback.sql import rows

_FEW = 8  # departments are looked up by an index
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


class Listed(Struct, frozen=True):
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
    ids: AbstractSet[int] | None = None  # of these only

    @property
    def looked_for(self) -> bool:
        """Do words or names of people have to be looked for, for which there is no index?"""
        return bool(self.text.strip() or self.reporter.strip())


RUNNING = rows.is_running()


def which(asked: Listed, now: datetime, *, one_by_one: bool = False) -> ColumnElement[bool]:
    """The clause over `items` of what is asked for.

    `one_by_one`: most rows will have to be looked at, in whatever order.
    """
    mine = asked.departments
    if asked.department is not None:
        mine = mine & {asked.department}
    department: ColumnElement[str] = items.c.department
    state: ColumnElement[str] = items.c.state
    if one_by_one and len(mine) > _FEW:
        # Found by an index, each row is fetched from elsewhere; that takes thrice as long as
        # reading all of them as they lie there. No index fits what is put together here.
        department, state = department.concat(""), state.concat("")
    clauses: list[ColumnElement[bool]] = [
        _mentions(asked.text),  # first, as most rows fail it
        department.in_(sorted(mine)),
        state.in_(sorted(map(str, asked.states))),
    ]
    for column, wanted in (
        (items.c.kind, asked.kind),
        (items.c.procedure_id, asked.procedure_id),
        (items.c.anchor, asked.anchor),
        (items.c.reason, asked.reason),
    ):
        if wanted is not None:
            clauses.append(column == str(wanted))
    clauses += [_due(asked.due, now), _by(asked.reporter), _assigned(asked.assignee_ids)]
    if asked.ids is not None:
        clauses.append(items.c.id.in_([id for id in asked.ids if 0 < id <= GREATEST_ID]))
    return and_(*clauses)


def _due(due: Due | None, now: datetime) -> ColumnElement[bool]:
    late, soon = items.c.due_at < now, items.c.soon_at <= now
    match due:
        case Due.OVERDUE:
            return and_(RUNNING, late)
        case Due.SOON:
            return and_(RUNNING, ~late, soon)
        case Due.LATER:
            return and_(rows.is_open(), or_(~soon, items.c.state == State.WAITING.value))
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


def order(sort: Sort) -> tuple[ColumnElement[object], ...]:
    """Which stands first; never two alike."""
    match sort:
        case Sort.DUE:
            return items.c.due_at.asc(), items.c.id.asc()
        case Sort.OLDEST:
            return items.c.created_at.asc(), items.c.id.asc()
        case Sort.CHANGED:
            return items.c.changed_at.desc(), items.c.id.desc()
    return items.c.created_at.desc(), items.c.id.desc()
