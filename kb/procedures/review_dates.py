"""When a review is due: at its interval at the latest, spread over the weeks before. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

SPREAD = 0.2  # of the interval: so much earlier at most (docs/decisions/review-dates.md)


def due(procedure_id: str, reviewed: date, every: int) -> date:
    """The day by which to review again: `every` days after `reviewed`, less a share of SPREAD.

    The share depends on the id and the day of the review alone. What was confirmed on one day
    therefore does not fall due on one day, everybody works out the same date, and nobody is given
    longer than was promised.
    """
    try:
        return reviewed + timedelta(days=every - _earlier(procedure_id, reviewed, every))
    except OverflowError:
        return date.max


def _earlier(procedure_id: str, reviewed: date, every: int) -> int:
    """From 0 to SPREAD of the interval, in whole days."""
    digest = sha256(f"{procedure_id}/{reviewed}".encode("utf-8", "replace")).digest()
    share = int.from_bytes(digest[:6], "big") / 2**48
    return int(share * (int(every * SPREAD) + 1))
