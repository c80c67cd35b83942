"""What did not go out as it should, for administrators: whom, by which way, why. Not what."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, and_, func, or_, select, update

from kb.database import GREATEST_ID, people, reading, writing
from kb.database import deliveries as table
from kb.delivery.messages import DeliveryState

_TROUBLED = or_(
    table.c.state.in_([DeliveryState.GAVE_UP.value, DeliveryState.UNCLEAR.value]),
    and_(table.c.state == DeliveryState.QUEUED.value, table.c.error.is_not(None)),
)


class Trouble(Struct, frozen=True):
    """One message. `notices` is how many it holds; what they say is its receiver's alone."""

    person_id: int
    name: str
    channel: str
    department: str | None
    state: str
    notices: int
    attempts: int
    next_try_at: datetime
    error: str


class Troubles(Struct, frozen=True):
    """One page of them; `counts` has the number of deliveries by state."""

    listed: tuple[Trouble, ...]
    total: int
    counts: dict[str, int]


class Overview:
    """How delivering goes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def troubles(self, page: int, per_page: int) -> Troubles:
        """What waits to be tried again, was given up, or is unclear; the newest first."""
        grouped = (
            table.c.message_id,
            table.c.person_id,
            table.c.channel,
            table.c.department,
            table.c.state,
        )
        messages = (
            select(
                *grouped,
                func.count().label("notices"),
                func.max(table.c.attempts).label("attempts"),
                func.max(table.c.next_try_at).label("next_try_at"),
                func.max(table.c.error).label("error"),
                func.max(table.c.id).label("newest"),
            )
            .where(_TROUBLED)
            .group_by(*grouped)
            .subquery()
        )
        listed = (
            select(messages, people.c.name)
            .join(people, people.c.id == messages.c.person_id)
            .order_by(messages.c.newest.desc())
            .limit(per_page)
            .offset(min((max(page, 1) - 1) * per_page, GREATEST_ID))
        )
        states = select(table.c.state, func.count()).group_by(table.c.state)
        names = Trouble.__struct_fields__
        with reading(self._engine) as connection:
            rows = connection.execute(listed).all()
            total = connection.scalar(select(func.count()).select_from(messages)) or 0
            counts: dict[str, int] = dict(connection.execute(states).all())
        found = (Trouble(**{name: getattr(row, name) for name in names}) for row in rows)
        return Troubles(tuple(found), total, counts)

    def try_again(self, now: datetime) -> int:
        """All that surely did not go out is due now; how many deliveries that are."""
        again = {
            "state": DeliveryState.QUEUED.value,
            "next_try_at": now,
            "ended_at": None,
            "attempts": 0,
        }
        sure = and_(_TROUBLED, table.c.state != DeliveryState.UNCLEAR.value)
        with writing(self._engine, "notices") as connection:
            return connection.execute(update(table).where(sure).values(again)).rowcount
