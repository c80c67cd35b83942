"""Shares of small numbers, told with how far they can be trusted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with the interval in which the true share lies in 95 of 100 cases.

    The interval is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", Journal of the American Statistical Association 22, 1927, 209-212):
    it stays within 0 and 1 and holds for three votes as for three thousand.
    """

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share itself, from 0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def low(self) -> float:
        """The interval's lower bound; 0 of nothing."""
        return self._bound(-1)

    @property
    def high(self) -> float:
        """The interval's upper bound; 1 of nothing."""
        return self._bound(+1)

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

    def _bound(self, sign: int) -> float:
        if not self.whole:
            return 0.0 if sign < 0 else 1.0
        n, p, z2 = self.whole, self.value, _Z * _Z
        spread = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return min(1.0, max(0.0, (p + z2 / (2 * n) + sign * spread) / (1 + z2 / n)))
