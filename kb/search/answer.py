"""One search answered: the ranking, all that it was made from, and what follows from both."""

from __future__ import annotations

from bisect import bisect_right
from operator import neg

from msgspec import Struct

from kb.search.facets import Narrowing
from kb.search.index.snapshot import Snapshot
from kb.search.query import Query
from kb.search.ranking.fusion import PARTS, Ranked
from kb.search.ranking.query_expansion import ExpandedQuery
from kb.search.ranking.query_words import Slot
from kb.search.ranking.scoring import Match, Scorer
from kb.search.ranking.threshold import FOUND, Threshold, fit, most_known
from kb.search.results import Explained, ScorePart
from kb.search.words.analysis import folded

CUT = 0.35  # of the best hit's score: what has less is not listed at first
ALWAYS_LISTED = 3
DOUBTED_LISTED = 10  # at first, where nothing fits
DEPARTMENT_VOTERS = 5  # hits that the likely department is guessed from


class Answer(Struct):
    """A ranking and all that it was made from."""

    query: Query
    understood: ExpandedQuery
    sets: tuple[Snapshot, ...]
    scorer: Scorer
    matches: list[Match]
    narrowing: Narrowing
    ranked: Ranked
    threshold: Threshold

    @property
    def wanted(self) -> frozenset[str]:
        """The stems that are marked in a snippet; stop words only where nothing else was typed."""
        telling = [self.understood.slots[nth] for nth in self.scorer.telling]
        return frozenset(option.stem.decode() for slot in telling for option in slot.options)

    @property
    def worth(self) -> dict[str, float]:
        """The same stems, each with how much it tells."""
        found: dict[str, float] = {}
        for slot in (self.understood.slots[nth] for nth in self.scorer.telling):
            for option in slot.options:
                stem = option.stem.decode()
                found[stem] = max(found.get(stem, 0.0), slot.worth * option.factor)
        return found

    @property
    def convincing(self) -> bool:
        """Does the best hit fit well, or has a page of the first three's attachments all words?"""
        if not len(self.ranked):
            return False
        if self.query.filters and not self.query.words:
            return True
        return self._reaches_threshold or self._on_one_page

    @property
    def _reaches_threshold(self) -> bool:
        """Does the best hit reach the threshold?"""
        words = self._telling
        best, wanted = self._fit(len(words)), self.threshold.of(self.best_id)
        if best < wanted:  # whatever the hit has of the question
            return False
        known = [bool(slot.options) for slot in words]
        if not all(known):
            learned = self.ranked.learned(self._best)
            known = [learned or self._known(slot) for slot in words]
            return self.fit >= wanted and most_known(known)
        return self._has_enough(words, len(words) * (wanted / best) ** (1 / FOUND))

    def _has_enough(self, words: list[Slot], enough: float) -> bool:
        """Has the best hit so many of the words, or was it learned for one?"""
        one, doc = self.ranked.at(self._best)
        found = 0
        for slot in words:
            found += self._stands_in(one, doc, slot)
            if found >= enough:
                return True
        return not words or self.ranked.learned(self._best)

    @property
    def _on_one_page(self) -> bool:
        """Has one page of the first three's attachments all words, two or more?"""
        return len(self._telling) > 1 and any(map(self.ranked.on_one_page, self.page(0, 3)))

    @property
    def fit(self) -> float:
        """How well the best hit fits, as the threshold is measured."""
        if not len(self.ranked):
            return 0.0
        one, doc = self.ranked.at(self._best)
        words = self._telling
        found = sum([self._stands_in(one, doc, slot) for slot in words])
        if found < len(words) and self.ranked.learned(self._best):
            found = len(words)
        return self._fit(found)

    def _fit(self, found: int) -> float:
        """The fit, if the best hit has so many of the words."""
        lost = self.scorer.lost / self.scorer.asked
        return fit(self.ranked.scores[self._best], len(self.scorer.in_order), found, lost)

    @property
    def best_id(self) -> str:
        """Of the hit that `fit` is of; "" without one."""
        return self.id(self._best) if len(self.ranked) else ""

    def id(self, nth: int) -> str:
        """Of the nth hit."""
        one, doc = self.ranked.at(nth)
        return one.names["id"][doc]

    @property
    def missing(self) -> tuple[str, ...]:
        """The words that no procedure has, nor anything that may stand for them."""
        return tuple(slot.word for slot in self._telling if not self._known(slot))

    @property
    def _best(self) -> int:
        """The best of the hits that share more than stop words with the query."""
        return min(self.ranked.led, len(self.ranked) - 1)

    @property
    def _telling(self) -> list[Slot]:
        """The typed words that are no stop words."""
        return [self.scorer.slots[nth] for nth in self.scorer.in_order]

    def _known(self, slot: Slot) -> bool:
        """Has any procedure the word, or what may stand for it?"""
        return bool(slot.options) or any(other.options for other in self._instead(slot))

    def _stands_in(self, one: Snapshot, doc: int, slot: Slot) -> bool:
        """Has the document the word, or what may stand for it?"""
        if _has(one, doc, slot):
            return True
        others = self._instead(slot)
        return bool(others) and all(_has(one, doc, other) for other in others)

    def _instead(self, slot: Slot) -> list[Slot]:
        """The words that mean the same together."""
        others = self.understood.instead.get(slot.word, ())
        return [other for other in self.scorer.slots if other.word in others]

    @property
    def total(self) -> int:
        """How many match, and those that filler alone put first."""
        return self.narrowing.total + self.ranked.led

    def near(self, convincing: bool) -> int:
        """How many of the best are worth listing: those before the score falls off, and where
        nothing is convincing a few."""
        scores = self.ranked.scores[: self.ranked.reranked]
        if not scores or scores[0] <= 0:
            return self.total
        kept = bisect_right(scores, -CUT * scores[0], key=neg)
        most = self.total if convincing else min(self.total, DOUBTED_LISTED)
        return min(max(kept, ALWAYS_LISTED), most)

    @property
    def did_you_mean(self) -> str | None:
        """The text with each misspelt word as it is likely meant, where the others agree."""
        corrected = {
            word: spelling
            for word, spelling in self.understood.corrected.items()
            if self._others_agree(word, spelling)
        }
        if not corrected:
            return None
        return " ".join(corrected.get(word, word) for word in self.query.words)

    def _others_agree(self, word: str, spelling: str) -> bool:
        """Does the best hit have that spelling, and half of the other words at least?"""
        if not len(self.ranked):
            return False
        one, doc = self.ranked.at(0)
        if not any(doc in one.surface_docs(row) for row in one.written(folded(spelling).encode())):
            return False
        having = [_has(one, doc, slot) for slot in self._telling if slot.word != word]
        return 2 * sum(having) >= len(having)

    @property
    def likely_department(self) -> str | None:
        """The department with the most weight among the best hits."""
        votes: dict[str, float] = {}
        for nth, score in enumerate(self.ranked.scores[:DEPARTMENT_VOTERS]):
            one, doc = self.ranked.at(nth)
            name = one.departments_of[doc]
            votes[name] = votes.get(name, 0.0) + score / (nth + 1)
        return max(votes, key=votes.__getitem__) if votes else None

    def page(self, offset: int, limit: int) -> range:
        """The places of the hits from `offset` on, `limit` at most."""
        count = len(self.ranked)
        return range(min(offset, count), min(offset + limit, count))

    def explained(self, nth: int) -> Explained:
        """The nth hit with the parts of its score."""
        one, doc = self.ranked.at(nth)
        it = one.stored(doc).found
        parts = tuple(
            ScorePart(name, round(adds, 4))
            for name, adds in zip(PARTS, self.ranked.shares(nth), strict=True)
        )
        return Explained(it.id, it.title, self.ranked.scores[nth], parts)


def _has(one: Snapshot, doc: int, slot: Slot) -> bool:
    """Does the document have what may stand for the word?"""
    for option in slot.options:
        if (row := one.row(option.stem)) >= 0 and one.stands_in(row, doc):
            return True
    return False


def meant(query: Query, understood: ExpandedQuery) -> str:
    """The text whose meaning is compared: spelling put right, synonyms added."""
    plain = query.plain
    if understood.corrected:
        plain = " ".join(understood.corrected.get(word, word) for word in query.words)
    return " ".join((plain, *understood.added))
