"""How many items each choice beside the inbox would list, all other choices kept. SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, case, func, null, select

from kb.database import items, reading
from kb.feedback.listing import RUNNING, Due, Listed, which
from kb.feedback.model import OPEN, Reason, State


@dataclass(frozen=True, slots=True)
class Cell:
    """So many items that are alike in all that can be chosen by."""

    department: str
    state: State
    reason: Reason | None
    assignee_id: int | None
    due: Due | None
    number: int


class Facets:
    """Counts in two statements, whatever is asked.

    What is answered is most of it, and is told apart no further than somebody looks.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cells(self, asked: Listed, assignee_id: int | None, now: datetime) -> tuple[Cell, ...]:
        """All open items, and the answered ones, of the words, names and procedure asked for.

        Answered ones only of that assignee, if any, and of the reason asked for, unless they are
        what is listed.
        """
        base = replace(asked, department=None, due=None, reason=None, assignee_ids=None)
        with reading(self._engine) as connection:
            found = [_cell(*row) for row in connection.execute(_open(base, now))]
            listed = State.ANSWERED in asked.states
            reason = None if listed else asked.reason
            of = frozenset({assignee_id}) if assignee_id is not None else None
            done = replace(base, reason=reason, assignee_ids=of)
            for row in connection.execute(_answered(done, now, by_reason=listed)):
                why = Reason(row[1]) if row[1] else reason
                found.append(Cell(row[0], State.ANSWERED, why, assignee_id, None, row[2]))
        return tuple(found)


def _open(base: Listed, now: datetime) -> Select[Any]:
    due = case(
        (RUNNING & (items.c.due_at < now), Due.OVERDUE.value),
        (RUNNING & (items.c.soon_at <= now), Due.SOON.value),
        else_=Due.LATER.value,
    )
    columns = (items.c.department, items.c.state, items.c.reason, items.c.assignee_id, due)
    here = which(replace(base, states=OPEN), now)
    return select(*columns, func.count()).where(here).group_by(*columns)


def _answered(base: Listed, now: datetime, *, by_reason: bool) -> Select[Any]:
    reason = items.c.reason if by_reason else null()
    columns = (items.c.department, reason) if by_reason else (items.c.department,)
    here = which(replace(base, states=frozenset({State.ANSWERED})), now)
    counted_by = select(items.c.department, reason, func.count())
    return counted_by.where(here).group_by(*columns)


def counted(
    cells: Iterable[Cell], by: Callable[[Cell], Hashable], *kept: Callable[[Cell], bool]
) -> Counter[Hashable]:
    """How many items there are by that property, of the cells that all of `kept` keep."""
    found: Counter[Hashable] = Counter()
    for cell in cells:
        if all(keeps(cell) for keeps in kept):
            found[by(cell)] += cell.number
    return found


def _cell(
    department: str,
    state: str,
    reason: str | None,
    assignee_id: int | None,
    due: str,
    number: int,
) -> Cell:
    why = Reason(reason) if reason else None
    return Cell(department, State(state), why, assignee_id, Due(due), number)
