"""The queue of notices in the database: written in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from kb.database import notices as table
from kb.database.upsert import insert_into
from kb.notices.kinds import Kind


class Notice(Struct, frozen=True):
    """One thing to tell one person.

    `key` says what it is about ("answered:17:2"): a person is told once for each. `title` is one
    line, `text` may be empty, `link` is a path within the site. With a `procedure_id` it is shown
    and sent only while the receiver may read that procedure. Questions and what is overdue also go
    to the channel of the `department`; without one, of the procedure's.
    """

    person_id: int
    kind: Kind
    key: str
    title: str
    text: str
    link: str
    procedure_id: str | None = None
    department: str | None = None


def enqueue(connection: Connection, notices: Iterable[Notice], now: datetime) -> None:
    """Queue them within the caller's transaction. Who was told the same is not told again."""
    rows = [
        {
            "person_id": notice.person_id,
            "kind": str(notice.kind),
            "key": notice.key,
            # People may paste anything; PostgreSQL keeps no NUL.
            "title": notice.title.replace("\0", ""),
            "text": notice.text.replace("\0", ""),
            "link": notice.link,
            "procedure_id": notice.procedure_id,
            "created_at": now,
            "department": notice.department,
        }
        for notice in notices
    ]
    if rows:
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)
