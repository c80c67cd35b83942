"""What two sequences have in common, found in a bounded number of steps. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence

from msgspec import Struct

MOST_STEPS = 1_000_000  # a quarter of a second
_FEW = 200  # elements; of so few, none is called frequent


class TooManySteps(Exception):
    """They repeat themselves so often that comparing them would take too long."""


class Match(Struct, frozen=True):
    """old[at_old : at_old + length] is new[at_new : at_new + length]."""

    at_old: int
    at_new: int
    length: int


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Match]:
    """The runs in common in the order of both: the longest, then those before and behind it.

    So difflib finds them, in the end. Where it takes too many steps, frequent elements begin no
    run. Raises TooManySteps where that does not help either.
    """
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    found = [Match(0, 0, head), *_inner(*middle, head)]
    found.append(Match(len(old) - tail, len(new) - tail, tail))
    return [one for one in found if one.length]


def _alike(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """How many of their first are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((nth for nth, (one, other) in pairs if one != other), min(len(old), len(new)))


def _inner(old: Sequence[Hashable], new: Sequence[Hashable], head: int) -> list[Match]:
    places: dict[Hashable, list[int]] = {}
    for at, one in enumerate(new):
        places.setdefault(one, []).append(at)
    try:
        found = _Search(old, new, places).runs()
    except TooManySteps:
        most = len(new) // 100 + 1 if len(new) >= _FEW else len(new)
        rare = {one: where for one, where in places.items() if len(where) <= most}
        found = _Search(old, new, rare).runs()
    return [Match(head + one.at_old, head + one.at_new, one.length) for one in found]


class _Search:
    """One comparison, and the steps that it has left."""

    def __init__(
        self,
        old: Sequence[Hashable],
        new: Sequence[Hashable],
        places: Mapping[Hashable, Sequence[int]],
    ) -> None:
        self._old, self._new, self._places = old, new, places
        self._left = MOST_STEPS

    def runs(self) -> list[Match]:
        """In their order. Raises TooManySteps."""
        found: list[Match] = []
        open_ones = [(0, len(self._old), 0, len(self._new))]
        while open_ones:
            old_from, old_to, new_from, new_to = open_ones.pop()
            best = self._longest(old_from, old_to, new_from, new_to)
            if best.length:
                found.append(best)
                open_ones.append((old_from, best.at_old, new_from, best.at_new))
                behind = best.at_old + best.length, best.at_new + best.length
                open_ones.append((behind[0], old_to, behind[1], new_to))
        return sorted(found, key=lambda one: one.at_old)

    def _longest(self, old_from: int, old_to: int, new_from: int, new_to: int) -> Match:
        """The longest run in common of these stretches; of several, the first."""
        best = Match(old_from, new_from, 0)
        ending: dict[int, int] = {}  # where a run ends in `new`, and how long it is
        for at_old in range(old_from, old_to):
            where = self._places.get(self._old[at_old], ())
            first, last = bisect_left(where, new_from), bisect_left(where, new_to)
            self._step(1 + last - first)
            longer: dict[int, int] = {}
            for at_new in where[first:last]:
                length = longer[at_new] = ending.get(at_new - 1, 0) + 1
                if length > best.length:
                    best = Match(at_old - length + 1, at_new - length + 1, length)
            ending = longer
        return self._with_frequent(best, old_from, old_to, new_from, new_to)

    def _with_frequent(
        self, run: Match, old_from: int, old_to: int, new_from: int, new_to: int
    ) -> Match:
        """The run with what is the same right before and behind it."""
        at_old, at_new = run.at_old, run.at_new
        while at_old > old_from and at_new > new_from and self._same(at_old - 1, at_new - 1):
            at_old, at_new = at_old - 1, at_new - 1
        end_old, end_new = run.at_old + run.length, run.at_new + run.length
        while end_old < old_to and end_new < new_to and self._same(end_old, end_new):
            end_old, end_new = end_old + 1, end_new + 1
        return Match(at_old, at_new, end_old - at_old)

    def _same(self, at_old: int, at_new: int) -> bool:
        return self._old[at_old] == self._new[at_new]

    def _step(self, many: int) -> None:
        self._left -= many
        if self._left < 0:
            raise TooManySteps
