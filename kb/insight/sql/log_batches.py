"""The search log in the database: batches of events written, old ones taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    Connection,
    Engine,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from kb.database import openings, reading, searches, uses, writing
from kb.insight.events import Event, Opened, PublicResult, Searched, mark_of
from kb.insight.sessions import (
    AGAIN,
    FOLLOWED,
    SAYS,
    STAY,
    Ended,
    Opening,
    Search,
    Trail,
    added,
)
from kb.insight.sql.rows import opening_from, row_of_opening, row_of_search, search_from

PURGED_AT_ONCE = 2000  # rows in one transaction, so that nobody waits for long
_STRANGERS_FOLLOW = timedelta(minutes=10)  # a link counts so long for somebody signed out
_LONGEST = 500  # characters of a query
_KEYS_AT_ONCE = 400  # in one statement; SQLite takes 32,766 values

Fold = Callable[[str], str]


class SearchLogWriter:
    """Searches and openings of all people. `fold` makes the words of a query comparable."""

    def __init__(self, engine: Engine, fold: Fold) -> None:
        self._engine = engine
        self._fold = fold

    def write(self, events: Iterable[Event]) -> list[Event]:
        """Write a batch down; returns the openings whose search is not there (yet).

        Raises SQLAlchemy's errors, with nothing written.
        """
        batch = sorted((_found(event) for event in events), key=lambda event: event.at)
        if not batch:
            return []
        with writing(self._engine, "search log") as connection:
            trails = _trails(connection, batch)
            left = [event for event in batch if not self._add(trails, event)]
            _save(connection, trails.values())
            _settle(connection, batch[-1].at)
        return left

    def settle(self, now: datetime) -> None:
        """Whoever has not come back within half a minute has stayed."""
        due = and_(openings.c.ended.is_(None), openings.c.at <= now - STAY)
        with reading(self._engine) as connection:
            if connection.scalar(select(openings.c.id).where(due).limit(1)) is None:
                return
        with writing(self._engine, "search log") as connection:
            _settle(connection, now)

    def purge(self, before: datetime) -> int:
        """Take out what began before that moment, with its openings; how many searches."""
        gone = 0
        with reading(self._engine) as connection:
            old_use = connection.scalar(
                select(uses.c.id).where(uses.c.day < before.date()).limit(1)
            )
        if old_use is not None:
            with writing(self._engine, "uses") as connection:
                connection.execute(delete(uses).where(uses.c.day < before.date()))
        while True:
            old = select(searches.c.id).where(searches.c.day <= before.date())
            old = old.where(searches.c.at < before).limit(PURGED_AT_ONCE)
            with reading(self._engine) as connection:
                ids = connection.scalars(old).all()
            if not ids:
                return gone
            with writing(self._engine, "search log") as connection:
                connection.execute(delete(openings).where(openings.c.search_id.in_(ids)))
                connection.execute(delete(searches).where(searches.c.id.in_(ids)))
            gone += len(ids)

    def _add(self, trails: dict[str, Trail], event: Event) -> bool:
        folded, mark = "", ""
        if isinstance(event, Searched):
            folded = self._fold(event.query) or event.query.casefold()
            mark = mark_of(event.query)
            if not event.person_key:
                return _strange_search(trails, event, folded, mark)
        elif not event.person_key:
            return not isinstance(event, Opened) or _strange_opening(trails, event)
        return added(trails.setdefault(event.person_key, Trail()), event, folded, mark)


def storable(text: str) -> str:
    """The text as it can be stored: no NUL, no lone surrogates, not too long."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:_LONGEST]


def _found(event: Event) -> Event:
    """With what everybody can find, where that is still to be found out."""
    if not isinstance(event, Searched) or isinstance(event.found, PublicResult):
        return event
    return replace(event, found=event.found())


def _strange_search(trails: dict[str, Trail], event: Searched, folded: str, mark: str) -> bool:
    """Nobody knows which searches of people signed out are one: each that was sent counts."""
    if event.finished and not event.again:
        strangers = trails.setdefault("", Trail())
        strangers.searches.append(Search(event, folded, mark, event.at, event.at))
    return True


def _strange_opening(trails: dict[str, Trail], event: Opened) -> bool:
    """Of the latest search with these words; whether they stayed nobody can know."""
    known = trails.get("", Trail()).searches
    search = next((s for s in reversed(known) if s.mark == event.mark and s.at <= event.at), None)
    if search is None:
        return False
    if not any(opening.procedure_id == event.procedure_id for opening in search.openings):
        opening = Opening(event.procedure_id, event.rank, event.at, Ended.UNKNOWN)
        search.openings.append(opening)
        search.changed = True
    return True


def _trails(connection: Connection, batch: Sequence[Event]) -> dict[str, Trail]:
    """What is known of the people in the batch, as far back as its events may reach."""
    keys = sorted({event.person_key for event in batch} - {""})
    trails: dict[str, Trail] = {}
    followed = [event for event in batch if isinstance(event, Opened)]
    back = min(_reaches_back(event) for event in batch)
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        recent = and_(searches.c.person_key.in_(some), searches.c.seen >= back)
        _load(connection, recent, trails)
    marks = {event.mark for event in followed if not event.person_key}
    if marks:
        since = min(event.at for event in followed) - _STRANGERS_FOLLOW
        strange = and_(searches.c.person_key == "", searches.c.seen >= since)
        _load(connection, and_(strange, searches.c.mark.in_(marks)), trails)
    return trails


def _reaches_back(event: Event) -> datetime:
    """How old a search may be that this event is about."""
    if isinstance(event, Opened):
        return event.at - FOLLOWED
    return event.at - (AGAIN + STAY if isinstance(event, Searched) else 2 * SAYS)


def _load(connection: Connection, which: Any, trails: dict[str, Trail]) -> None:
    rows = connection.execute(select(searches).where(which).order_by(searches.c.seen)).all()
    by_id = {row.id: search_from(row) for row in rows}
    for row in rows:
        trails.setdefault(row.person_key, Trail()).searches.append(by_id[row.id])
    opened = [row.id for row in rows if row.opened]
    for start in range(0, len(opened), _KEYS_AT_ONCE):
        some = opened[start : start + _KEYS_AT_ONCE]
        found = select(openings).where(openings.c.search_id.in_(some)).order_by(openings.c.at)
        for row in connection.execute(found):
            by_id[row.search_id].openings.append(opening_from(row))


def _save(connection: Connection, trails: Iterable[Trail]) -> None:
    every = [search for trail in trails for search in trail.searches]
    new = [search for search in every if search.id is None]
    if new:
        made = insert(searches).returning(searches.c.id, sort_by_parameter_order=True)
        ids = connection.scalars(made, [row_of_search(search) for search in new]).all()
        for search, made_id in zip(new, ids, strict=True):
            search.id, search.changed = made_id, False
    _change(connection, searches, [(s.id, row_of_search(s)) for s in every if s.changed])
    found = [(search, opening) for search in every for opening in search.openings]
    fresh = [{**row_of_opening(s, o), "search_id": s.id} for s, o in found if o.id is None]
    if fresh:
        connection.execute(insert(openings), fresh)
    _change(
        connection,
        openings,
        [(o.id, row_of_opening(s, o)) for s, o in found if o.id is not None and o.changed],
    )


def _change(connection: Connection, table: Any, rows: list[tuple[int | None, Any]]) -> None:
    if not rows:
        return
    names = rows[0][1].keys()
    changed = update(table).where(table.c.id == bindparam("the_id"))
    changed = changed.values({name: bindparam(f"new_{name}") for name in names})
    values = [{"the_id": id, **{f"new_{n}": v for n, v in row.items()}} for id, row in rows]
    connection.execute(changed, values)


def _settle(connection: Connection, now: datetime) -> None:
    due = and_(openings.c.ended.is_(None), openings.c.at <= now - STAY)
    connection.execute(update(openings).where(due).values(ended=Ended.STAYED.value))
