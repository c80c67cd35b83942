"""What somebody is writing and has not saved yet: kept for that person alone. SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from kb.database import GREATEST_ID, reading, writing
from kb.database import drafts as table

UNDO = timedelta(days=1)  # for so long a discarded draft can be had back
_MOST = 200  # drafts of one person; of more, the oldest go


class Draft(Struct, frozen=True):
    """A text being written. `procedure_id` is None for a procedure that is not there yet.

    `base` is the file as it was opened, `form` what was typed, by the name of the field.
    """

    id: int
    person_id: int
    procedure_id: str | None
    base: bytes
    form: Mapping[str, str]
    title: str
    at: datetime
    discarded_at: datetime | None = None


class Drafts:
    """All drafts. Every method asks for the person, and shows nobody else's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        person_id: int,
        procedure_id: str | None,
        base: bytes,
        form: Mapping[str, str],
        now: datetime,
        draft_id: int | None = None,
    ) -> int:
        """Write it down in the place of the one before it, and return its number.

        A procedure that is not there yet is told by `draft_id` from others of the person.
        """
        told = {"base": base, "form": dict(form), "title": form.get("title", "")[:300], "at": now}
        own = table.c.person_id == person_id
        if procedure_id is not None:
            which = own & (table.c.procedure_id == procedure_id)
        else:
            which = own & table.c.procedure_id.is_(None) & (table.c.id == _number(draft_id))
        with writing(self._engine, "drafts") as connection:
            there = connection.scalar(select(table.c.id).where(which, _open()))
            if there is not None:
                connection.execute(update(table).where(table.c.id == there).values(told))
                return int(there)
            self._make_room(connection, person_id, now)
            row = {"person_id": person_id, "procedure_id": procedure_id, **told}
            new = insert(table).values(row).returning(table.c.id)
            return int(connection.execute(new).scalar_one())

    def of(self, person_id: int, procedure_id: str) -> Draft | None:
        """The person's draft of that procedure."""
        found = self._found(
            (table.c.person_id == person_id) & (table.c.procedure_id == procedure_id) & _open()
        )
        return found[0] if found else None

    def get(self, person_id: int, draft_id: int) -> Draft | None:
        """The person's draft of that number; discarded ones too, while they can be had back."""
        found = self._found((table.c.person_id == person_id) & (table.c.id == _number(draft_id)))
        return found[0] if found else None

    def all(self, person_id: int) -> tuple[Draft, ...]:
        """The person's drafts, the latest first."""
        return self._found((table.c.person_id == person_id) & _open())

    def count(self, person_id: int) -> int:
        """How many drafts the person has."""
        query = select(func.count()).where(table.c.person_id == person_id, _open())
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def discarded(self, person_id: int, now: datetime) -> tuple[Draft, ...]:
        """What the person discarded and can still have back, the latest first."""
        late = table.c.discarded_at > now - UNDO
        return self._found((table.c.person_id == person_id) & late)

    def discard(self, person_id: int, draft_id: int, now: datetime) -> None:
        """Put it away; it can be had back for a day."""
        which = (table.c.person_id == person_id) & (table.c.id == _number(draft_id)) & _open()
        with writing(self._engine, "drafts") as connection:
            connection.execute(delete(table).where(table.c.discarded_at < now - UNDO))
            connection.execute(update(table).where(which).values(discarded_at=now))

    def restore(self, person_id: int, draft_id: int) -> Draft | None:
        """Have a discarded one back; None where it is gone, or another has taken its place."""
        own = table.c.person_id == person_id
        with writing(self._engine, "drafts") as connection:
            row = connection.execute(
                select(table).where(own, table.c.id == _number(draft_id), ~_open())
            ).first()
            if row is None:
                return None
            newer = own & (table.c.procedure_id == row.procedure_id) & _open()
            if row.procedure_id is not None and connection.scalar(select(table.c.id).where(newer)):
                return None
            which = table.c.id == row.id
            connection.execute(update(table).where(which).values(discarded_at=None))
        return _draft(row)

    def part_from_procedure(self, person_id: int, draft_id: int) -> None:
        """It is of a procedure that is not there yet from now on."""
        which = (table.c.person_id == person_id) & (table.c.id == _number(draft_id)) & _open()
        with writing(self._engine, "drafts") as connection:
            connection.execute(update(table).where(which).values(procedure_id=None))

    def finish(self, person_id: int, draft_id: int) -> None:
        """It is saved: nothing of it stays here."""
        which = (table.c.person_id == person_id) & (table.c.id == _number(draft_id))
        with writing(self._engine, "drafts") as connection:
            connection.execute(delete(table).where(which))

    def _make_room(self, connection: Connection, person_id: int, now: datetime) -> None:
        connection.execute(delete(table).where(table.c.discarded_at < now - UNDO))
        own = select(table.c.id).where(table.c.person_id == person_id)
        old = connection.scalars(own.order_by(table.c.at.desc()).offset(_MOST - 1)).all()
        if old:
            connection.execute(delete(table).where(table.c.id.in_(old)))

    def _found(self, which: ColumnElement[bool]) -> tuple[Draft, ...]:
        query = select(table).where(which).order_by(table.c.at.desc(), table.c.id.desc())
        with reading(self._engine) as connection:
            return tuple(_draft(row) for row in connection.execute(query))


def _open() -> ColumnElement[bool]:
    return table.c.discarded_at.is_(None)


def _number(draft_id: int | None) -> int:
    return draft_id if draft_id is not None and 0 < draft_id <= GREATEST_ID else 0


def _draft(row: Any) -> Draft:
    return Draft(
        id=row.id,
        person_id=row.person_id,
        procedure_id=row.procedure_id,
        base=row.base,
        form=row.form,
        title=row.title,
        at=row.at,
        discarded_at=row.discarded_at,
    )
