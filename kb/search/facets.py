"""Counts of the matches by department and keyword category, under what was chosen of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np

from kb.search.filters import CHOSEN, Values
from kb.search.index.snapshot import Mask, Snapshot, ValueCounts
from kb.search.results import Facet


class Narrowing:
    """What is left of the `allowed` documents of each set under the filters that were chosen.

    A facet counts under the filters of the others only, so that a person can switch.
    """

    def __init__(
        self, sets: Sequence[Snapshot], allowed: Sequence[Mask], chosen: Values, today: date | None
    ) -> None:
        self.sets = sets
        self._allowed = list(allowed)
        self._kept = {
            name: [CHOSEN[name](one, value, today) for one in sets] for name, value in chosen
        }
        self.masks = self._under(self._kept)
        self.totals = [int(np.count_nonzero(mask)) for mask in self.masks]

    @property
    def total(self) -> int:
        """How many match."""
        return sum(self.totals)

    def departments(self) -> tuple[Facet, ...]:
        """The most frequent first."""
        return self._facet("department", [one.departments for one in self.sets], str)

    def categories(self) -> tuple[Facet, ...]:
        """Categories that differ in case only count as one, shown as it was first met."""
        return self._facet("category", [one.categories for one in self.sets], str.casefold)

    def _facet(
        self, name: str, known: list[tuple[list[str], ValueCounts]], key: Callable[[str], str]
    ) -> tuple[Facet, ...]:
        masks = self._under(other for other in self._kept if other != name)
        return _facets(
            (
                zip(names, tally.counts(mask), strict=True)
                for (names, tally), mask in zip(known, masks, strict=True)
            ),
            key,
        )

    def _under(self, names: Iterable[str]) -> list[Mask]:
        """The documents of each set that these filters leave."""
        masks = self._allowed
        for name in names:
            masks = [mask & kept for mask, kept in zip(masks, self._kept[name], strict=True)]
        return masks


def _facets(
    found: Iterable[Iterable[tuple[str, int]]], key: Callable[[str], str]
) -> tuple[Facet, ...]:
    """The most frequent first; names of one `key` count together."""
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for pairs in found:
        for name, number in pairs:
            if number:
                same = key(name)
                shown.setdefault(same, name)
                counts[same] = counts.get(same, 0) + number
    order = sorted(counts, key=lambda same: (-counts[same], same))
    return tuple([Facet(shown[same], counts[same]) for same in order])
