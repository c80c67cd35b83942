"""The procedures that each person keeps at hand. SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, delete, func, select

from kb.database import favourites, reading, writing
from kb.database.upsert import insert_into

MOST = 50  # of one person: the list is there to be looked through at a glance


class Favourites:
    """The favourites of all people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, person_id: int) -> tuple[str, ...]:
        """Their ids, those added last first."""
        query = select(favourites.c.procedure_id).where(favourites.c.person_id == person_id)
        query = query.order_by(favourites.c.at.desc(), favourites.c.procedure_id)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def has(self, person_id: int, procedure_id: str) -> bool:
        """Is it one of theirs?"""
        query = select(favourites.c.at).where(_one(person_id, procedure_id))
        with reading(self._engine) as connection:
            return connection.scalar(query) is not None

    def add(self, person_id: int, procedure_id: str, now: datetime) -> bool:
        """Keep it at hand. False where there are as many as there may be."""
        with writing(self._engine, "favourites") as connection:
            count = select(func.count()).where(favourites.c.person_id == person_id)
            if (connection.scalar(count) or 0) >= MOST:
                return False
            new = {"person_id": person_id, "procedure_id": procedure_id, "at": now}
            adding = insert_into(connection, favourites).values(new)
            connection.execute(adding.on_conflict_do_nothing())
        return True

    def remove(self, person_id: int, procedure_id: str) -> None:
        """No longer."""
        with writing(self._engine, "favourites") as connection:
            connection.execute(delete(favourites).where(_one(person_id, procedure_id)))


def _one(person_id: int, procedure_id: str) -> ColumnElement[bool]:
    return (favourites.c.person_id == person_id) & (favourites.c.procedure_id == procedure_id)
