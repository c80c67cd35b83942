"""Front-matter values as people write them: text, lists, days, periods. Pure.

Each takes what YAML gave (text, None, a list or a mapping) and raises ValueError with a sentence
fragment that says what is wrong.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from kb.documents.text.plain_text import folded, tidy

_DAYS = {"day": 1, "week": 7, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
_WORDS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "yearly": 365, "annually": 365}
_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24, "week": 168}
_PERIOD = re.compile(r"(\d{1,5})\s*([a-z]+?)s?")
MAX_ITEMS = 500


def text(value: Any) -> str | None:
    """One line of text; None for nothing. A list of one is that one; `Name: x` is put together."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and len(value) == 1:
        ((key, inner),) = value.items()
        value = f"{key}: {inner}" if isinstance(inner, str) else value
    if isinstance(value, dict | list):
        raise ValueError("is not one line of text")
    return tidy(value) or None if value is not None else None


def texts(value: Any) -> tuple[str, ...]:
    """Several texts: a list, or one text with commas. What is said twice is kept once."""
    if isinstance(value, str):
        value = value.strip().removeprefix("[").removesuffix("]").split(",")
    if isinstance(value, dict):  # "keywords: {Complaint: Late Shipment}"
        value = [{key: inner} for key, inner in value.items()]
    if value is None:
        return ()
    kept: dict[str, str] = {}
    for item in value[:MAX_ITEMS]:
        written = text(item)
        if written:
            kept.setdefault(folded(written), written)
    return tuple(kept.values())


def day(value: Any) -> date | None:
    """A day as 2025-03-31, with or without a time after it."""
    written = text(value)
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]|$)", written)
        try:
            return date(int(found[1]), int(found[2]), int(found[3])) if found else _no_day(written)
        except ValueError:
            return _no_day(written)


def days(value: Any) -> int | None:
    """A period in days: "6 months", "90 days", "1 year", "yearly" or a bare number of days."""
    written = text(value)
    if written is None:
        return None
    lower = written.casefold()
    if lower in _WORDS:
        return _WORDS[lower]
    found = _PERIOD.fullmatch(f"{lower} days" if lower.isdecimal() else lower)
    if found is None or found[2] not in _DAYS or int(found[1]) == 0:
        raise ValueError(f"{written!r} is no period")
    return round(int(found[1]) * _DAYS[found[2]])


def within(value: Any) -> timedelta | None:
    """A time to answer in: "8 hours", "2 days"; a bare number is hours."""
    written = text(value)
    if written is None:
        return None
    lower = written.casefold()
    found = _PERIOD.fullmatch(f"{lower} hours" if lower.isdecimal() else lower)
    if found is None or found[2] not in _HOURS or int(found[1]) == 0:
        raise ValueError(f"{written!r} is not a time to answer in")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def address(value: Any) -> str | None:
    """An e-mail address, taken out of `Name <address>`; other text stays as it is."""
    written = text(value)
    found = re.search(r"<([^<>\s]+@[^<>\s]+)>", written) if written else None
    return found[1].casefold() if found else _casefolded_address(written)


def _casefolded_address(written: str | None) -> str | None:
    return written.casefold() if written and "@" in written and " " not in written else written


def _no_day(written: str) -> date:
    raise ValueError(f"{written!r} is not a date")
