"""What the insight page counts: searches, words, openings, times. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import date

from msgspec import Struct, field
from msgspec.structs import astuple

SEVERAL = 2  # people: words of fewer are told without a number, and of few days not at all
LONG_ENOUGH = 7  # days that a single person's words cannot be dated in


class Span(Struct, frozen=True):
    """The days from `first` to `last`, both included, in UTC; of one department or of all."""

    first: date
    last: date
    department: str | None = None

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    @property
    def tells_singles(self) -> bool:
        """Is it long enough to show the words of a single person?"""
        return self.days >= LONG_ENOUGH


class Count(Struct, frozen=True):
    """Some searches: `none` found nothing, `weak` nothing good, of `unopened` nothing was opened.

    In `asked` of them a department was asked.
    """

    searches: int = 0
    none: int = 0
    weak: int = 0
    unopened: int = 0
    asked: int = 0

    def __add__(self, other: Count) -> Count:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Count(*(one + another for one, another in pairs))


class Words(Struct, frozen=True):
    """Searches with the same words. `hits` is what the last of them found at most."""

    folded: str
    searches: int
    people: int
    hits: int
    about: str | None
    asked: int

    @property
    def several(self) -> bool:
        """Did more than one person search for it, so that it may be counted?"""
        return self.people >= SEVERAL


class OpeningFigures(Struct):
    """How often something was opened from results, at which ranks, and what came of it."""

    ranks: Counter[int] = field(default_factory=Counter)
    ended: Counter[str | None] = field(default_factory=Counter)

    @property
    def openings(self) -> int:
        """How often."""
        return self.ranks.total()

    @property
    def rank(self) -> float:
        """The mean of the ranks, which is at least 1; 0 where it was never opened."""
        return sum(rank * times for rank, times in self.ranks.items()) / max(self.openings, 1)


class Slow(Struct, frozen=True):
    """How long answers took, in milliseconds: half and 95 % of them at most so long."""

    p50: float
    p95: float
    most: float
