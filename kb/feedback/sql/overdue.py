"""What its department should have answered by now. SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from kb.database import items as table
from kb.database import reading

# Nobody works on these, or it is the reporter's turn.
_RESTING = ("answered", "withdrawn", "merged", "waiting")


@dataclass(frozen=True, slots=True)
class Late:
    """An item that is overdue."""

    id: int
    department: str
    due_at: datetime


class LateItems:
    """What leads and administrators are to hear of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def at(self, now: datetime) -> list[Late]:
        """All that are overdue then, the longest first."""
        wanted = (
            select(table.c.id, table.c.department, table.c.due_at)
            .where(table.c.state.not_in(_RESTING), table.c.due_at < now)
            .order_by(table.c.due_at, table.c.id)
        )
        with reading(self._engine) as connection:
            return [Late(*row) for row in connection.execute(wanted)]
