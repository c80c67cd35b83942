"""How dates, times and titles read on a page. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kb.notices.days import day_in_words
from kb.procedures.counting import counted
from kb.procedures.model import Keyword

_DAYS_IN = (("year", 365), ("month", 30), ("week", 7))


def day(when: date) -> str:
    """ "2 Oct 2026"."""
    return day_in_words(when)


def short_day(when: date, today: date) -> str:
    """ "2 Oct" within half a year of today, with the year beyond."""
    return day(when) if abs((today - when).days) > 180 else day(when).rpartition(" ")[0]


def hour(when: datetime) -> str:
    """ "18:00"."""
    return f"{when:%H:%M}"


def moment(when: datetime) -> str:
    """ "2 Oct 2026, 09:05 UTC", in the time zone that it is given in."""
    return f"{day(when)}, {when:%H:%M %Z}"


def days_long(days: int) -> str:
    """A number of days in its largest fitting unit: "5 days", "3 weeks", "4 months"."""
    for unit, length in _DAYS_IN:
        if days >= 2 * length:
            return counted(days // length, unit)
    return counted(days, "day")


def overdue_by(due: date, today: date) -> str:
    """How long ago a date passed: "3 weeks"."""
    return days_long((today - due).days)


def apart(one: datetime, other: datetime) -> str:
    """How far two moments lie apart, in the largest fitting unit: "12 minutes", "3 days"."""
    minutes = int(abs((one - other).total_seconds()) // 60)
    if minutes >= 2 * 24 * 60:
        return days_long(minutes // (24 * 60))
    return counted(minutes // 60, "hour") if minutes >= 120 else counted(minutes, "minute")


def ago(when: datetime, now: datetime) -> str:
    """ "3 hours ago"; "just now" within a minute."""
    return "just now" if (now - when).total_seconds() < 60 else f"{apart(when, now)} ago"


def promised(within: timedelta) -> str:
    """A promised time: "8 hours", "2 days"."""
    minutes = max(1, round(within.total_seconds() / 60))
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        if minutes % length == 0:
            return counted(minutes // length, unit)
    return counted(minutes, "minute")


def quiet(text: str) -> str:
    """What of a title or keyword is said quietly: "Complaint:", or nothing."""
    category = Keyword(text).category
    return f"{category}:" if category else ""


def loud(text: str) -> str:
    """What is said loudly: the topic."""
    return Keyword(text).topic
