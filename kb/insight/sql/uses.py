"""Which procedure was used for which ticket, and which are used most. SQL.

A ticket is known by its number alone: nothing of a customer is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Engine, func, select, union_all

from kb.cache import Cache
from kb.database import openings, procedures, reading, uses, writing
from kb.database.upsert import insert_into
from kb.procedures.model import Status

MOST_TICKETS = 5  # named beside their procedure
_TICKET = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._#/-]{0,39}")
_KEPT_FOR = timedelta(minutes=10)
_KEPT = 500  # sets of departments


class TicketUses(Struct, frozen=True):
    """A procedure with how many tickets it was used for, and the latest of them."""

    procedure_id: str
    count: int
    tickets: tuple[str, ...]


def ticket_in(typed: str) -> str | None:
    """The number of a ticket as it was typed: no words, no addresses, a digit in it."""
    bare = typed.strip()
    return bare if _TICKET.fullmatch(bare) else None


class Uses:
    """All uses, with the openings of the search log beside them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Cache[tuple[str, ...], tuple[datetime, tuple[str, ...]]] = Cache(_KEPT)

    def note(self, procedure_id: str, ticket: str, person_key: str, now: datetime) -> bool:
        """Write down that it was used for that ticket. False where that is known already."""
        new = {"procedure_id": procedure_id, "ticket": ticket, "person_key": person_key}
        with writing(self._engine, "uses") as connection:
            adding = insert_into(connection, uses).values(**new, at=now, day=now.date())
            added = connection.execute(adding.on_conflict_do_nothing().returning(uses.c.id))
            return added.scalar() is not None

    def between(self, first: date, last: date, most: int) -> list[TicketUses]:
        """What was used in these days, most tickets first."""
        within = uses.c.day.between(first, last)
        counted = select(uses.c.procedure_id, func.count().label("number")).where(within)
        counted = counted.group_by(uses.c.procedure_id)
        counted = counted.order_by(func.count().desc(), uses.c.procedure_id).limit(most)
        with reading(self._engine) as connection:
            rows = connection.execute(counted).all()
            ids = [row.procedure_id for row in rows]
            place = func.row_number().over(
                partition_by=uses.c.procedure_id, order_by=uses.c.id.desc()
            )
            ranked = select(uses.c.procedure_id, uses.c.ticket, place.label("place"))
            latest = ranked.where(within, uses.c.procedure_id.in_(ids)).subquery()
            named = connection.execute(
                select(latest).where(latest.c.place <= MOST_TICKETS).order_by(latest.c.place)
            ).all()
        tickets: dict[str, list[str]] = {}
        for row in named:
            tickets.setdefault(row.procedure_id, []).append(row.ticket)
        return [
            TicketUses(row.procedure_id, row.number, tuple(tickets[row.procedure_id]))
            for row in rows
        ]

    def most_used(
        self, departments: Collection[str], since: date, most: int, now: datetime
    ) -> tuple[str, ...]:
        """Published procedures of these departments (of all, where none is named) that were

        opened from a search or used for a ticket most often. Counted anew every ten minutes.
        """
        key = tuple(sorted(departments))
        counted, found = self._kept.get(key) or (now - _KEPT_FOR, ())
        if now - counted >= _KEPT_FOR:
            found = self._counted(key, since, most)
            self._kept.put(key, (now, found))
        return found

    def _counted(self, departments: tuple[str, ...], since: date, most: int) -> tuple[str, ...]:
        opened = select(openings.c.procedure_id).where(openings.c.day >= since)
        used = select(uses.c.procedure_id).where(uses.c.day >= since)
        every = union_all(opened, used).subquery()
        query = select(every.c.procedure_id).join(
            procedures, procedures.c.id == every.c.procedure_id
        )
        query = query.where(procedures.c.status == Status.PUBLISHED.value)
        if departments:
            query = query.where(procedures.c.department.in_(departments))
        query = query.group_by(every.c.procedure_id)
        query = query.order_by(func.count().desc(), every.c.procedure_id).limit(most)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))
