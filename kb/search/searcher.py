"""Answers searches from the index as it is on disk now."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial

import numpy as np
from msgspec.structs import replace

from kb.measuring.tracing import span
from kb.procedures.visibility import Reader
from kb.search import filters
from kb.search.answer import Answer, meant
from kb.search.cache import AnswerCache
from kb.search.encoder.encoding import Encoding
from kb.search.encoder.vectors import NOTHING_ENCODED, EncodedPassages
from kb.search.facets import Narrowing
from kb.search.hits import Hits
from kb.search.index.array_file import Damaged
from kb.search.index.current_snapshots import CurrentSnapshots
from kb.search.index.index import Index
from kb.search.index.snapshot import Mask, Snapshot
from kb.search.query import Lookup, Query, parse
from kb.search.ranking.fusion import HIGHEST, LETTER_BY_LETTER, NAMED, Named, Weights, rank
from kb.search.ranking.learned_words import Learned, Recall
from kb.search.ranking.phrases import standing_together
from kb.search.ranking.query_expansion import QueryExpansion
from kb.search.ranking.scoring import Match, Scorer
from kb.search.ranking.threshold import EncodedThresholds, Threshold, ThresholdFile
from kb.search.results import Explanation, Glance, IndexedProcedure, Reach, Results
from kb.search.slow_searches import Laps, SlowSearches
from kb.search.words.analysis import folded
from kb.search.words.known_words import known_words
from kb.search.words.stop_words import stop_words
from kb.search.words.synonyms import Synonyms

Basis = tuple[tuple[Snapshot, ...], Synonyms, Learned, Threshold, EncodedPassages]

NOT_NAMED: Named = np.zeros(0, np.int64), np.zeros(0, np.float32)
READERS = 32  # different rights, whose words are remembered: 4 MB each at most
_NONE_IS_SLOW = SlowSearches()
_NO_SYNONYMS, _NOTHING_LEARNED = Synonyms(), Learned()


class Searcher:
    """Searches what is in service of `index`. Safe to share between threads."""

    def __init__(
        self,
        index: Index,
        synonyms: Callable[[], Synonyms] = lambda: _NO_SYNONYMS,
        weights: Weights | None = None,
        learned: Callable[[], Learned] = lambda: _NOTHING_LEARNED,
        keep: int = 0,
        encoding: Encoding | None = None,
        slow: SlowSearches = _NONE_IS_SLOW,
    ) -> None:
        """`synonyms` and `learned` are asked at each search: their files may change at any time.

        `keep` answers are remembered: many customers say the same, and each page of results, each
        filter taken off and each step back asks again. `encoding` is the sentence encoder's.
        `slow` is told of each search that was not remembered.
        """
        self.index = index
        self.synonyms = synonyms
        self._learned = learned
        self._encoding = encoding
        self._slow = slow
        self.threshold = ThresholdFile(index.folder / "threshold.json", index.made)
        self.encoded_threshold = EncodedThresholds(index.folder, index.made, self.threshold)
        self._weights = weights or Weights()
        self._stop_words = stop_words(index.language)
        self._kept: AnswerCache[Results] = AnswerCache(keep)
        self._hits = Hits(index.stems)
        self._parse = lru_cache(maxsize=1024)(parse)
        self._snapshots: Callable[[], tuple[Snapshot, ...]] = CurrentSnapshots(index)
        self._expansions: tuple[object, object, Callable[[Reader], QueryExpansion] | None]
        self._expansions = None, None, None

    def search(
        self,
        text: str,
        reader: Reader,
        today: date,
        *,
        offset: int = 0,
        limit: int = 10,
        prefix: bool = False,
        counts: bool = True,
        **chosen: str | None,
    ) -> Results:
        """`find` for what is said in words: filters by name, such as `department` (an id)."""
        narrowed = filters.chosen(chosen) if chosen else ()
        first, most = max(offset, 0), max(limit, 0)
        return self.find(Lookup(text, reader, today, narrowed, first, most, prefix, counts))

    def find(self, asked: Lookup) -> Results:
        """What its reader may find for it, best first.

        What was chosen narrows the hits down, but not the counts of its own facet. A damaged index
        finds nothing.
        """
        with span("search") as traced:
            try:
                with self.index.surely():
                    found = self._find(asked)
            except Damaged:
                found = self.with_snapshots(())._find(asked)
            if traced is not None:
                traced.set_attribute("kb.hits", found.total)
        return found

    def _find(self, asked: Lookup) -> Results:
        laps = Laps()
        basis, new = self.basis(asked.closely), False
        laps.lap("index")

        def answer() -> Results:
            nonlocal new
            new = True
            return self._found(laps, basis, asked)

        found = self._kept.of(basis, asked, answer)
        if not new:
            return replace(found, took_ms=_millis(laps.began))
        self._slow.look(asked.text, found.total, found.took_ms, laps)
        return found

    def _found(self, laps: Laps, basis: Basis, asked: Lookup) -> Results:
        answer = self._answer(basis, asked, laps)
        shown = answer.page(asked.offset, asked.limit)
        worth = answer.worth if shown else {}
        hits = tuple([self._hits.hit(answer, nth, worth, asked.today) for nth in shown])
        laps.lap("snippets")
        convincing = answer.convincing
        found = Results(
            query=asked.text,
            total=answer.total,
            hits=hits,
            departments=answer.narrowing.departments() if asked.counts else (),
            categories=answer.narrowing.categories() if asked.counts else (),
            did_you_mean=answer.did_you_mean,
            likely_department=answer.likely_department,
            convincing=convincing,
            near=answer.near(convincing),
            missing=answer.missing,
            opens=_opened(answer, asked.reader),
            took_ms=_millis(laps.began),
            offset=asked.offset,
            limit=asked.limit,
        )
        laps.lap("counts and doubts")
        return found

    def glance(
        self,
        text: str,
        reader: Reader,
        most: int,
        *,
        prefix: bool = False,
        today: date | None = None,
        closely: bool = True,
    ) -> Glance:
        """The `most` best alone, in the order of `search`: no snippets, no counts.

        Not `closely`: without the sentence encoder, as while somebody types.
        """
        asked = Lookup(
            text, reader, today, limit=most, prefix=prefix, counts=False, closely=closely
        )
        try:
            with span("search while typing"), self.index.surely():
                return self._glance(asked, most)
        except Damaged:
            return self.with_snapshots(())._glance(asked, most)

    def _glance(self, asked: Lookup, most: int) -> Glance:
        laps = Laps()
        answer = self._answer(self.basis(asked.closely), asked, laps)
        ranked = answer.ranked
        best = [ranked.at(nth) for nth in answer.page(0, most)]
        found = Glance(
            hits=tuple([one.stored(doc).found for one, doc in best]),
            wanted=answer.wanted,
            total=answer.total,
            convincing=answer.convincing,
            fit=answer.fit,
            score=ranked.scores[0] if len(ranked) else 0.0,
            likely_department=answer.likely_department,
            took_ms=_millis(laps.began),
        )
        laps.lap("best hits")
        self._slow.look(asked.text, found.total, found.took_ms, laps)
        return found

    def explain(self, text: str, reader: Reader, today: date, limit: int = 10) -> Explanation:
        """The same ranking with the parts of each score."""
        answer = self._answer(self.basis(), Lookup(text, reader, today, limit=limit))
        words = tuple(
            (slot.word, round(slot.worth, 3), "; ".join(o.why for o in slot.options if o.why))
            for slot in answer.understood.slots
        )
        places = answer.page(0, limit)
        return Explanation(text, words, tuple(answer.explained(nth) for nth in places))

    def of_id(self, procedure_id: str) -> IndexedProcedure | None:
        """What the index has of that id, whoever may see it; None where it has none."""
        for one in self.snapshots():
            number = one.numbers.get(folded(procedure_id))
            if number is not None and one.alive[number]:
                return one.stored(number).found
        return None

    def reach(self, text: str, reader: Reader, most: int, closely: bool) -> Reach:
        """How well the best hit fits, and the scores of the `most` best."""
        asked = Lookup(text, reader, limit=most, counts=False, closely=closely)
        answer = self._answer(self.basis(closely), asked)
        scores = {answer.id(nth): answer.ranked.scores[nth] for nth in answer.page(0, most)}
        return Reach(answer.fit, answer.best_id, scores)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots in service now; none where there is no usable index."""
        return self._snapshots()

    def basis(self, closely: bool = True) -> Basis:
        """What answers are made from: one of these is another object as soon as it changed."""
        passages = NOTHING_ENCODED
        if closely and self._encoding:
            passages = self._encoding.passages()
        threshold = self.encoded_threshold(passages.encoder)
        return self.snapshots(), self.synonyms(), self._learned(), threshold, passages

    def threshold_file(self, closely: bool) -> ThresholdFile:
        """Where the threshold stands: that with the sentence encoder, if there is one."""
        encoder = self._encoding.passages().encoder if closely and self._encoding else ""
        return self.encoded_threshold.file(encoder) if encoder else self.threshold

    def with_synonyms(self, synonyms: Synonyms) -> Searcher:
        """A searcher of what is in service now, to which other words mean the same."""
        other = Searcher(
            self.index, lambda: synonyms, self._weights, self._learned, encoding=self._encoding
        )
        other._snapshots = self._snapshots
        return other

    def with_snapshots(self, sets: tuple[Snapshot, ...]) -> Searcher:
        """A searcher of just these snapshots, whatever the index does meanwhile."""
        other = Searcher(
            self.index, self.synonyms, self._weights, self._learned, encoding=self._encoding
        )
        other._snapshots = lambda: sets
        return other

    def _answer(self, basis: Basis, asked: Lookup, laps: Laps | None = None) -> Answer:
        laps = laps or Laps()
        sets, synonyms, learned, threshold, passages = basis
        query = self._parse(asked.text)
        named = [self._named(one, query, asked) for one in sets]
        if any(len(docs) for docs, _ in named):
            query = self._parse(asked.text, plainly=True)
        understood = self._expansion(sets, synonyms, asked.reader).of(query, asked.prefix)
        laps.lap("words")
        scorer = Scorer(sets, understood.slots, self._recall(learned))
        matches = [scorer.match(number) for number in range(len(sets))]
        allowed = [
            self._allowed(query, one, match, asked)
            for one, match in zip(sets, matches, strict=True)
        ]
        narrowing = Narrowing(sets, allowed, asked.chosen, asked.today)
        laps.lap("matching")
        vectors, question = None, None
        if understood.slots and narrowing.total:
            text = meant(query, understood)
            vectors = self.index.meaning.of_question(text, self._stop_words)
            question = self._encoding.asked(text, passages) if self._encoding else None
        laps.lap("meaning")
        ranked = rank(
            scorer,
            matches,
            narrowing.masks,
            narrowing.totals,
            vectors,
            self._weights,
            asked.most,
            () if query.narrows or asked.chosen else [one.visible(asked.reader) for one in sets],
            named,
            question,
        )
        laps.lap("ranking")
        return Answer(query, understood, sets, scorer, matches, narrowing, ranked, threshold)

    def _named(self, one: Snapshot, query: Query, asked: Lookup) -> Named:
        """What the reader may find that has the query for a title, and what that adds."""
        docs = one.titled(query.title)
        if not len(docs):
            return NOT_NAMED
        docs = docs[one.visible(asked.reader)[docs]]
        written = " ".join(query.text.split()).casefold()
        adds = [
            NAMED + LETTER_BY_LETTER * (one.stored(doc).found.title.casefold() == written)
            for doc in docs.tolist()
        ]
        return docs, np.array(adds, np.float32)

    def _expansion(
        self, sets: tuple[Snapshot, ...], synonyms: Synonyms, reader: Reader
    ) -> QueryExpansion:
        """What reads this reader's queries; the one before, where nothing changed."""
        of_sets, of_synonyms, known = self._expansions
        if of_sets is not sets or of_synonyms is not synonyms or known is None:
            new = partial(
                QueryExpansion,
                sets,
                self.index.stems,
                self._stop_words,
                synonyms,
                knows=self._knows,
            )
            known = lru_cache(READERS)(new)
            self._expansions = sets, synonyms, known
        return known(reader)

    def _knows(self, word: str) -> bool:
        """Has the language this word, whether a procedure has it or not?"""
        return word in known_words(self.index.language) or self.index.meaning.has_word(word)

    def _recall(self, learned: Learned) -> Recall | None:
        if not learned or not self._weights.learned:
            return None
        return Recall(learned, self.index.stems, self._weights.learned * HIGHEST)

    def _allowed(self, query: Query, one: Snapshot, match: Match, asked: Lookup) -> Mask:
        """The documents of a set that the reader may find and that the query does not rule out."""
        reader = asked.reader
        if not query.narrows:
            matched = match.matched
            return matched if one.sees_all(reader) else matched & one.visible(reader)
        mask = one.visible(reader).copy()
        if query.words or not query.filters:
            mask &= match.matched
        for word in query.excluded:
            stem = self.index.stems.of(word).encode("utf-8", "replace")
            if (row := one.row(stem)) >= 0:
                mask[one.table("words", row)[0]] = False
        for having in filters.kept(one, query.filters, asked.today):
            mask &= having
        if query.phrases:
            mask &= standing_together(one, match.words, mask, query.phrases)
        return mask


def _millis(began: float) -> float:
    """Since then."""
    return (time.perf_counter() - began) * 1000


def _opened(answer: Answer, reader: Reader) -> str | None:
    """The id that was typed, if it is one that the reader may find."""
    for one in answer.sets:
        for typed in answer.query.ids:
            number = one.numbers.get(typed)
            if number is not None and one.visible(reader)[number]:
                return one.names["id"][number]
    return None
