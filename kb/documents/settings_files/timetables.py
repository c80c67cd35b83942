"""Working hours as people write them in departments.yml: "Mon-Fri 9:00-17:00". Pure."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from kb.documents.text import values
from kb.procedures.calendar import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_EXAMPLE = '"Mon-Fri 9:00-17:00"'
_STRETCH = re.compile(
    r"(?P<days>[a-z ,\-–]+?)\s*(?P<since>\d{1,2}(?:[:.]\d{2})?)\s*[-–]\s*"
    r"(?P<until>\d{1,2}(?:[:.]\d{2})?)"
)


def hours(value: Any) -> tuple[Hours, ...] | None:
    """Stretches of work: a list, or one text with ";" between several. None for nothing."""
    written = value if isinstance(value, list) else [value]
    texts = [part for each in written if (line := values.text(each)) for part in line.split(";")]
    return tuple(_stretch(text) for text in texts) or None


def holidays(value: Any) -> frozenset[date] | None:
    """Days on which nobody works. None for nothing."""
    written = value if isinstance(value, list) else [value]
    days = frozenset(day for each in written if (day := values.day(each)) is not None)
    return days or None


def zone(value: Any) -> ZoneInfo | None:
    """A time zone by its name, "Europe/Amsterdam"."""
    written = values.text(value)
    if written is None:
        return None
    try:
        return ZoneInfo(written)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{written!r} is not a time zone") from None


def written_hours(stretches: tuple[Hours, ...]) -> str:
    """The same as text: "Mon-Fri 9:00-17:00; Sat 10:00-14:00"."""
    return "; ".join(
        f"{_written_days(sorted(each.days))} {_clock(each.since)}-{_clock(each.until)}"
        for each in stretches
    )


def _stretch(text: str) -> Hours:
    found = _STRETCH.fullmatch(text.strip().casefold())
    if found is None:
        raise ValueError(f"{text.strip()!r} are no working hours")
    since, until = _time(found["since"]), _time(found["until"])
    if since >= until != time(0):
        raise ValueError(f"{text.strip()!r} ends before it begins")
    return Hours(_days(found["days"]), since, until)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.replace("–", "-").split(","):
        first, _, last = part.partition("-")
        begin = _day(first)
        end = _day(last) if last.strip() else begin
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(found)


def _day(text: str) -> int:
    name = text.strip()[:3]
    if name not in DAYS:
        raise ValueError(f"{text.strip()!r} is not a day of the week")
    return DAYS.index(name)


def _time(text: str) -> time:
    hour, _, minute = text.replace(".", ":").partition(":")
    if (int(hour), int(minute or 0)) == (24, 0):
        return time(0)
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day") from None


def _written_days(days: list[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [name.capitalize() for name in DAYS]
    return ", ".join(
        names[run[0]] if len(run) == 1 else f"{names[run[0]]}-{names[run[-1]]}" for run in runs
    )


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"
