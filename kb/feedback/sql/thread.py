"""What became of an item, event by event. Events are added here and nowhere else, and stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, bindparam, insert, select

from kb.database import item_events as table
from kb.database import people, reading
from kb.feedback.life_cycle import EventKind
from kb.feedback.model import Item

# What only the department sees; all else the reporter sees too.
PRIVATE = frozenset({EventKind.NOTE, EventKind.ASSIGNED, EventKind.JOINED})


class Event(Struct, frozen=True):
    """Who did what to an item, and when. `by` is None for the system.

    What `was` and `became` are is said by `EventKind`. `words` are what was written with it.
    """

    id: int
    item_id: int
    at: datetime
    by_id: int | None
    by: str | None
    kind: EventKind
    was: str
    became: str
    words: str
    visible_to_reporter: bool


# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_OF = (
    select(table, people.c.name)
    .outerjoin(people, people.c.id == table.c.by_id)
    .where(table.c.item_id == bindparam("item"))
    .order_by(table.c.id)
)
_OF_MANY = (
    select(table, people.c.name)
    .outerjoin(people, people.c.id == table.c.by_id)
    .where(table.c.item_id.in_(bindparam("items", expanding=True)))
    .where(table.c.visible_to_reporter)
    .order_by(table.c.id)
)


class Thread:
    """The events of all items. Who may read which is for the caller to know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, item: Item) -> tuple[Event, ...]:
        """All of it, oldest first, as the department sees it."""
        with reading(self._engine) as connection:
            rows = connection.execute(_OF, {"item": item.id}).all()
        return tuple(_event(row) for row in rows)

    def told(self, listed: tuple[Item, ...]) -> dict[int, tuple[Event, ...]]:
        """What the reporters see of these items, by item id; one statement for all."""
        if not listed:
            return {}
        asked = {"items": [item.id for item in listed]}
        with reading(self._engine) as connection:
            rows = connection.execute(_OF_MANY, asked).all()
        found: dict[int, tuple[Event, ...]] = {item.id: () for item in listed}
        for row in rows:
            event = _event(row)
            found[event.item_id] += (event,)
        return found


def add(
    connection: Connection,
    item_id: int,
    kind: EventKind,
    now: datetime,
    by_id: int | None,
    was: str = "",
    became: str = "",
    words: str = "",
) -> int:
    """Write down an event within the caller's transaction; its id."""
    new = insert(table).values(
        item_id=item_id,
        at=now,
        by_id=by_id,
        kind=kind.value,
        was=was,
        became=became,
        words=words,
        visible_to_reporter=kind not in PRIVATE,
    )
    (event_id,) = connection.execute(new).inserted_primary_key or (0,)
    return int(event_id)


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        item_id=row.item_id,
        at=row.at,
        by_id=row.by_id,
        by=row.name,
        kind=EventKind(row.kind),
        was=row.was,
        became=row.became,
        words=row.words,
        visible_to_reporter=row.visible_to_reporter,
    )
