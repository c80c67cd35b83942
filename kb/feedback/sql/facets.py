"""How many items each choice beside the inbox would list, all other choices kept. SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
)

from kb.database import items, reading
from kb.feedback.model import OPEN, Reason, State
from kb.feedback.sql.selection import NOBODY, RUNNING, Due, Listed, which

OTHERS = -1  # as an assignee: neither nobody nor any of those who are told apart
# As many answered items are counted one by one where words or a name are looked for.
MOST = 2_000


class Cell(Struct, frozen=True):
    """So many items that are alike in all that can be chosen by.

    `state` is NEW for all that is open and does not wait for its reporter.
    """

    department: str
    state: State
    reason: Reason | None
    assignee_id: int | None
    due: Due | None
    number: int


class Found(Struct, frozen=True):
    """The cells; `more`: there are more answered items than were counted.

    `ids` are the answered items themselves, where words or a name had to be looked for.
    """

    cells: tuple[Cell, ...]
    ids: frozenset[int] | None = None
    more: bool = False

    def listed(self, asked: Listed) -> Listed:
        """The same question, to which part of the answer is known by now."""
        if self.ids is None or asked.states != {State.ANSWERED}:
            return asked
        return replace(asked, ids=self.ids, text="", reporter="")


class Facets:
    """Counts in two statements, whatever is asked.

    What is answered is most of it, and is told apart no further than somebody looks.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, asked: Listed, me: int, assignee_id: int | None, now: datetime) -> Found:
        """All open items, and the answered ones, of the words, names and procedure asked for.

        Of who works on them, only `me` and `assignee_id` are told apart. Answered ones only of
        that assignee, if any, and of the reason asked for, unless they are what is listed. Where
        words or a name are looked for, no more than MOST of the answered ones are counted.
        """
        base = replace(asked, department=None, due=None, reason=None, assignee_ids=None)
        listed = State.ANSWERED in asked.states
        done = replace(base, states=frozenset({State.ANSWERED}))
        if assignee_id is not None:
            done = replace(done, assignee_ids=frozenset({assignee_id}))
        if not listed:
            done = replace(done, reason=asked.reason)
        with reading(self._engine) as connection:
            told_apart = {me} if assignee_id is None else {me, assignee_id}
            open_ones = [_cell(*row) for row in connection.execute(_open(base, told_apart, now))]
            rows = connection.execute(_answered(done, now, by_reason=listed)).all()
        ids = frozenset(row.id for row in rows) if done.looked_for else None
        more = ids is not None and len(ids) > MOST
        answered: Counter[tuple[str, Reason | None]] = Counter()
        for department, why, number, _ in rows:
            answered[department, Reason(why) if why else done.reason] += number
        cells = [
            Cell(department, State.ANSWERED, why, assignee_id, None, number)
            for (department, why), number in answered.items()
        ]
        return Found((*open_ones, *cells), None if more else ids, more)


def _open(base: Listed, told_apart: AbstractSet[int], now: datetime) -> Select[Any]:
    due = case(
        (RUNNING & (items.c.due_at < now), Due.OVERDUE.value),
        (RUNNING & (items.c.soon_at <= now), Due.SOON.value),
        else_=Due.LATER.value,
    )
    waits = State.WAITING.value
    state = case((items.c.state == waits, waits), else_=State.NEW.value)
    whose = case(
        (items.c.assignee_id.is_(None), NOBODY),
        (items.c.assignee_id.in_(told_apart), items.c.assignee_id),
        else_=OTHERS,
    )
    columns = (items.c.department, state, items.c.reason, whose, due)
    by: list[ColumnElement[Any]] = [
        literal_column(str(number)) for number in range(1, len(columns) + 1)
    ]
    here = which(replace(base, states=OPEN), now)
    return select(*columns, func.count()).where(here).group_by(*by)


def _answered(done: Listed, now: datetime, *, by_reason: bool) -> Select[Any]:
    """Rows of department, reason, how many and, where it had to be looked for, which one."""
    reason = items.c.reason if by_reason else null().label("reason")
    if done.looked_for:
        each = select(items.c.department, reason, literal(1), items.c.id)
        return each.where(which(done, now, one_by_one=True)).limit(MOST + 1)
    columns = (items.c.department, items.c.reason) if by_reason else (items.c.department,)
    counted_by = select(items.c.department, reason, func.count(), null().label("id"))
    return counted_by.where(which(done, now)).group_by(*columns)


def _cell(
    department: str,
    state: str,
    reason: str | None,
    assignee_id: int,
    due: str,
    number: int,
) -> Cell:
    why = Reason(reason) if reason else None
    return Cell(department, State(state), why, assignee_id, Due(due), number)
