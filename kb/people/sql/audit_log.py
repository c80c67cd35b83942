"""The audit log: entries that are added, listed, checked and, when they are old, dropped. SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select, update

from kb.database import Rider, audit_ends, reading, take_along, writing
from kb.database import audit_entries as table
from kb.database.upsert import insert_into
from kb.people.audit import BEGINNING, AuditEntry, Break, Chained, breaks, chained

_WRITING = "audit log"
_COLUMNS = tuple(table.c[name] for name in Chained.__struct_fields__)
_AT_ONCE = 1000


class AuditFilter(Struct, frozen=True):
    """Which entries: of a kind, by or about a person, in a time, with words in them."""

    kind: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions that all hold."""
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(table.c.kind == self.kind)
        if self.person_id is not None:
            found.append(
                or_(table.c.person_id == self.person_id, table.c.about_id == self.person_id)
            )
        if self.since is not None:
            found.append(table.c.at >= self.since)
        if self.until is not None:
            found.append(table.c.at < self.until)
        if self.text:
            found.append(func.lower(table.c.told).contains(self.text.lower(), autoescape=True))
        return found


class AuditPage(Struct, frozen=True):
    """Some entries, the newest first, and how many there are of the kind that was asked for."""

    entries: tuple[Chained, ...]
    total: int


class Deed(Struct):
    """What is being done, and is to be written down."""

    rider: Rider

    def nothing_done(self) -> None:
        """It was refused."""
        self.rider.done = True


class AuditLog(Struct, frozen=True):
    """Entries are written in the transaction of what they tell of, or in one of their own."""

    engine: Engine

    def note(self, entry: AuditEntry) -> None:
        """Write it down, in a transaction of its own."""
        with writing(self.engine, _WRITING) as connection:
            append(connection, entry)

    @contextmanager
    def along(self, entry: AuditEntry, within: str) -> Iterator[Deed]:
        """Write it down with the next transaction of that kind, or at the end where there was none.

        Nothing is written where the block raises before, or says that nothing was done.
        """
        rider = Rider(within, lambda connection: append(connection, entry))
        take_along(rider)
        try:
            yield Deed(rider)
        finally:
            take_along(None)
        if not rider.done:
            self.note(entry)

    def page(self, wanted: AuditFilter, number: int, per_page: int) -> AuditPage:
        """That page of them, from 1."""
        query = select(*_COLUMNS).where(*wanted.where()).order_by(table.c.id.desc())
        query = query.limit(per_page).offset((number - 1) * per_page)
        with reading(self.engine) as connection:
            total = connection.scalar(
                select(func.count()).where(*wanted.where()).select_from(table)
            )
            return AuditPage(tuple(map(_entry, connection.execute(query))), total or 0)

    def every(self, wanted: AuditFilter) -> Iterator[Chained]:
        """All of them, the oldest first, however many."""
        after = 0
        while some := self._some(wanted, after):
            yield from some
            after = some[-1].id

    def check(self) -> list[Break]:
        """Where the chain does not hold."""
        with reading(self.engine) as connection:
            first, last = (_end(connection, name) or (0, BEGINNING) for name in ("first", "last"))
        # What is added meanwhile lies behind `last`.
        upto = (one for one in self.every(AuditFilter()) if one.id <= last[0])
        return list(breaks(upto, first, last))

    def keep(self, days: int, now: datetime) -> None:
        """Drop what is older than so many days; with 0 nothing."""
        if days:
            self.drop_before(now - timedelta(days=days))

    def drop_before(self, moment: datetime) -> int:
        """Drop what is older; the chain then begins behind it. How many went."""
        with writing(self.engine, _WRITING) as connection:
            newest = select(table.c.id, table.c.hash).where(table.c.at < moment)
            row = connection.execute(newest.order_by(table.c.id.desc()).limit(1)).one_or_none()
            if row is None:
                return 0
            gone = connection.execute(delete(table).where(table.c.id <= row.id)).rowcount
            _set_end(connection, "first", row.id, row.hash)
            return gone

    def forget(self, person_id: int) -> int:
        """Take out for good what names that person; the chain holds. How many entries."""
        theirs = or_(table.c.person_id == person_id, table.c.about_id == person_id)
        with writing(self.engine, _WRITING) as connection:
            blank = update(table).where(theirs, table.c.told.is_not(None)).values(told=None)
            return connection.execute(blank).rowcount

    def _some(self, wanted: AuditFilter, after: int) -> list[Chained]:
        query = select(*_COLUMNS).where(*wanted.where(), table.c.id > after).order_by(table.c.id)
        with reading(self.engine) as connection:
            return list(map(_entry, connection.execute(query.limit(_AT_ONCE))))


def append(connection: Connection, entry: AuditEntry) -> None:
    """Add it to the chain, as part of that transaction; nobody else adds one meanwhile."""
    last = _end(connection, "last", lock=True)
    if last is None:
        _begin(connection)
        last = _end(connection, "last", lock=True)
    number, before = last or (0, BEGINNING)
    made = chained(entry, number + 1, before)
    values = {name: getattr(made, name) for name in Chained.__struct_fields__}
    connection.execute(insert(table).values(values))
    _set_end(connection, "last", made.id, made.hash)


def _begin(connection: Connection) -> None:
    """Unless somebody else does so at this moment."""
    ends = [{"end": end, "entry_id": 0, "hash": BEGINNING} for end in ("first", "last")]
    connection.execute(insert_into(connection, audit_ends).on_conflict_do_nothing(), ends)


def _end(connection: Connection, name: str, *, lock: bool = False) -> tuple[int, str] | None:
    query = select(audit_ends.c.entry_id, audit_ends.c.hash).where(audit_ends.c.end == name)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return (row.entry_id, row.hash) if row else None


def _set_end(connection: Connection, name: str, entry_id: int, hash: str) -> None:
    change = update(audit_ends).where(audit_ends.c.end == name)
    connection.execute(change.values(entry_id=entry_id, hash=hash))


def _entry(row: Any) -> Chained:
    return Chained(*row)
