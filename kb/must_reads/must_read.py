"""A change that must be read, and who was asked to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

# In an audience, beside the ids of departments, which are no such words.
EVERYONE, REPS = "*everyone", "*reps"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: that this audience reads this version of a procedure by that day."""

    procedure_id: str
    version: str
    title: str
    department: str
    audience: tuple[str, ...]
    read_by: date
    note: str


@dataclass(frozen=True, slots=True)
class MustRead:
    """One change that must be read. `confirmed_at` is of the person whose list it stands in."""

    id: int
    procedure_id: str
    version: str
    title: str
    department: str
    audience: tuple[str, ...]
    read_by: date
    note: str
    asker: str
    asked_by: int
    asked_at: datetime
    cancelled_at: datetime | None
    asked: int = 0
    confirmed: int = 0
    confirmed_at: datetime | None = None

    def late(self, today: date) -> bool:
        """Has its day passed?"""
        return self.read_by < today

    @property
    def share(self) -> int:
        """How many of a hundred have confirmed; rounded down, so that 100 means all."""
        return self.confirmed * 100 // self.asked if self.asked else 0


@dataclass(frozen=True, slots=True)
class MustReadList:
    """One page of them; `total` counts all pages'."""

    must_reads: tuple[MustRead, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """One person who was asked."""

    must_read_id: int
    person_id: int
    name: str
    email: str
    disabled: bool
    confirmed_at: datetime | None
