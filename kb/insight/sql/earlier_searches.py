"""What a person searched before, for nobody but that person. The SQL of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, or_, select

from kb.database import cleared_searches, openings, reading, searches, writing

MOST = 30  # searches that are offered again
_LOOKED_AT = 300  # rows; the same words again are one search


class Earlier:
    """Searches that were sent, or from which something was opened, by the person's key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self, person_key: str) -> tuple[str, ...]:
        """Different ones as they were typed, the latest first; those of nobody are nobody's."""
        if not person_key:
            return ()
        cleared = select(cleared_searches.c.at).where(cleared_searches.c.person_key == person_key)
        query = (
            select(searches.c.query, searches.c.folded, searches.c.seen, cleared.scalar_subquery())
            .where(
                searches.c.person_key == person_key,
                or_(searches.c.finished.is_(True), searches.c.opened.is_(True)),
            )
            .order_by(searches.c.seen.desc())
            .limit(_LOOKED_AT)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found: dict[str, str] = {}
        for text, folded, seen, since in rows:
            if since is None or seen > since:
                found.setdefault(folded, text)
        return tuple(found.values())[:MOST]

    def led_to(self, person_key: str, procedure_id: str, since: datetime) -> str:
        """The latest search from which this person opened that procedure; "" for none.

        Nothing that the person has cleared, and nothing of people who are signed out.
        """
        if not person_key:
            return ""
        cleared = select(cleared_searches.c.at).where(cleared_searches.c.person_key == person_key)
        query = (
            select(searches.c.query)
            .join(openings, openings.c.search_id == searches.c.id)
            .where(
                searches.c.person_key == person_key,
                searches.c.seen >= since,
                openings.c.procedure_id == procedure_id,
                openings.c.at > func.coalesce(cleared.scalar_subquery(), since),
            )
            .order_by(openings.c.at.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or ""

    def clear(self, person_key: str, now: datetime) -> None:
        """Offer none of those up to now again. The log keeps them, under the key that it has."""
        with writing(self._engine, "search log") as connection:
            mine = cleared_searches.c.person_key == person_key
            connection.execute(delete(cleared_searches).where(mine))
            connection.execute(insert(cleared_searches).values(person_key=person_key, at=now))
