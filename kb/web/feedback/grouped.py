"""What of a page of the inbox says the same, as one row."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kb.feedback.model import Item
from kb.feedback.sql.likely_duplicates import meaning_of, same_passage
from kb.search.similar import grouping
from kb.web.site.pages import parts


class SameMeaning(Struct, frozen=True):
    """An item, and those further down that say about the same; nothing is merged by that."""

    first: Item
    others: tuple[Item, ...] = ()


def grouped(items: Sequence[Item]) -> list[SameMeaning]:
    """In the order of their first ones. Only what is open, of one department, goes together."""
    found, left = [], list(items)
    while left:
        first, left = left[0], left[1:]
        same = {one.id for one in _same(first, left)} if first.open else set()
        found.append(SameMeaning(first, tuple(one for one in left if one.id in same)))
        left = [one for one in left if one.id not in same]
    return found


def _same(first: Item, others: Sequence[Item]) -> list[Item]:
    near = [one for one in others if one.open and one.department == first.department]
    at_one_place = [one for one in near if same_passage(one, first)]
    told = [one for one in near if one not in at_one_place and meaning_of(one)]
    words = meaning_of(first)
    if not (words and told):
        return at_one_place
    meaning = parts().search.index.meaning
    alike = grouping.nearest(words, [meaning_of(one) for one in told], meaning)
    return at_one_place + [told[nth] for nth, _ in alike]
