"""Dates and times as pages show them: one notation, in the time zone of who reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, g

from kb.people.time_zones import zone_of
from kb.web.site import access, wording
from kb.web.site.pages import departments

_When = TypeVar("_When", date, datetime)


def register(app: Flask) -> None:
    """Give templates their filters of time. There are no others."""
    app.jinja_env.filters.update(day=day, short_day=short_day, moment=moment, until=until)
    app.jinja_env.globals.update(zone_name=lambda: zone().key)


def zone() -> ZoneInfo:
    """The time zone of who asks, looked up once a request."""
    if "zone" not in g:
        g.zone = zone_of(access.person(), departments())
    found: ZoneInfo = g.zone
    return found


def local(when: _When) -> _When:
    """A moment where the reader is; a day is the same everywhere."""
    return when.astimezone(zone()) if isinstance(when, datetime) else when


def day(when: date) -> str:
    """ "2 Oct 2026"."""
    return wording.day(local(when))


def short_day(when: date, today: date) -> str:
    """ "2 Oct" within half a year of today."""
    there = local(when)
    return wording.short_day(there.date() if isinstance(there, datetime) else there, today)


def moment(when: datetime) -> str:
    """ "2 Oct 2026, 11:05 CEST"."""
    return wording.moment(local(when))


def until(when: datetime, now: datetime) -> str:
    """ "18:00" today, "2 Oct 2026, 11:05 CEST" on another day."""
    there = local(when)
    return wording.hour(there) if there.date() == local(now).date() else moment(when)
