"""Counts of the matches by department and keyword category, and the filters on both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from kb.search.index.snapshot import Mask, Snapshot
from kb.search.results import Facet


class Narrowing:
    """What is left of the `allowed` documents of each set under the two filters.

    Each facet counts under the other's filter only, so that a person can switch.
    """

    def __init__(
        self,
        sets: Sequence[Snapshot],
        allowed: Sequence[Mask],
        department: str | None,
        category: str | None,
    ) -> None:
        self.sets = sets
        self._by_department = self._by_category = self.masks = list(allowed)
        if category is not None:
            kept = [_in_category(one, category) for one in sets]
            self._by_department = [m & k for m, k in zip(allowed, kept, strict=True)]
            self.masks = self._by_department
        if department is not None:
            kept = [_in_department(one, department) for one in sets]
            self._by_category = [m & k for m, k in zip(allowed, kept, strict=True)]
            self.masks = [m & k for m, k in zip(self.masks, kept, strict=True)]
        self.totals = [int(np.count_nonzero(mask)) for mask in self.masks]

    @property
    def total(self) -> int:
        """How many match."""
        return sum(self.totals)

    def departments(self) -> tuple[Facet, ...]:
        """The most frequent first."""
        return _facets(
            (
                zip(names, tally.counts(mask), strict=True)
                for (names, tally), mask in zip(
                    (one.departments for one in self.sets), self._by_department, strict=True
                )
            ),
            str,
        )

    def categories(self) -> tuple[Facet, ...]:
        """Categories that differ in case only count as one, shown as it was first met."""
        return _facets(
            (
                zip(names, tally.counts(mask), strict=True)
                for (names, tally), mask in zip(
                    (one.categories for one in self.sets), self._by_category, strict=True
                )
            ),
            str.casefold,
        )


def _in_department(one: Snapshot, department: str) -> Mask:
    wanted = [name == department for name in one.names.get("department", [])]
    return np.asarray(np.array(wanted, bool)[one.arrays["department"]])


def _in_category(one: Snapshot, category: str) -> Mask:
    known = one.names.get("category", [])
    return one.having("category", [name.casefold() == category.casefold() for name in known])


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
