"""What its department should have answered by now. SQL."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, select

from kb.database import items as table
from kb.database import reading
from kb.feedback.sql.rows import is_running


class Late(Struct, frozen=True):
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
            .where(is_running(), table.c.due_at < now)
            .order_by(table.c.due_at, table.c.id)
        )
        with reading(self._engine) as connection:
            return [Late(*row) for row in connection.execute(wanted)]
