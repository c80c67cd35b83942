"""One search answered: the ranking, all that it was made from, and what follows from both."""

from __future__ import annotations

from msgspec import Struct

from kb.search.facets import Narrowing
from kb.search.index.snapshot import Snapshot
from kb.search.query import Query
from kb.search.ranking.fusion import PARTS, Ranked
from kb.search.ranking.query_expansion import ExpandedQuery
from kb.search.ranking.query_words import Slot
from kb.search.ranking.scoring import Match, Scorer
from kb.search.ranking.threshold import Threshold, fit
from kb.search.results import Explained, ScorePart
from kb.search.words.analysis import folded

CUT = 0.35  # of the best hit's score: what has less is not listed at first
ALWAYS_LISTED = 3
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
        """Does the best hit fit well?"""
        if not len(self.ranked):
            return False
        if self.query.filters and not self.query.words:
            return True
        known = [bool(self.scorer.slots[nth].options) for nth in self.scorer.in_order]
        return self.threshold.reached(self.fit, known)

    @property
    def fit(self) -> float:
        """How well the best hit fits, as the threshold is measured."""
        if not len(self.ranked):
            return 0.0
        best = self.ranked.scores[min(self.ranked.led, len(self.ranked) - 1)]
        return fit(best, len(self.scorer.in_order))

    @property
    def missing(self) -> tuple[str, ...]:
        """The words that no procedure has, nor anything that may stand for them."""
        slots = [self.scorer.slots[nth] for nth in self.scorer.in_order]
        return tuple(slot.word for slot in slots if not slot.options)

    @property
    def total(self) -> int:
        """How many match, and those that filler alone put first."""
        return self.narrowing.total + self.ranked.led

    @property
    def near(self) -> int:
        """How many of the best are worth listing: those before the score falls off."""
        scores = self.ranked.scores[: self.ranked.reranked]
        if not scores or scores[0] <= 0:
            return self.total
        kept = sum(score >= CUT * scores[0] for score in scores)
        return min(max(kept, ALWAYS_LISTED), self.total)

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
        others = [self.scorer.slots[nth] for nth in self.scorer.in_order]
        having = [_has(one, doc, slot) for slot in others if slot.word != word]
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
    rows = [one.row(option.stem) for option in slot.options]
    return any(doc in one.table("words", row)[0] for row in rows if row >= 0)


def meant(query: Query, understood: ExpandedQuery) -> str:
    """The text whose meaning is compared: spelling put right, synonyms added."""
    plain = query.plain
    if understood.corrected:
        plain = " ".join(understood.corrected.get(word, word) for word in query.words)
    return " ".join((plain, *understood.added))
