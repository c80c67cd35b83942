"""How much a review matters: use × age × complaints, and the same in words. Pure."""

from __future__ import annotations

from datetime import date
from math import log10

from msgspec import Struct

from kb.procedures.counting import counted

NEVER = 2.0  # the age of what was never reviewed: as if its interval had passed twice
OLDEST = 6.0  # beyond six intervals nothing gets older
_UNITS = (("year", 365), ("month", 30), ("week", 7))


class Facts(Struct, frozen=True):
    """What the order looks at. `openings` in the last 90 days, `complaints` are open feedback."""

    reviewed: date | None
    every: int | None
    due: date | None
    openings: int
    complaints: int


def score(facts: Facts, today: date) -> float:
    """Highest first.

    Use is 1 + log10(1 + openings), so that ten times the readers count as one step more; age is
    the days since the review by its interval (1.0 on its last day); each open complaint counts
    as much as the procedure itself.
    """
    return _use(facts) * age(facts, today) * (1 + facts.complaints)


def age(facts: Facts, today: date) -> float:
    """In intervals, from 0 to OLDEST."""
    if facts.reviewed is None:
        return NEVER
    days = max(0, (today - facts.reviewed).days)
    return min(days / (facts.every or 365), OLDEST)


def reasons(facts: Facts, today: date) -> tuple[str, ...]:
    """Why it stands where it does, each a few words: when, how old, how used, what is said."""
    return tuple(
        filter(None, (_when(facts, today), _old(facts, today), _used(facts), _said(facts)))
    )


def _use(facts: Facts) -> float:
    return 1 + log10(1 + facts.openings)


def _when(facts: Facts, today: date) -> str:
    if facts.due is None:
        return ""
    late = (today - facts.due).days
    if late > 0:
        return f"{_long(late)} overdue"
    return "due today" if late == 0 else f"due in {_long(-late)}"


def _old(facts: Facts, today: date) -> str:
    if facts.reviewed is None:
        return "never reviewed"
    days = (today - facts.reviewed).days
    told = f"reviewed {_long(days)} ago" if days > 0 else "reviewed today"
    times = age(facts, today)
    return f"{told}, {times:.1f} times its interval" if facts.every and times >= 1.5 else told


def _used(facts: Facts) -> str:
    if not facts.openings:
        return "not opened from a search in 90 days"
    times = "once" if facts.openings == 1 else f"{facts.openings:,} times"
    return f"opened {times} in 90 days"


def _said(facts: Facts) -> str:
    if not facts.complaints:
        return ""
    return counted(facts.complaints, "open complaint")


def _long(days: int) -> str:
    for unit, length in _UNITS:
        if days >= 2 * length:
            return counted(days // length, unit)
    return counted(days, "day")
