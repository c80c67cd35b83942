"""The order of the hits: words, best passage, meaning and closeness in one score.

Every part is measured against what the query could reach at most, not against the best hit, so
that a score means the same for every query (docs/decisions/ranking.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.closeup import closeness, passage_scores, standing
from kb.search.compiling import PASSAGE, SATURATION, ranges
from kb.search.loaded import Floats, Loaded, Mask
from kb.search.scoring import Match, Scorer, best_of

CANDIDATES = 30  # the best by words, whose meaning is looked at
MOST_PAIRS = 10  # of neighbouring words
MOST_LOOKED = 24  # words that are looked at closely
CLOSE_LOOK = 15  # the best of those, whose passages and words standing together are looked at
HIGHEST = 2.2  # k1 + 1: what a word can add at most to a BM25 score, before its rarity


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; 0 takes it out (for the ablations)."""

    whole: float = SATURATION["whole"].weight
    title: float = SATURATION["title"].weight
    keywords: float = SATURATION["keywords"].weight
    passage: float = PASSAGE.weight
    meaning: float = 1.64
    close: float = 1.67
    about: float = 0.21
    learned: float = 1.0

    @property
    def as_compiled(self) -> bool:
        """Do the tables of all words weigh the fields like this?"""
        return all(getattr(self, name) == one.weight for name, one in SATURATION.items())


PARTS = ("whole", "title", "keywords", "learned", "passage", "meaning", "close", "about")
# Columns of `parts`; WORDS are the first four PARTS.
WORDS, PASSAGES, MEANING, NEAR, ABOUT = range(5)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates, best first: set, document, its best passage, score, and what each part adds.

    `parts` is (n, 5): words, passage, meaning, close, about; they sum to `scores`.
    """

    sets: NDArray[np.int64]
    docs: NDArray[np.int64]
    passages: NDArray[np.int64]
    scores: Floats
    parts: Floats

    def __len__(self) -> int:
        return len(self.docs)


def rank(
    scorer: Scorer,
    matches: Sequence[Match],
    eligible: Sequence[Mask],
    vector: Floats | None,
    weights: Weights,
    most: int = 0,
) -> Ranked:
    """The best candidates of all sets; where `most` are more, the others follow by words alone."""
    totals = [int(np.count_nonzero(mask)) for mask in eligible]
    found = [
        _Looked(scorer, number, best_of(match.words, mask, total, CANDIDATES), match)
        for number, (match, mask, total) in enumerate(zip(matches, eligible, totals, strict=True))
        if total
    ]
    for one in found:
        one.weigh_words(weights)
        one.look_at_meaning(vector, weights, most > CLOSE_LOOK)
    _look_closely(found, weights)
    ranked = _joined([one.ranked() for one in found])
    if most > len(ranked) and sum(totals) > len(ranked):
        rest = _rest(scorer, matches, eligible, found, most)
        both = zip(_fields(ranked), _fields(rest), strict=True)
        ranked = Ranked(*(np.concatenate(pair)[:most] for pair in both))
    return ranked


class _Looked:
    """The candidates of one set (`docs`, ascending) while their scores are put together."""

    def __init__(self, scorer: Scorer, number: int, docs: Array, match: Match) -> None:
        self.scorer = scorer
        self.number = number
        self.docs = docs
        self.one: Loaded = scorer.sets[number]
        self.first = self.one.passage_starts.take(docs)
        self.sizes = self.one.passage_sizes.take(docs)
        self.starts = self.sizes.cumsum() - self.sizes  # each document's first among all
        self.passages: Array = self.first.copy()
        self.parts = np.zeros((len(docs), 5), np.float32)
        self.parts[:, WORDS] = match.words.take(docs) / np.float32(scorer.asked * HIGHEST)
        self.alike: Floats | None = None  # meaning of each passage

    def weigh_words(self, weights: Weights) -> None:
        """Where the fields are weighed otherwise than they are compiled."""
        if not weights.as_compiled:
            shares = _shares(self.scorer, self.number, self.docs, self.parts[:, WORDS])
            wanted = (weights.whole, weights.title, weights.keywords)
            compiled = [one.weight for one in SATURATION.values()]
            for share, wish, had in zip(shares[:3], wanted, compiled, strict=True):
                self.parts[:, WORDS] += share * np.float32(wish / had - 1)

    def look_at_meaning(self, vector: Floats | None, weights: Weights, shown: bool) -> None:
        """What the title and the best passage by meaning add; which that is, where it is shown."""
        if vector is None or not weights.meaning:
            return
        about = self.one.arrays["about"].take(self.docs, axis=0).astype(np.float32) @ vector
        about *= self.one.arrays["about.scale"].take(self.docs)
        self.parts[:, ABOUT] = np.maximum(about, 0) * np.float32(weights.about)
        rows = ranges(self.first, self.sizes)
        vectors = self.one.arrays["vectors"].take(rows, axis=0).astype(np.float32)
        alike = (vectors @ vector) * self.one.arrays["vectors.scale"].take(rows)
        self.alike = np.maximum(alike, 0) * np.float32(weights.meaning)
        self.parts[:, MEANING] = np.maximum.reduceat(self.alike, self.starts)
        if shown:
            self.passages = rows[_first_best(self.alike, self.starts, self.sizes)]

    def look_closely(self, which: NDArray[np.int64], weights: Weights) -> None:
        """Passages and closeness of the candidates `which` (ascending)."""
        typed = self.scorer.in_order[: MOST_PAIRS + 1]
        looked = self._looked_for(typed)
        words = [self.scorer.rows[self.number][nth] for nth in looked]
        docs, first, sizes = (every.take(which) for every in (self.docs, self.first, self.sizes))
        found = standing(self.one, docs, words)
        asked, rarity = self.scorer.asked, [self.scorer.rarity[nth] for nth in looked]
        starts = sizes.cumsum() - sizes
        if weights.passage:
            worth = [
                weight * max((factor for _, factor in options), default=0.0)
                for weight, options in zip(rarity, words, strict=True)
            ]
            rows = ranges(first, sizes)
            adds = passage_scores(self.one, found, docs, rows, sizes, worth)
            adds *= np.float32(weights.passage / (asked * HIGHEST))
            self.parts[which, PASSAGES] = np.maximum.reduceat(adds, starts)
            if self.alike is not None:
                adds += self.alike.take(ranges(self.starts.take(which), sizes))
            self.passages[which] = _first_best(adds, starts, sizes) - starts + first
        if weights.close and len(typed) > 1:
            places = [looked.index(nth) for nth in typed]
            near = closeness(found, places, [rarity[place] for place in places])
            self.parts[which, NEAR] = near * np.float32(weights.close / asked)

    def _looked_for(self, typed: list[int]) -> list[int]:
        """The slots that are looked at closely: the typed ones, and the rarest of the others."""
        slots, rows = range(len(self.scorer.slots)), self.scorer.rows[self.number]
        if len(slots) <= MOST_LOOKED:
            return list(slots)
        others = [nth for nth in slots if rows[nth] and nth not in typed]
        others.sort(key=lambda nth: -self.scorer.rarity[nth])
        return sorted({*typed, *others[: MOST_LOOKED - len(typed)]})

    def ranked(self) -> Ranked:
        """The candidates, in no order."""
        sets = np.full(len(self.docs), self.number)
        return Ranked(sets, self.docs, self.passages, self.parts.sum(axis=1), self.parts)


def shares(scorer: Scorer, ranked: Ranked, nth: int) -> list[float]:
    """What each of PARTS adds to the score of the nth hit, with the weights as compiled."""
    words, passage, meaning, close, about = ranked.parts[nth].tolist()
    docs = ranked.docs[nth : nth + 1]
    found = _shares(scorer, int(ranked.sets[nth]), docs, np.array([words], np.float32))
    return [*(float(share[0]) for share in found), passage, meaning, close, about]


def _shares(scorer: Scorer, number: int, docs: Array, words: Floats) -> list[Floats]:
    """How the word scores divide among whole, title, keywords and learned words."""
    scale = scorer.asked * HIGHEST
    title, keywords = (
        scorer.share(number, name, docs) * np.float32(SATURATION[name].weight / scale)
        for name in ("title", "keywords")
    )
    learned = scorer.learned_share(number, docs) / np.float32(scale)
    return [words - title - keywords - learned, title, keywords, learned]


def _look_closely(found: list[_Looked], weights: Weights) -> None:
    """The best CLOSE_LOOK of all sets are looked at more closely."""
    if not found or not found[0].scorer.slots or not (weights.passage or weights.close):
        return
    scores = [one.parts.sum(axis=1) for one in found]
    every = np.concatenate(scores)
    floor = np.partition(every, -CLOSE_LOOK)[-CLOSE_LOOK] if len(every) > CLOSE_LOOK else 0
    for one, mine in zip(found, scores, strict=True):
        which = (mine >= floor).nonzero()[0]
        if len(which):
            one.look_closely(which, weights)


def _first_best(values: Floats, first: Array, sizes: Array) -> NDArray[np.int64]:
    """Where the largest value of each run stands; of equal ones the first."""
    at = (values == np.maximum.reduceat(values, first).repeat(sizes)).nonzero()[0]
    return np.asarray(at.take(at.searchsorted(first)), np.int64)


def _rest(
    scorer: Scorer,
    matches: Sequence[Match],
    eligible: Sequence[Mask],
    found: list[_Looked],
    most: int,
) -> Ranked:
    """The `most` best of those that are no candidates."""
    others = []
    for looked in found:
        mask = eligible[looked.number].copy()
        mask[looked.docs] = False
        total, match = int(np.count_nonzero(mask)), matches[looked.number]
        docs = best_of(match.words, mask, total, most)
        if len(docs):
            others.append(_Looked(scorer, looked.number, docs, match).ranked())
    return _joined(others)


def _fields(ranked: Ranked) -> tuple[Array, ...]:
    return ranked.sets, ranked.docs, ranked.passages, ranked.scores, ranked.parts


def _joined(found: list[Ranked]) -> Ranked:
    """All of them, best first."""
    if not found:
        none = np.zeros(0, np.int64)
        return Ranked(none, none, none, np.zeros(0, np.float32), np.zeros((0, 5), np.float32))
    fields = _fields(found[0])
    if len(found) > 1:
        fields = tuple(map(np.concatenate, zip(*map(_fields, found), strict=True)))
    scores = fields[3]
    order = (-scores).argsort(kind="stable")  # of equal ones the first: sets and docs ascend
    return Ranked(*(one.take(order, axis=0) for one in fields))
