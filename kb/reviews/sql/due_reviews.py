"""Which published procedures fall due for review by a day. SQL."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import Engine, select

from kb.database import procedures as table
from kb.database import reading
from kb.procedures.model import Status


class DueReview(Struct, frozen=True):
    """A procedure and the day by which it must be reviewed. `owner`, `deputy`: addresses."""

    id: str
    title: str
    department: str
    owner: str | None
    deputy: str | None
    due: date


class DueReviews:
    """What people are to be reminded of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def until(self, day: date) -> list[DueReview]:
        """Due on that day or before, in the order in which they fall due."""
        columns = (table.c[name] for name in DueReview.__struct_fields__)
        wanted = (
            select(*columns)
            .where(table.c.status == Status.PUBLISHED.value, table.c.due <= day)
            .order_by(table.c.due, table.c.id)
        )
        with reading(self._engine) as connection:
            return [DueReview(*row) for row in connection.execute(wanted)]
