"""What was opened after a procedure in the same search, counted by people. The SQL of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from kb.cache import Cache
from kb.database import openings, reading, searches

PEOPLE = 3  # as many different ones at least, so that no one person's way is shown
MOST = 8
_KEPT_FOR = timedelta(minutes=10)
_KEPT = 4_000  # procedures


class Journeys:
    """Counts are kept for some minutes: a page must not wait for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Cache[str, tuple[datetime, tuple[str, ...]]] = Cache(_KEPT)

    def next_after(self, procedure_id: str, now: datetime) -> tuple[str, ...]:
        """Ids of what at least PEOPLE opened after it, most people first, whoever may read it."""
        counted, found = self._kept.get(procedure_id) or (now - _KEPT_FOR, ())
        if now - counted >= _KEPT_FOR:
            found = self._counted(procedure_id)
            self._kept.put(procedure_id, (now, found))
        return found

    def _counted(self, procedure_id: str) -> tuple[str, ...]:
        first, after = openings.alias("first"), openings.alias("after")
        people = func.count(searches.c.person_key.distinct())
        query = (
            select(after.c.procedure_id)
            .select_from(first)
            .join(after, after.c.search_id == first.c.search_id)
            .join(searches, searches.c.id == first.c.search_id)
            .where(
                first.c.procedure_id == procedure_id,
                after.c.procedure_id != procedure_id,
                after.c.at > first.c.at,
                searches.c.person_key != "",
            )
            .group_by(after.c.procedure_id)
            .having(people >= PEOPLE)
            .order_by(people.desc(), after.c.procedure_id)
            .limit(MOST)
        )
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))
