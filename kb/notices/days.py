"""Days as notices and pages name them. Pure."""

from __future__ import annotations

from datetime import date

# Not strftime: it follows the server's locale.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def day_in_words(day: date) -> str:
    """ "2 Oct 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
