"""Ways to look at the inbox that a person has given a name, in the database."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Engine, delete, func, insert, select, update

from kb.database import GREATEST_ID, reading, writing
from kb.database import saved_views as table
from kb.feedback.errors import FeedbackError
from kb.feedback.model import cleaned

MOST = 20  # of one person
LONGEST_NAME = 60


class UnusableView(FeedbackError):
    """No name, or too many views already."""


class SavedView(Struct, frozen=True):
    """A name for what stands behind the ? of the inbox's address."""

    id: int
    name: str
    query: str


class SavedViews:
    """Everybody's own; nobody sees another's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, person_id: int) -> tuple[SavedView, ...]:
        """The person's views, by name."""
        query = select(table.c.id, table.c.name, table.c.query)
        listed = query.where(table.c.person_id == person_id).order_by(table.c.name, table.c.id)
        with reading(self._engine) as connection:
            return tuple(SavedView(*row) for row in connection.execute(listed))

    def save(self, person_id: int, name: str, query: str) -> None:
        """Keep it under that name, in the place of what had the name. Raises UnusableView."""
        called = " ".join(cleaned(name).split())[:LONGEST_NAME]
        if not called:
            raise UnusableView("Give the view a name.")
        own = table.c.person_id == person_id
        with writing(self._engine, "saved views") as connection:
            named = own & (table.c.name == called)
            if connection.execute(update(table).where(named).values(query=query)).rowcount:
                return
            count = select(func.count()).select_from(table).where(own)
            if (connection.scalar(count) or 0) >= MOST:
                raise UnusableView(f"You have {MOST} views already; remove one first.")
            row = {"person_id": person_id, "name": called, "query": query}
            connection.execute(insert(table).values(row))

    def remove(self, person_id: int, view_id: int) -> None:
        """Take it away, if it is this person's."""
        number = view_id if 0 < view_id <= GREATEST_ID else 0
        which = (table.c.person_id == person_id) & (table.c.id == number)
        with writing(self._engine, "saved views") as connection:
            connection.execute(delete(table).where(which))
