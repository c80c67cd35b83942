"""Days as notices name them. Pure."""

from __future__ import annotations

from datetime import date

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def day_in_words(day: date) -> str:
    """ "2 Oct 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
