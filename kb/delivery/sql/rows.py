"""Rows of the deliveries table within a transaction: added, doubted, put together as a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from kb.database import deliveries as table
from kb.database import notices
from kb.database.upsert import insert_into
from kb.delivery.messages import DeliveryState, Message, MessageLine, NoticeWay
from kb.notices.sql.received import Told

TOLD = tuple(notices.c[name] for name in Told.__struct_fields__)


def doubt(connection: Connection, which: ColumnElement[bool], error: str, now: datetime) -> None:
    """These are unclear; what a person was to get is mentioned in their next summary, once."""
    which = and_(which, handed_over())
    rows = connection.execute(select(table).where(which)).all()
    ended = {"state": DeliveryState.UNCLEAR.value, "ended_at": now, "error": error}
    connection.execute(update(table).where(which).values(ended))
    again = [
        NoticeWay(
            notice_id=row.notice_id,
            person_id=row.person_id,
            channel=row.channel,
            once=f"{row.channel}:{row.notice_id}:doubtful",
            digest=True,
            doubtful=True,
        )
        for row in rows
        if row.department is None
    ]
    add(connection, again, now)


def add(connection: Connection, ways: Iterable[NoticeWay], now: datetime) -> None:
    rows = [
        {
            "once": way.once,
            "notice_id": way.notice_id,
            "person_id": way.person_id,
            "channel": way.channel,
            "department": way.department,
            "digest": way.digest,
            "state": DeliveryState.QUEUED.value,
            "attempts": 0,
            "next_try_at": now,
            "message_id": way.message_id,
            "doubtful": way.doubtful,
        }
        for way in ways
    ]
    if rows:
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


def message_of(connection: Connection, message_id: str) -> Message:
    columns = (table.c.id.label("delivery_id"), table.c.doubtful, table.c.attempts)
    ways = (table.c.channel, table.c.department.label("own_channel"), table.c.digest)
    wanted = (
        select(*TOLD, *columns, *ways)
        .join(notices, notices.c.id == table.c.notice_id)
        .where(table.c.message_id == message_id, table.c.state == DeliveryState.SENDING.value)
        .order_by(notices.c.created_at, notices.c.id)
    )
    rows = connection.execute(wanted).all()
    lines = [
        MessageLine(
            row.delivery_id,
            Told(**{name: getattr(row, name) for name in Told.__struct_fields__}),
            row.doubtful,
        )
        for row in rows
    ]
    first = rows[0]
    channel = first.channel
    return Message(
        message_id=message_id,
        channel=channel,
        person_id=first.person_id,
        department=first.own_channel,
        digest=first.digest,
        attempts=max(row.attempts for row in rows),
        lines=tuple(lines),
    )


def handed_over() -> ColumnElement[bool]:
    return table.c.state == DeliveryState.HANDING_OVER.value
