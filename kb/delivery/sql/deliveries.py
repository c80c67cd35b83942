"""The SQL of delivering: what is to go out by which way, claimed, handed over, ended.

A delivery is one notice by one way. Those that go out as one message share its `message_id`, and
move together: queued → sending → handing over → sent. Before "handing over" is written, nothing
can have reached anybody; killed after it, the delivery is unclear and never sent again. Every
step is a transaction of its own. One process at a time works here (kb/delivery/courier.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from kb.database import deliveries as table
from kb.database import digests, notices, reading, writing
from kb.delivery.messages import LONGEST_PAUSE, DeliveryState, Message, NoticeWay
from kb.delivery.sql.rows import add, doubt, handed_over, message_of
from kb.notices.sql.received import Told

_WRITING = "notices"
_TOLD = tuple(notices.c[name] for name in Told.__struct_fields__)
# By the numbers of deliveries, so that a message of many stays within a statement's parameters.
_CHUNK = 500


class Deliveries:
    """The deliveries table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unsorted(self, most: int) -> list[Told]:
        """Notices of which nothing is decided yet, the oldest first."""
        wanted = select(*_TOLD).where(notices.c.sorted.is_(False)).order_by(notices.c.id)
        with reading(self._engine) as connection:
            return [Told(**row._mapping) for row in connection.execute(wanted.limit(most))]

    def sort(self, told: Iterable[Told], ways: Iterable[NoticeWay], now: datetime) -> None:
        """These notices go out by these ways, and by no others."""
        ids = [one.id for one in told]
        with writing(self._engine, _WRITING) as connection:
            add(connection, ways, now)
            for some in _chunks(ids):
                done = update(notices).where(notices.c.id.in_(some))
                connection.execute(done.values(sorted=True))

    def awaiting_digest(self) -> list[tuple[int, str]]:
        """Who has something waiting for the next day's summary, and by which way."""
        wanted = select(table.c.person_id, table.c.channel).where(_in_no_digest()).distinct()
        with reading(self._engine) as connection:
            return [(row[0], row[1]) for row in connection.execute(wanted)]

    def unsent_digests(self) -> list[tuple[int, str, date, str]]:
        """Summaries that surely nobody has got yet: of whom, by which way, their day and id."""
        columns = (digests.c.person_id, digests.c.channel, digests.c.day, digests.c.message_id)
        wanted = (
            select(*columns)
            .join(table, table.c.message_id == digests.c.message_id)
            .where(table.c.state == DeliveryState.QUEUED.value)
            .distinct()
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def put_off(self, message_id: str) -> None:
        """A summary whose day is over: what it holds waits for the next one."""
        own = and_(table.c.message_id == message_id, table.c.state == DeliveryState.QUEUED.value)
        with writing(self._engine, _WRITING) as connection:
            connection.execute(update(table).where(own).values(message_id=None))

    def had_digest(self, day: date, people: Collection[int]) -> set[tuple[int, str]]:
        """Who of these had that day's summary, and by which way."""
        found: set[tuple[int, str]] = set()
        with reading(self._engine) as connection:
            for some in _chunks(sorted(people)):
                wanted = select(digests.c.person_id, digests.c.channel).where(
                    digests.c.day == day, digests.c.person_id.in_(some)
                )
                rows = connection.execute(wanted).all()
                found |= {(row[0], row[1]) for row in rows}
        return found

    def open_digest(
        self, person_id: int, channel: str, day: date, message_id: str, now: datetime
    ) -> bool:
        """All that waits for this person becomes one message; False when they had that day's."""
        row = {"person_id": person_id, "channel": channel, "day": day}
        waiting = and_(_in_no_digest(), table.c.person_id == person_id, table.c.channel == channel)
        try:
            with writing(self._engine, _WRITING) as connection:
                connection.execute(insert(digests).values(message_id=message_id, **row))
                ready = {"message_id": message_id, "next_try_at": now}
                connection.execute(update(table).where(waiting).values(ready))
        except IntegrityError:
            return False
        return True

    def claim(self, now: datetime, channels: Iterable[str]) -> Message | None:
        """The message that is due first, now being sent; None where none is due."""
        due = and_(
            table.c.state == DeliveryState.QUEUED.value,
            table.c.message_id.is_not(None),
            # Later than any pause: the clock was set back meanwhile.
            (table.c.next_try_at <= now) | (table.c.next_try_at > now + LONGEST_PAUSE),
            table.c.channel.in_(list(channels)),
        )
        first = select(table.c.message_id).where(due)
        first = first.order_by(table.c.digest, table.c.next_try_at, table.c.id).limit(1)
        with reading(self._engine) as connection:  # most often there is none: nobody waits for it
            if connection.scalar(first) is None:
                return None
        with writing(self._engine, _WRITING) as connection:
            message_id = connection.scalar(first)
            if message_id is None:
                return None
            own = and_(
                table.c.message_id == message_id, table.c.state == DeliveryState.QUEUED.value
            )
            connection.execute(update(table).where(own).values(state=DeliveryState.SENDING.value))
            return message_of(connection, message_id)

    def handing_over(self, message_id: str) -> None:
        """From here on it may have reached its receiver."""
        self._move(message_id, {"state": DeliveryState.HANDING_OVER.value})

    def sent(self, message_id: str, now: datetime) -> None:
        """It was taken."""
        self._move(message_id, {"state": DeliveryState.SENT.value, "ended_at": now, "error": None})

    def again(self, message: Message, at: datetime, error: str, *, counts: bool = True) -> None:
        """It was surely not taken: once more, at that time. `counts` as an attempt of its own."""
        changes = {
            "state": DeliveryState.QUEUED.value,
            "next_try_at": at,
            "error": error,
            "attempts": message.attempts + counts,
        }
        self._move(message.message_id, changes)

    def give_up(self, message_id: str, error: str, now: datetime) -> None:
        """It was tried often enough; it still stands on the page."""
        self._move(
            message_id, {"state": DeliveryState.GAVE_UP.value, "ended_at": now, "error": error}
        )

    def drop(self, delivery_ids: Sequence[int], why: str, now: datetime) -> None:
        """These need not go out any more."""
        changes = {"state": DeliveryState.DROPPED.value, "ended_at": now, "error": why}
        with writing(self._engine, _WRITING) as connection:
            for some in _chunks(delivery_ids):
                connection.execute(update(table).where(table.c.id.in_(some)).values(changes))

    def unclear(self, message_id: str, error: str, now: datetime) -> None:
        """It may have been taken or not: not sent again, but mentioned in the next summary."""
        with writing(self._engine, _WRITING) as connection:
            doubt(connection, table.c.message_id == message_id, error, now)

    def settle(self, now: datetime) -> None:
        """After a worker died: what it surely had not handed over goes out, the rest is unclear."""
        left = table.c.state.in_([DeliveryState.SENDING.value, DeliveryState.HANDING_OVER.value])
        with reading(self._engine) as connection:
            if connection.scalar(select(table.c.id).where(left).limit(1)) is None:
                return
        with writing(self._engine, _WRITING) as connection:
            untouched = update(table).where(table.c.state == DeliveryState.SENDING.value)
            connection.execute(untouched.values(state=DeliveryState.QUEUED.value, next_try_at=now))
            doubt(connection, handed_over(), "the worker ended while it was handed over", now)

    def forget(self, before: datetime) -> None:
        """Ends that lie further back are not kept."""
        old = and_(
            table.c.ended_at < before,
            table.c.state.in_([DeliveryState.SENT, DeliveryState.DROPPED]),
        )
        with reading(self._engine) as connection:
            if connection.scalar(select(table.c.id).where(old).limit(1)) is None:
                return
        with writing(self._engine, _WRITING) as connection:
            connection.execute(table.delete().where(old))

    def _move(self, message_id: str, changes: dict[str, Any]) -> None:
        moving = [DeliveryState.SENDING.value, DeliveryState.HANDING_OVER.value]
        own = and_(table.c.message_id == message_id, table.c.state.in_(moving))
        with writing(self._engine, _WRITING) as connection:
            connection.execute(update(table).where(own).values(changes))


def _in_no_digest() -> ColumnElement[bool]:
    return and_(table.c.state == DeliveryState.QUEUED.value, table.c.message_id.is_(None))


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
