"""What a person was told, as their list on the site: newest first, read or not."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, and_, bindparam, func, select, update

from kb.database import GREATEST_ID, reading, writing
from kb.database import notices as table

# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_UNREAD = (
    select(func.count())
    .select_from(table)
    .where(table.c.person_id == bindparam("person"), table.c.read_at.is_(None))
)


class Told(Struct, frozen=True):
    """One notice as its receiver sees it."""

    id: int
    person_id: int
    kind: str
    title: str
    text: str
    link: str
    procedure_id: str | None
    created_at: datetime
    read_at: datetime | None = None
    department: str | None = None
    key: str = ""


class NoticeList(Struct, frozen=True):
    """One page of notices; `total` counts all pages', `unread` what is not read of them."""

    notices: tuple[Told, ...]
    total: int
    unread: int


class Telling:
    """Everybody's list. Whether the receiver may still see a procedure is for the caller to ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unread(self, person_id: int) -> int:
        """How many notices this person has not read."""
        with reading(self._engine) as connection:
            return connection.scalar(_UNREAD, {"person": person_id}) or 0

    def of(self, person_id: int, page: int, per_page: int) -> NoticeList:
        """A page of them, newest first; `page` from 1."""
        own = table.c.person_id == person_id
        listed = (
            select(*(table.c[name] for name in Told.__struct_fields__))
            .where(own)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
            .limit(per_page)
            .offset(min((max(page, 1) - 1) * per_page, GREATEST_ID))
        )
        counted = select(func.count(), func.count() - func.count(table.c.read_at)).where(own)
        with reading(self._engine) as connection:
            total, unread = connection.execute(counted).one()
            found = tuple(Told(**row._mapping) for row in connection.execute(listed))
        return NoticeList(found, total, unread)

    def get(self, person_id: int, notice_id: int) -> Told | None:
        """The notice of that number, if it is this person's."""
        wanted = and_(table.c.id == min(notice_id, GREATEST_ID), table.c.person_id == person_id)
        with reading(self._engine) as connection:
            columns = (table.c[name] for name in Told.__struct_fields__)
            row = connection.execute(select(*columns).where(wanted)).one_or_none()
        return Told(**row._mapping) if row else None

    def mark_read(self, person_id: int, now: datetime, notice_id: int | None = None) -> None:
        """This person has read that notice; without a number, all that were there at `now`."""
        wanted = and_(table.c.person_id == person_id, table.c.read_at.is_(None))
        if notice_id is not None:
            wanted = and_(wanted, table.c.id == min(notice_id, GREATEST_ID))
        else:
            wanted = and_(wanted, table.c.created_at <= now)
        with writing(self._engine, "notices") as connection:
            connection.execute(update(table).where(wanted).values(read_at=now))
