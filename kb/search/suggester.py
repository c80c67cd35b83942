"""What is offered while somebody types: the best procedures, and keywords that begin so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from kb.procedures.model import Keyword
from kb.procedures.visibility import Reader
from kb.search.cache import AnswerCache
from kb.search.index.array_file import Array, Damaged
from kb.search.index.snapshot import Mask, Snapshot
from kb.search.results import Glance, IndexedProcedure
from kb.search.searcher import Searcher
from kb.search.words.analysis import Stems, cut, folded

MOST_TYPED = 200  # characters; nobody waits for suggestions on a longer text
MOST_WORDS = 12
_MOST_BEGUN = 2000  # keywords with a word that begins so; a single letter begins too many


class SuggestedProcedure(Struct, frozen=True):
    """A procedure, and the keyword of it in which most of the typed words stand ("" for none)."""

    id: str
    title: str
    department: str
    keyword: str
    draft: bool


class SuggestedKeyword(Struct, frozen=True):
    """A keyword, or a whole category, and how many procedures that the reader may find have it."""

    text: str
    count: int
    category: bool = False


class Suggestions(Struct, frozen=True):
    """Both lists, best first, and the search that the procedures come from, where there was one."""

    procedures: tuple[SuggestedProcedure, ...] = ()
    keywords: tuple[SuggestedKeyword, ...] = ()
    glance: Glance | None = None


class Suggester:
    """Suggests from what `searcher` has in service. Safe to share between threads."""

    def __init__(self, searcher: Searcher, keep: int = 0) -> None:
        """`keep` answers are remembered: most people begin with the same few letters."""
        self._searcher = searcher
        self._kept: AnswerCache[Suggestions] = AnswerCache(keep)
        self._lock = threading.Lock()
        self._sets: tuple[Snapshot, ...] = ()
        self._tags: tuple[_Tags, ...] = ()

    def suggest(
        self,
        text: str,
        reader: Reader,
        procedures: int = 6,
        keywords: int = 4,
        today: date | None = None,
    ) -> Suggestions:
        """For a text whose last word may be unfinished; one that ends in a blank is finished.

        A damaged index suggests nothing.
        """
        with suppress(Damaged), self._searcher.index.surely():
            return self._suggested(text, reader, procedures, keywords, today)
        return Suggestions()

    def _suggested(
        self, text: str, reader: Reader, procedures: int, keywords: int, today: date | None
    ) -> Suggestions:
        began = time.perf_counter()
        text = text[:MOST_TYPED]
        found = self._kept.of(
            self._searcher.basis(closely=False),
            (text, reader, procedures, keywords, today),
            lambda: self._found(text, reader, procedures, keywords, today),
        )
        if found.glance is None:
            return found
        took = (time.perf_counter() - began) * 1000
        return replace(found, glance=replace(found.glance, took_ms=took))

    def _found(
        self, text: str, reader: Reader, procedures: int, keywords: int, today: date | None
    ) -> Suggestions:
        unfinished, text = not text.endswith(" "), text.strip()
        words = list(map(folded, cut(text).words))[:MOST_WORDS]
        if not words:
            return Suggestions()
        stems = self._searcher.index.stems
        glance = self._searcher.glance(
            text, reader, procedures, prefix=unfinished, today=today, closely=False
        )
        begun = words[-1] if unfinished else ""
        found = [_suggested(one, glance.wanted, begun, stems) for one in glance.hits]
        tags = self._keywords(words, unfinished, reader, keywords)
        return Suggestions(tuple(found), tags, glance)

    def _keywords(
        self, words: list[str], unfinished: bool, reader: Reader, most: int
    ) -> tuple[SuggestedKeyword, ...]:
        """Those with every typed word, the last one perhaps only begun: the most used first."""
        counts: dict[tuple[bool, str], int] = {}
        shown: dict[tuple[bool, str], str] = {}
        for tags in self._in_service():
            for number, count in tags.likely(words, unfinished, reader, most):
                text, category = tags.names[number]
                key = (not category, text.casefold())
                shown.setdefault(key, text)
                counts[key] = counts.get(key, 0) + count
        best = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))[:most]
        return tuple(SuggestedKeyword(shown[key], counts[key], not key[0]) for key in best)

    def _in_service(self) -> tuple[_Tags, ...]:
        """Made anew, once, when the index has changed."""
        sets = self._searcher.snapshots()
        with self._lock:
            if len(sets) != len(self._sets) or any(
                one is not other for one, other in zip(sets, self._sets, strict=True)
            ):
                stems = self._searcher.index.stems
                self._sets, self._tags = sets, tuple(_Tags(one, stems) for one in sets)
            return self._tags


class _Tags:
    """The keywords and categories of one set, by their words."""

    def __init__(self, one: Snapshot, stems: Stems) -> None:
        self._one = one
        self._stems = stems
        keywords = one.names.get("keyword", [])
        categories = one.names.get("category", [])
        self.names = [(text, False) for text in keywords] + [(text, True) for text in categories]
        owners, numbers = _pairs(one, len(keywords))
        order = np.argsort(numbers, kind="stable")
        self._owners = owners[order]
        self._ends = np.searchsorted(numbers[order], np.arange(len(self.names)), "right")
        # Categories first, then what most procedures have; the reader's own count is taken later.
        sizes = np.diff(self._ends, prepend=0)
        categories_last = np.arange(len(self.names)) < len(keywords)
        ranked = np.lexsort((-sizes, categories_last))
        self._order = np.argsort(ranked, kind="stable").tolist()
        pairs = sorted(
            (folded(word), number)
            for number, (text, _) in enumerate(self.names)
            for word in cut(text).words
        )
        self._words = [word for word, _ in pairs]
        self._numbers = [number for _, number in pairs]
        self._surfaces = np.array([word.encode("utf-8", "replace") for word in self._words], "S40")
        by_stem: dict[str, set[int]] = {}
        for word, number in pairs:
            by_stem.setdefault(stems.of(word), set()).add(number)
        self._by_stem = by_stem

    def likely(
        self, words: list[str], unfinished: bool, reader: Reader, most: int
    ) -> list[tuple[int, int]]:
        """The most used keywords that have all the words: number, procedures that have it."""
        found: list[tuple[int, int]] = []
        for number in sorted(self._having(words, unfinished), key=self._order.__getitem__):
            count = self._count(number, reader)
            if count:
                found.append((number, count))
                if len(found) == most:
                    break
        return found

    def _having(self, words: list[str], unfinished: bool) -> Iterable[int]:
        """Numbers of the keywords that have all the words; of the last one, what begins so."""
        found: set[int] | None = None
        for nth, word in enumerate(words):
            last = unfinished and nth == len(words) - 1
            some = self._begun(word) if last else self._by_stem.get(self._stems.of(word), set())
            found = some if found is None else found & some
            if not found:
                return ()
        return found or ()

    def _count(self, number: int, reader: Reader) -> int:
        """How many procedures that the reader may find have it."""
        mask: Mask = self._one.visible(reader)
        start = int(self._ends[number - 1]) if number else 0
        return int(np.count_nonzero(mask[self._owners[start : int(self._ends[number])]]))

    def _begun(self, word: str) -> set[int]:
        typed = word.encode("utf-8", "replace")
        low = int(self._surfaces.searchsorted(np.array(typed, "S40")))
        high = int(self._surfaces.searchsorted(np.array(typed + b"\xff", "S40")))
        begun = set(self._numbers[low : min(high, low + _MOST_BEGUN)])
        return begun | self._by_stem.get(self._stems.of(word), set())


def _pairs(one: Snapshot, keywords: int) -> tuple[Array, Array]:
    """(document, number) of every keyword and category that a document has."""
    owners, numbers = [], []
    for name, base in (("keyword", 0), ("category", keywords)):
        sizes = np.diff(one.arrays[f"{name}.ends"], prepend=0)
        owners.append(np.repeat(np.arange(one.count), sizes))
        numbers.append(one.arrays[name].astype(np.int64) + base)
    return np.concatenate(owners), np.concatenate(numbers)


def _suggested(
    one: IndexedProcedure, wanted: frozenset[str], begun: str, stems: Stems
) -> SuggestedProcedure:
    return SuggestedProcedure(
        id=one.id,
        title=one.title,
        department=one.department,
        keyword=_matched(one.keywords, one.title, wanted, begun, stems),
        draft=one.status.kept_back,
    )


def _matched(
    keywords: tuple[str, ...], title: str, wanted: frozenset[str], begun: str, stems: Stems
) -> str:
    """The keyword with most of the words looked for, unless the title says the same."""
    best, most = "", 0
    said = folded(Keyword(title).topic)
    for text in keywords:
        number = 0
        for word in _words_of(text):
            number += stems.of(word) in wanted or (begun != "" and folded(word).startswith(begun))
        if number > most and folded(Keyword(text).topic) != said:
            best, most = text, number
    return best


@lru_cache(maxsize=1 << 13)
def _words_of(keyword: str) -> frozenset[str]:
    return frozenset(cut(keyword).words)
