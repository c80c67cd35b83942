"""How many items each choice beside the inbox would list, all other choices kept. SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, case, func, select

from kb.database import items, reading
from kb.feedback.listing import NOBODY, RUNNING, Due, Listed, which
from kb.feedback.model import OPEN, Reason, State
from kb.feedback.records import is_open

_SHOWN = OPEN | {State.ANSWERED}


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
    """Counts in one statement, whatever is asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cells(self, asked: Listed, now: datetime) -> tuple[Cell, ...]:
        """All items of the words, names and procedure that were asked for, by all else."""
        base = replace(
            asked,
            states=_SHOWN,
            department=None,
            due=None,
            reason=None,
            assignee_ids=None,
        )
        due = case(
            (RUNNING & (items.c.due_at < now), Due.OVERDUE.value),
            (RUNNING & (items.c.soon_at <= now), Due.SOON.value),
            (items.c.state.in_([state.value for state in OPEN]), Due.LATER.value),
        )
        columns = (
            items.c.department,
            items.c.state,
            items.c.reason,
            _assignee(asked),
            due,
        )
        query = select(*columns, func.count()).where(which(base, now)).group_by(*columns)
        with reading(self._engine) as connection:
            return tuple(_cell(*row) for row in connection.execute(query))


def _assignee(asked: Listed) -> ColumnElement[int | None]:
    """Who works on it; of what is answered only where that is asked for, to have fewer cells."""
    wanted = asked.assignee_ids or frozenset()
    if NOBODY in wanted:
        return items.c.assignee_id
    kept = is_open() | items.c.assignee_id.in_(sorted(wanted))
    return case((kept, items.c.assignee_id))


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
    due: str | None,
    number: int,
) -> Cell:
    return Cell(
        department,
        State(state),
        Reason(reason) if reason else None,
        assignee_id,
        Due(due) if due else None,
        number,
    )
