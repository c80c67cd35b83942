"""What somebody who wrote a name that is not there may have meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne


def nearest(written: str, names: Iterable[str], least: float = 0.6) -> str | None:
    """The name most like it; None where all are less alike than `least`, of 1 for the same."""
    # Of a mapping it would compare the values.
    found = extractOne(written, list(names), scorer=ratio, score_cutoff=100 * least)
    return found[0] if found else None
