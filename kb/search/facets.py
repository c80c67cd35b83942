"""Counts of the matches by department and keyword category, and the filters on both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.search.loaded import Loaded, Mask
from kb.search.results import Facet


class Narrowing:
    """What is left of the `allowed` documents of each set under the two filters.

    Each facet counts under the other's filter only, so that a person can switch.
    """

    def __init__(
        self,
        sets: Sequence[Loaded],
        allowed: Sequence[Mask],
        department: str | None,
        category: str | None,
    ) -> None:
        self.sets = sets
        in_department = [_in_department(one, department) for one in sets]
        in_category = [_in_category(one, category) for one in sets]
        self._by_department = [m & c for m, c in zip(allowed, in_category, strict=True)]
        self._by_category = [m & d for m, d in zip(allowed, in_department, strict=True)]
        self.masks = [m & d for m, d in zip(self._by_department, in_department, strict=True)]

    @property
    def total(self) -> int:
        """How many match."""
        return sum(int(mask.sum()) for mask in self.masks)

    def departments(self) -> tuple[Facet, ...]:
        """The most frequent first."""
        counts: dict[str, int] = {}
        for one, mask in zip(self.sets, self._by_department, strict=True):
            names = one.names.get("department", [])
            found = np.bincount(one.arrays["department"][mask], minlength=len(names))
            _count(names, found.tolist(), counts)
        return _facets(counts, counts)

    def categories(self) -> tuple[Facet, ...]:
        """Categories that differ in case only count as one, shown as it was first met."""
        counts: dict[str, int] = {}
        shown: dict[str, str] = {}
        for one, mask in zip(self.sets, self._by_category, strict=True):
            names = [name.casefold() for name in one.names.get("category", [])]
            for name in one.names.get("category", []):
                shown.setdefault(name.casefold(), name)
            owners = np.repeat(
                np.arange(one.count), np.diff(one.arrays["category.ends"], prepend=0)
            )
            found = np.bincount(one.arrays["category"][mask[owners]], minlength=len(names))
            _count(names, found.tolist(), counts)
        return _facets(counts, shown)


def _in_department(one: Loaded, department: str | None) -> Mask:
    if department is None:
        return np.ones(one.count, bool)
    wanted = [name == department for name in one.names.get("department", [])]
    return np.asarray(np.array(wanted, bool)[one.arrays["department"]])


def _in_category(one: Loaded, category: str | None) -> Mask:
    if category is None:
        return np.ones(one.count, bool)
    known = one.names.get("category", [])
    return one.having("category", [name.casefold() == category.casefold() for name in known])


def _count(names: list[str], found: list[int], counts: dict[str, int]) -> None:
    for name, number in zip(names, found, strict=True):
        if number:
            counts[name] = counts.get(name, 0) + number


def _facets(counts: dict[str, int], shown: dict[str, str] | dict[str, int]) -> tuple[Facet, ...]:
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(
        Facet(text if isinstance(text := shown[name], str) else name, counts[name])
        for name in order
    )
