"""A change that must be read, and who was asked to. Pure."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from kb.must_reads.standing import Question

# In an audience, beside the ids of departments, which are no such words.
EVERYONE, REPS = "*everyone", "*reps"


class Wanted(Struct, frozen=True):
    """What is asked: that this audience reads this version of a procedure by that day."""

    procedure_id: str
    version: str
    title: str
    department: str
    audience: tuple[str, ...]
    read_by: date
    note: str
    check_question: Question | None = None


class MustRead(Struct, frozen=True):
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
    standing_id: int | None = None
    check_question: Question | None = None

    def late(self, today: date) -> bool:
        """Has its day passed?"""
        return self.read_by < today

    @property
    def share(self) -> int:
        """How many of a hundred have confirmed; rounded down, so that 100 means all."""
        return self.confirmed * 100 // self.asked if self.asked else 0


class MustReadList(Struct, frozen=True):
    """One page of them; `total` counts all pages'."""

    must_reads: tuple[MustRead, ...]
    total: int


class AskedPerson(Struct, frozen=True):
    """One person who was asked."""

    must_read_id: int
    person_id: int
    name: str
    email: str
    disabled: bool
    confirmed_at: datetime | None
    tries: int = 0
