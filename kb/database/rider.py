"""What is written along with the next transaction of a kind: both of them, or neither."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from msgspec import Struct
from sqlalchemy import Connection


class Rider(Struct):
    """`write` is called once, at the end of the next transaction of that `what`."""

    what: str
    write: Callable[[Connection], None]
    done: bool = False


_rider: ContextVar[Rider | None] = ContextVar("rider", default=None)


def take_along(rider: Rider | None) -> None:
    """From now on, in this thread, until another is given; None for nothing."""
    _rider.set(rider)


def write_rider(connection: Connection, what: str) -> Rider | None:
    """Before the commit of a transaction of that `what`; what was written, for afterwards."""
    rider = _rider.get()
    if rider is None or rider.done or rider.what != what:
        return None
    rider.write(connection)
    return rider
