"""Answers searches from the index as it is on disk now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from kb.procedures.visibility import Reader
from kb.search import arrayfile
from kb.search.analysis import folded
from kb.search.facets import Narrowing
from kb.search.filler import filler
from kb.search.index import Index, deleted_mask
from kb.search.loaded import Loaded, Mask
from kb.search.phrases import standing_together
from kb.search.query import Query, parse
from kb.search.ranking import PARTS, Ranked, Weights, rank, shares
from kb.search.results import Explained, Explanation, Hit, Part, Results
from kb.search.scoring import Match, Scorer
from kb.search.snippets import snippet
from kb.search.synonyms import Synonyms
from kb.search.understanding import Understanding, Understood

CONVINCING = 1.5  # score of the best hit; how often it errs: docs/decisions/ranking.md
CONVINCING_WORD = 1.6  # for a single word, which cannot stand close to another
DEPARTMENT_VOTERS = 5  # hits that the likely department is guessed from
ATTEMPTS = 5  # to read an index that is being replaced


@dataclass(frozen=True, slots=True)
class _Answer:
    """A ranking and all that it was made from."""

    query: Query
    understood: Understood
    sets: tuple[Loaded, ...]
    scorer: Scorer
    matches: list[Match]
    narrowing: Narrowing
    ranked: Ranked

    @property
    def wanted(self) -> frozenset[str]:
        """The stems that are marked in a snippet; filler only where nothing else was typed."""
        telling = [self.understood.slots[nth] for nth in self.scorer.telling]
        return frozenset(option.stem.decode() for slot in telling for option in slot.options)


class Searcher:
    """Searches `index`; notices what other processes commit. Safe to share between threads."""

    def __init__(
        self,
        index: Index,
        synonyms: Callable[[], Synonyms] = Synonyms,
        weights: Weights | None = None,
    ) -> None:
        """`synonyms` is asked at each search, because their file may change at any time."""
        self.index = index
        self._synonyms = synonyms
        self._weights = weights or Weights()
        self._filler = filler(index.language)
        self._lock = threading.Lock()
        self._parse = lru_cache(maxsize=1024)(parse)
        self._seen: tuple[int, ...] = ()
        self._sets: tuple[Loaded, ...] = ()

    def search(
        self,
        text: str,
        reader: Reader,
        today: date,
        *,
        department: str | None = None,
        category: str | None = None,
        offset: int = 0,
        limit: int = 10,
        prefix: bool = False,
        counts: bool = True,
    ) -> Results:
        """What `reader` may find for `text`, best first. `prefix`: the last word is unfinished.

        `department` (an id) and `category` (in any case) narrow the hits down, but not the
        counts of their own facet; without `counts` nothing is counted but the total.
        """
        began = time.perf_counter()
        offset, limit = max(offset, 0), max(limit, 0)
        answer = self._answer(text, reader, prefix, department, category, offset + limit)
        wanted, shown = answer.wanted, _page(answer.ranked, offset, limit)
        hits = tuple(self._hit(answer, nth, wanted, today) for nth in shown)
        return Results(
            query=text,
            total=answer.narrowing.total,
            hits=hits,
            departments=answer.narrowing.departments() if counts else (),
            categories=answer.narrowing.categories() if counts else (),
            did_you_mean=self._did_you_mean(answer),
            likely_department=_likely_department(answer),
            convincing=_convincing(answer),
            opens=_opened(answer.sets, text, reader),
            took_ms=(time.perf_counter() - began) * 1000,
            offset=offset,
            limit=limit,
        )

    def explain(self, text: str, reader: Reader, today: date, limit: int = 10) -> Explanation:
        """The same ranking with the parts of each score."""
        del today
        answer = self._answer(text, reader, False, None, None, limit)
        words = tuple(
            (slot.word, round(worth, 3), "; ".join(o.why for o in slot.options if o.why))
            for slot, worth in zip(answer.understood.slots, answer.scorer.rarity, strict=True)
        )
        places = _page(answer.ranked, 0, limit)
        return Explanation(text, words, tuple(_explained(answer, nth) for nth in places))

    def loaded(self) -> tuple[Loaded, ...]:
        """The sets in service now; none where there is no usable index."""
        for _ in range(ATTEMPTS):
            try:
                seen = _stamp(self.index)
                if seen != self._seen:
                    self._load(seen)
                return self._sets
            except FileNotFoundError:
                if not self.index.current.exists():
                    break
            except (OSError, arrayfile.Damaged):
                break
        self._seen, self._sets = (), ()
        return ()

    def with_synonyms(self, synonyms: Synonyms) -> Searcher:
        """A searcher of what is in service now, to which other words mean the same."""
        other = Searcher(self.index, lambda: synonyms, self._weights)
        other._sets, other._seen = self.loaded(), self._seen
        return other

    def _load(self, seen: tuple[int, ...]) -> None:
        with self._lock:
            if seen == self._seen:
                return
            states = self.index.sets()
            sets = tuple(Loaded(self.index.arrays(one), deleted_mask(one)) for one in states)
            self._sets, self._seen = sets, seen

    def _answer(
        self,
        text: str,
        reader: Reader,
        prefix: bool,
        department: str | None,
        category: str | None,
        most: int,
    ) -> _Answer:
        query, sets = self._parse(text), self.loaded()
        understanding = Understanding(sets, self.index.stems, self._filler, self._synonyms())
        understood = understanding.of(query, reader, prefix)
        scorer = Scorer(sets, understood.slots)
        matches = [scorer.match(number) for number in range(len(sets))]
        allowed = [
            self._allowed(query, one, match, reader)
            for one, match in zip(sets, matches, strict=True)
        ]
        narrowing = Narrowing(sets, allowed, department, category)
        vector = None
        if understood.slots and narrowing.total:
            vector = self.index.meaning.of_query(_meant(query, understood))
        ranked = rank(scorer, matches, narrowing.masks, vector, self._weights, most)
        return _Answer(query, understood, sets, scorer, matches, narrowing, ranked)

    def _allowed(self, query: Query, one: Loaded, match: Match, reader: Reader) -> Mask:
        """The documents of a set that the reader may find and that the query does not rule out."""
        every = query.filtered and not query.words
        mask = one.visible(reader).copy() if every else match.matched
        if not (every or one.sees_all(reader)):
            mask = mask & one.visible(reader)
        for word in query.excluded:
            stem = self.index.stems.of(word).encode("utf-8", "replace")
            if (row := one.row(stem)) >= 0:
                mask[one.table("words", row)[0]] = False
        for asked in query.departments:
            wanted = [folded(asked) in folded(name) for name in one.names.get("department", [])]
            mask &= np.array(wanted, bool)[one.arrays["department"]]
        for asked in query.keywords:
            known = one.names.get("keyword", [])
            mask &= one.having("keyword", [folded(asked) in folded(name) for name in known])
        for asked in query.owners:
            mask &= np.array([asked.casefold() in owner for owner in one.names["owner"]], bool)
        if query.phrases:
            mask &= standing_together(one, match.words, mask, query.phrases)
        return mask

    def _hit(self, answer: _Answer, nth: int, wanted: frozenset[str], today: date) -> Hit:
        ranked = answer.ranked
        one = answer.sets[int(ranked.sets[nth])]
        number = int(ranked.docs[nth])
        it = one.stored(number)
        _, _, section, start, end = one.arrays["passages"][int(ranked.passages[nth])].tolist()
        anchor, heading, _ = it.sections[section] if it.sections else ("", "", 0)
        due = it.found.due
        return Hit(
            found=it.found,
            overdue=bool(due and due < today),
            score=round(float(ranked.scores[nth]), 4),
            anchor=anchor,
            heading=heading,
            snippet=snippet(one.text(number, start, end), wanted, self.index.stems),
        )

    def _did_you_mean(self, answer: _Answer) -> str | None:
        """The text with each misspelt word as it is likely meant."""
        if not answer.understood.corrected:
            return None
        words = [answer.understood.corrected.get(word, word) for word in answer.query.words]
        return " ".join(words)


def _meant(query: Query, understood: Understood) -> str:
    """The text whose meaning is compared: spelling put right, synonyms added."""
    plain = query.plain
    if understood.corrected:
        plain = " ".join(understood.corrected.get(word, word) for word in query.words)
    return " ".join((plain, *understood.added))


def _stamp(index: Index) -> tuple[int, ...]:
    told = index.current.stat()
    return (told.st_ino, told.st_mtime_ns, told.st_size)


def _page(ranked: Ranked, offset: int, limit: int) -> range:
    count = len(ranked.docs)
    return range(min(offset, count), min(offset + limit, count))


def _opened(sets: tuple[Loaded, ...], text: str, reader: Reader) -> str | None:
    """The id that was typed, if it is one that the reader may find."""
    typed = folded(text.strip()[:200])
    for one in sets:
        number = one.numbers.get(typed, one.numbers.get("-".join(typed.split())))  # "SHP 014" too
        if number is not None and one.visible(reader)[number]:
            return one.names["id"][number]
    return None


def _convincing(answer: _Answer) -> bool:
    ranked = answer.ranked
    if not len(ranked.docs):
        return False
    if answer.query.filtered and not answer.query.words:
        return True
    several = len(answer.scorer.in_order) > 1
    return float(ranked.scores[0]) >= (CONVINCING if several else CONVINCING_WORD)


def _likely_department(answer: _Answer) -> str | None:
    """The department with the most weight among the best hits."""
    votes: dict[str, float] = {}
    ranked = answer.ranked
    for nth in range(min(DEPARTMENT_VOTERS, len(ranked.docs))):
        one = answer.sets[int(ranked.sets[nth])]
        name = one.names["department"][int(one.arrays["department"][int(ranked.docs[nth])])]
        votes[name] = votes.get(name, 0.0) + float(ranked.scores[nth]) / (nth + 1)
    return max(votes, key=lambda name: votes[name]) if votes else None


def _explained(answer: _Answer, nth: int) -> Explained:
    ranked = answer.ranked
    it = answer.sets[int(ranked.sets[nth])].stored(int(ranked.docs[nth])).found
    parts = tuple(
        Part(name, round(float(adds), 4))
        for name, adds in zip(PARTS, shares(answer.scorer, ranked, nth), strict=True)
    )
    return Explained(it.id, it.title, float(ranked.scores[nth]), parts)
