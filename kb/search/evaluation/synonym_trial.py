"""What other synonyms would change: the same searches before and after, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from kb.procedures.model import Keyword
from kb.procedures.visibility import Reader
from kb.search.index.snapshot import Mask, Snapshot
from kb.search.query import parse
from kb.search.results import Hit, Results
from kb.search.searcher import Searcher
from kb.search.words.analysis import tokens
from kb.search.words.synonyms import LONGEST, Synonyms

SHOWN = 5  # rows of a comparison
_FOLLOWED = 20  # hits among which a row's former place is looked for
_MOST_WORDS = 6  # of the synonym's expressions that are tried alone
_MOST_QUERIES = 10


class ComparedHit(Struct, frozen=True):
    """One place in both lists. `came_from` is where `after` stood before, `went_to` where
    `before` stands after: places from 1, 0 for nowhere near."""

    place: int
    before: Hit | None
    after: Hit | None
    came_from: int
    went_to: int

    @property
    def changed(self) -> bool:
        """Does another procedure stand here?"""
        return (self.before and self.before.id) != (self.after and self.after.id)


class Comparison(Struct, frozen=True):
    """One search before and after: its best places, and how many procedures it finds in all."""

    query: str
    rows: tuple[ComparedHit, ...]
    before: int
    after: int

    @property
    def changed(self) -> bool:
        """Does any place change, or the number found?"""
        return self.before != self.after or any(row.changed for row in self.rows)


class Spread(Struct, frozen=True):
    """In how many of the procedures that the reader may find an expression's words all stand."""

    text: str
    having: int
    total: int

    @property
    def common(self) -> bool:
        """In more than half of them?"""
        return self.having * 2 > self.total


class Trial(Struct, frozen=True):
    """`searcher` with the synonyms as they are and as they would be, for one reader."""

    searcher: Searcher
    before: Synonyms
    after: Synonyms
    reader: Reader
    today: date

    def comparisons(self, expressions: Sequence[str], only: Synonyms) -> tuple[Comparison, ...]:
        """Of each expression alone, and of the keywords in which `only` finds a synonym."""
        old = self.searcher.with_synonyms(self.before)
        new = self.searcher.with_synonyms(self.after)
        alone = list(expressions[:_MOST_WORDS])
        results = {text: (self._found(old, text), self._found(new, text)) for text in alone}
        hits = [hit for pair in results.values() for result in pair for hit in result.hits]
        for text in _keywords(hits, alone, only)[: _MOST_QUERIES - len(alone)]:
            results[text] = (self._found(old, text), self._found(new, text))
        return tuple(_comparison(text, *pair) for text, pair in results.items())

    def spreads(self, expressions: Iterable[str]) -> tuple[Spread, ...]:
        """How common each expression is."""
        sets = self.searcher.snapshots()
        total = sum(int(one.visible(self.reader).sum()) for one in sets)
        return tuple(Spread(text, self._having(text), total) for text in expressions)

    def _found(self, searcher: Searcher, text: str) -> Results:
        return searcher.search(text, self.reader, self.today, limit=_FOLLOWED)

    def _having(self, text: str) -> int:
        stems = [self.searcher.index.stems.of(word) for word in parse(text).words]
        count = 0
        for one in self.searcher.snapshots():
            mask = one.visible(self.reader).copy()
            for stem in stems:
                mask &= _standing(one, stem.encode("utf-8", "replace"))
            count += int(mask.sum())
        return count


def _standing(one: Snapshot, stem: bytes) -> Mask:
    """The documents of a set with any word of that stem."""
    stems, stem_of = one.arrays["stems"], one.arrays["surface.stem"]
    row = int(np.searchsorted(stems, np.array(stem, stems.dtype)))
    mask = np.zeros(one.count, bool)
    for surface in np.flatnonzero(stem_of == row).tolist():
        if bytes(stems[row]) == stem[: stems.itemsize]:
            mask[one.surface_docs(surface)] = True
    return mask


def looked_for(expression: str) -> bool:
    """Can the search find it in what is typed? It needs words, and not too many of them."""
    return 1 <= sum(not token.parts for token in tokens(expression)) <= LONGEST


def _keywords(hits: Iterable[Hit], alone: list[str], only: Synonyms) -> list[str]:
    topics = (Keyword(keyword).topic for hit in hits for keyword in hit.found.keywords)
    tried = {text.casefold() for text in alone}
    found: dict[str, str] = {}
    for topic in topics:
        if topic.casefold() not in tried and any(only.found_in(parse(topic).words)):
            found.setdefault(topic.casefold(), topic)
    return list(found.values())


def _comparison(query: str, before: Results, after: Results) -> Comparison:
    old = {hit.id: place for place, hit in enumerate(before.hits, 1)}
    new = {hit.id: place for place, hit in enumerate(after.hits, 1)}
    rows = []
    for nth in range(min(SHOWN, max(len(old), len(new)))):
        was = before.hits[nth] if nth < len(old) else None
        becomes = after.hits[nth] if nth < len(new) else None
        came_from = old.get(becomes.id, 0) if becomes else 0
        rows.append(ComparedHit(nth + 1, was, becomes, came_from, new.get(was.id, 0) if was else 0))
    return Comparison(query, tuple(rows), before.total, after.total)
