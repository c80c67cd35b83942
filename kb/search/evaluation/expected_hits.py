"""Does a search show what it should among the first three? And what does it show instead?"""

from __future__ import annotations

from msgspec import Struct

from kb.procedures.visibility import Reader
from kb.search.results import IndexedProcedure
from kb.search.searcher import Searcher
from kb.search.words.analysis import folded

TOP = 3
_FOLLOWED = 20  # hits among which the place of one that is not among the first is looked for


class Winner(Struct, frozen=True):
    """What a search shows instead."""

    id: str
    title: str
    path: str
    draft: bool


class Miss(Struct, frozen=True):
    """`place` is where the wanted one stands, 0 for nowhere near; `winners` stand before it."""

    place: int
    winners: tuple[Winner, ...]


def missed(searcher: Searcher, query: str, path: str, id: str, reader: Reader) -> Miss | None:
    """How `query` misses the procedure at `path`; None where it shows it among the first three.

    A search that is the procedure's id opens it.
    """
    if folded(query) == folded(id):
        return None
    first = searcher.glance(query, reader, TOP).hits
    if any(one.path == path for one in first):
        return None
    more = [one.path for one in searcher.glance(query, reader, _FOLLOWED).hits]
    place = more.index(path) + 1 if path in more else 0
    return Miss(place, tuple(map(_winner, first)))


def _winner(one: IndexedProcedure) -> Winner:
    return Winner(one.id, one.title, one.path, one.status.kept_back)
