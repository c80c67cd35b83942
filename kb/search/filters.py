"""The filters of a search, each once: typed as `name:value`, chosen beside the results, or both.

A new one is a line here with its tests, and the column that they look at where the index has none
yet (kb/search/index/stored_fields.py). The help page follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from msgspec import Struct

from kb.search.index.snapshot import Mask, Snapshot
from kb.search.words.analysis import folded

# Of a set the documents that have the value, as of a day; there is none where nobody asked for one.
Test = Callable[[Snapshot, Any, date | None], Mask]
Values = tuple[tuple[str, Any], ...]  # names of filters, each with what is asked for


class SearchFilter(Struct, frozen=True):
    """One way to narrow a search down; a test is None where it cannot be done like that.

    `typed` is for what stands behind `name:` in the text, of which `read` makes the value: None
    where that makes no sense, so that it is searched for as words. `chosen` is for what was chosen
    beside the results, as a facet names it. `example` and `means` are the help page's, with code
    between backticks.
    """

    typed: Test | None = None
    chosen: Test | None = None
    read: Callable[[str], Any] = folded
    example: str = ""
    means: str = ""


def chosen(said: Mapping[str, str | None]) -> Values:
    """What an address chooses: `said` may hold anything, of which the filters are taken."""
    return tuple((name, value) for name in CHOSEN if (value := said.get(name)))


def kept(one: Snapshot, typed: Values, today: date | None) -> Iterable[Mask]:
    """The documents of a set that have each value that was typed."""
    return (TYPED[name](one, value, today) for name, value in typed)


def _like_department(one: Snapshot, part: str, _today: date | None) -> Mask:
    return _of_departments(one, [part in folded(name) for name in one.names.get("department", [])])


def _in_department(one: Snapshot, id: str, _today: date | None) -> Mask:
    return _of_departments(one, [name == id for name in one.names.get("department", [])])


def _of_departments(one: Snapshot, wanted: list[bool]) -> Mask:
    return np.asarray(np.array(wanted, bool)[one.arrays["department"]])


def _in_category(one: Snapshot, category: str, _today: date | None) -> Mask:
    known = one.names.get("category", [])
    return one.having("category", [name.casefold() == category.casefold() for name in known])


def _with_keyword(one: Snapshot, part: str, _today: date | None) -> Mask:
    return one.having("keyword", [part in folded(name) for name in one.names.get("keyword", [])])


def _of_owner(one: Snapshot, part: str, _today: date | None) -> Mask:
    return np.array([part in owner for owner in one.names["owner"]], bool)


def _reviewed(one: Snapshot, _said: str, today: date | None) -> Mask:
    """Reviewed, and not due again; as of no day nothing is."""
    if today is None:
        return np.zeros(one.count, bool)
    due = one.arrays["due"]
    return np.asarray((one.arrays["reviewed"] > 0) & ((due == 0) | (due >= today.toordinal())))


FILTERS: Mapping[str, SearchFilter] = {
    "department": SearchFilter(
        typed=_like_department,
        chosen=_in_department,
        example="late department:shipping",
        means="only what that department answers for",
    ),
    "category": SearchFilter(chosen=_in_category),
    "keyword": SearchFilter(
        typed=_with_keyword,
        example='keyword:"Complaint: Late Shipment"',
        means="only procedures with that keyword; `keyword:complaint` takes a whole category",
    ),
    "reviewed": SearchFilter(
        typed=_reviewed,
        chosen=_reviewed,
        read=lambda said: said if folded(said) in ("yes", "only", "1") else None,
        example="refund reviewed:yes",
        means="only what is reviewed and not due again",
    ),
    "owner": SearchFilter(
        typed=_of_owner,
        read=str.casefold,
        example="owner:dana.reyes",
        means="only procedures that this person answers for",
    ),
}
TYPED = {name: one.typed for name, one in FILTERS.items() if one.typed}
CHOSEN = {name: one.chosen for name, one in FILTERS.items() if one.chosen}
