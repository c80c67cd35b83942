"""The bulletins that are up, put up and taken down. SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from kb.database import GREATEST_ID, bulletins, people, reading, writing
from kb.notices.bulletin import Bulletin, Draft, ensure_usable

_KEPT_FOR = timedelta(seconds=5)  # every search asks: another process may know it so much later


class Board:
    """Where they hang. One serves all threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: tuple[datetime, tuple[Bulletin, ...]] | None = None

    def up(self, now: datetime) -> tuple[Bulletin, ...]:
        """Those that hold now, the one that ends first first."""
        seen = self._seen
        if seen is None or not timedelta() <= now - seen[0] < _KEPT_FOR:
            self._seen = seen = now, self._read(now)
        return tuple(one for one in seen[1] if one.until > now)

    def put_up(self, draft: Draft, by: int, now: datetime) -> int:
        """Its number. Raises NotPutUp."""
        ensure_usable(draft, now)
        new = {
            "department": draft.department,
            "text": draft.text,
            "words": "\n".join(draft.words),
            "until": draft.until,
            "put_up_by": by,
            "put_up_at": now,
        }
        with writing(self._engine, "bulletins") as connection:
            adding = insert(bulletins).values(new).returning(bulletins.c.id)
            number: int = connection.execute(adding).scalar_one()
        self._seen = None
        return number

    def take_down(self, number: int, now: datetime) -> None:
        """It holds no longer."""
        ending = update(bulletins).where(
            bulletins.c.id == number, bulletins.c.taken_down_at.is_(None)
        )
        with writing(self._engine, "bulletins") as connection:
            connection.execute(ending.values(taken_down_at=now))
        self._seen = None

    def get(self, number: int, now: datetime) -> Bulletin | None:
        """That one, if it is up."""
        known = self._read(now) if 0 < number <= GREATEST_ID else ()
        return next((one for one in known if one.id == number), None)

    def _read(self, now: datetime) -> tuple[Bulletin, ...]:
        query = select(bulletins, people.c.name).join(people, people.c.id == bulletins.c.put_up_by)
        query = query.where(bulletins.c.until > now, bulletins.c.taken_down_at.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(bulletins.c.until, bulletins.c.id)).all()
        return tuple(
            Bulletin(
                row.id,
                row.department,
                row.text,
                tuple(row.words.splitlines()),
                row.until,
                row.name,
                row.put_up_at,
            )
            for row in rows
        )
