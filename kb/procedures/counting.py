"""Numbers of things, as every page and message says them. Pure."""

from __future__ import annotations

_IRREGULAR = {"person": "people"}
_HISSING = ("s", "x", "z", "ch", "sh")


def counted(number: int, noun: str) -> str:
    """ "1 procedure", "1,204 procedures", "3 categories", "5 searches", "2 people"."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Of a noun, or of the last word of several: "search tests"."""
    before, space, last = noun.rpartition(" ")
    return f"{before}{space}{_IRREGULAR.get(last) or _regular(last)}"


def _regular(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(_HISSING) else f"{noun}s"
