"""Shares of small numbers, told with how far they can be trusted. Pure."""

from __future__ import annotations

from msgspec import Struct

from kb.feedback.intervals import wilson


class Share(Struct, frozen=True):
    """`part` of `whole`, with the interval in which the true share lies in 95 of 100 cases."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share itself, from 0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def low(self) -> float:
        """The interval's lower bound; 0 of nothing."""
        return wilson(self.value, self.whole)[0]

    @property
    def high(self) -> float:
        """The interval's upper bound; 1 of nothing."""
        return wilson(self.value, self.whole)[1]

    @property
    def rest(self) -> Share:
        """What is not in `part`."""
        return Share(self.whole - self.part, self.whole)

    def differs_from(self, other: Share) -> bool:
        """Does each lie outside the other's interval, so that it is hardly chance?"""
        if not (self.whole and other.whole):
            return False
        apart = not self.low <= other.value <= self.high
        return apart and not other.low <= self.value <= other.high

    def __add__(self, other: Share) -> Share:
        return Share(self.part + other.part, self.whole + other.whole)
