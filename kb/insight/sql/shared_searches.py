"""Failed searches that several people share, kept as one request each that nobody has sent. SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from kb.database import GREATEST_ID, reading, writing
from kb.database import shared_searches as table

AT_LEAST = 3  # different people
LOOKED_AT = timedelta(days=30)
_WRITING = "shared searches"


class Shared(Struct, frozen=True):
    """What several people searched for in vain: `words` mean about the same, most people's first.

    `people` is how many, in the last 30 days; never who.
    """

    words: tuple[str, ...]
    department: str
    people: int
    id: int = 0
    since: datetime | None = None


class SharedSearches:
    """All of them. What a person may see is limited by the `departments` passed in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def renew(self, found: Iterable[Shared], now: datetime) -> None:
        """These are what several people share now; what is no more among them goes.

        One that was closed comes up again only when it is found after 30 days.
        """
        with writing(self._engine, _WRITING) as connection:
            known = {row.id: row for row in connection.execute(select(table))}
            for one in found:
                known.pop(_renewed(connection, known, one, now), None)
            gone = [
                id
                for id, row in known.items()
                if row.closed_at is None or now - row.closed_at > LOOKED_AT
            ]
            connection.execute(delete(table).where(table.c.id.in_(gone)))

    def open(self, departments: AbstractSet[str], page: int, per_page: int) -> tuple[Shared, ...]:
        """What is to be done about in these departments, those of most people first."""
        listed = (
            _open(departments)
            .order_by(table.c.people.desc(), table.c.id)
            .limit(per_page)
            .offset((max(page, 1) - 1) * per_page)
        )
        with reading(self._engine) as connection:
            return tuple(_shared(row) for row in connection.execute(listed))

    def count(self, departments: AbstractSet[str]) -> int:
        """How many are open in these departments."""
        counted = _open(departments).with_only_columns(func.count())
        with reading(self._engine) as connection:
            return connection.scalar(counted) or 0

    def get(self, shared_id: int, departments: AbstractSet[str]) -> Shared | None:
        """The open one of that number, if it is one of these departments'."""
        number = shared_id if 0 < shared_id <= GREATEST_ID else 0
        with reading(self._engine) as connection:
            row = connection.execute(_open(departments).where(table.c.id == number)).one_or_none()
        return _shared(row) if row is not None else None

    def close(self, shared_id: int, by: int, now: datetime) -> None:
        """It is dealt with, or nobody's business."""
        closed = update(table).where(table.c.id == shared_id).values(closed_at=now, closed_by=by)
        with writing(self._engine, _WRITING) as connection:
            connection.execute(closed)


def _renewed(connection: Connection, known: dict[int, Row[Any]], one: Shared, now: datetime) -> int:
    """The row of it: one that has any of its words, or a new one."""
    told = {
        "words": list(one.words),
        "department": one.department,
        "people": one.people,
        "counted_at": now,
    }
    row = next((row for row in known.values() if _share(row.words, one.words)), None)
    if row is None:
        new = insert(table).values(since=now, **told)
        (made,) = connection.execute(new).inserted_primary_key or (0,)
        return int(made)
    if row.closed_at is not None and now - row.closed_at > LOOKED_AT:
        told |= {"closed_at": None, "closed_by": None, "since": now}
    connection.execute(update(table).where(table.c.id == row.id).values(**told))
    return int(row.id)


def _share(some: Collection[str], others: Collection[str]) -> bool:
    return not set(some).isdisjoint(others)


def _open(departments: AbstractSet[str]) -> Any:
    return select(table).where(
        table.c.closed_at.is_(None), table.c.department.in_(list(departments))
    )


def _shared(row: Row[Any]) -> Shared:
    return Shared(tuple(row.words), row.department, row.people, row.id, row.since)
