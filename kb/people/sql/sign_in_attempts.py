"""How often somebody may try to sign in. Kept in SQL, so that all workers count together."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Delete, Engine, and_, delete, func, insert, select

from kb.database import sign_in_attempts as attempts
from kb.database import writing
from kb.people.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
HOUR = timedelta(hours=1)  # what nothing here counts longer than
PER_EMAIL = 10
PER_ADDRESS = 50


class Attempts:
    """What was tried lately: sign-ins without success, and what else is to have a measure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, email: str, address: str, now: datetime) -> None:
        """Count one attempt before the password is looked at. Raises TooManyAttempts.

        Counting first is what makes the limit hold against many attempts at the same moment. A
        refused attempt is not counted: the wait ends whoever keeps trying meanwhile.
        """
        mine = {"email": _digest(email), "address": network(address)}
        with writing(self._engine, "sign-in attempts") as connection:
            connection.execute(_useless(now))
            lately = attempts.c.at > now - WINDOW
            theirs, there = (attempts.c[name] == mine[name] for name in ("email", "address"))
            oldest = [
                _oldest_of_full(connection, and_(theirs, lately), PER_EMAIL),
                _oldest_of_full(connection, and_(there, lately), PER_ADDRESS),
            ]
            waits = [at + WINDOW - now for at in oldest if at is not None]
            if waits:
                raise TooManyAttempts(max(1, math.ceil(max(waits).total_seconds())))
            connection.execute(insert(attempts).values(at=now, **mine))

    def again(self, what: str, most: int, now: datetime, within: timedelta = WINDOW) -> bool:
        """May that be done once more? At most so often `within` that time, an hour at most; then
        it is counted.
        """
        mine = {"email": _digest(what), "address": ""}
        with writing(self._engine, "sign-in attempts") as connection:
            connection.execute(_useless(now))
            which = and_(attempts.c.email == mine["email"], attempts.c.at > now - within)
            if _oldest_of_full(connection, which, most) is not None:
                return False
            connection.execute(insert(attempts).values(at=now, **mine))
            return True

    def succeeded(self, email: str, address: str) -> None:
        """Forget the attempts of this person from there: neither they nor colleagues wait."""
        with writing(self._engine, "sign-in attempts") as connection:
            mine = and_(attempts.c.email == _digest(email), attempts.c.address == network(address))
            connection.execute(delete(attempts).where(mine))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that an IPv6 household is given."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _useless(now: datetime) -> Delete:
    """Those of long ago, and those of a clock that was set back since."""
    return delete(attempts).where((attempts.c.at <= now - HOUR) | (attempts.c.at > now + WINDOW))


def _oldest_of_full(
    connection: Connection, mine: ColumnElement[bool], limit: int
) -> datetime | None:
    """When the first of `limit` attempts was; None while there is room."""
    row = connection.execute(
        select(func.count().label("tried"), func.min(attempts.c.at).label("oldest")).where(mine)
    ).one()
    oldest: datetime | None = row.oldest
    return oldest if row.tried >= limit else None


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()
