"""What the catalogue hands out: procedures and lists of them, made from its rows."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from kb.documents.front_matter import FIELDS
from kb.procedures.model import Fault, Procedure, Severity

_MADE = {name: field.made for name, field in FIELDS.items() if field.made}


class Card(Struct, frozen=True):
    """A procedure and what is wrong with its file."""

    procedure: Procedure
    faults: tuple[Fault, ...] = ()


class Listing(Struct, frozen=True):
    """One page of cards; `total` counts all pages'."""

    cards: tuple[Card, ...]
    total: int


class Category(Struct, frozen=True):
    """The part of keywords before the colon, and how many procedures have it."""

    name: str
    count: int


class KeywordCount(Struct, frozen=True):
    """A keyword and how many procedures have it. `folded` is the form for addresses."""

    keyword: str
    folded: str
    count: int


class Stamp(Struct, frozen=True):
    """What the catalogue knows of a file, to tell whether it or its index entry is outdated."""

    size: int
    times: int
    version: str
    fingerprint: str
    id: str


def card_from(row: Any) -> Card:
    """Of a row of the procedures table."""
    written = [*row.faults, *row.cross_faults]
    return Card(procedure_of(row), tuple(_fault(one) for one in written))


def procedure_of(row: Any) -> Procedure:
    """Of a row of the procedures table."""
    said = {name: getattr(row, name) for name in FIELDS}
    said |= {name: made(said[name]) for name, made in _MADE.items()}
    return Procedure(path=row.path, version=row.version, changed_since=row.changed_since, **said)


def _fault(written: dict[str, Any]) -> Fault:
    return Fault(**{**written, "severity": Severity(written["severity"])})
