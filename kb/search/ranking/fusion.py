"""The order of the hits: words, best passage, meaning and closeness in one score.

Every part is measured against what the query could reach at most, not against the best hit, so
that a score means the same for every query (docs/decisions/ranking.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from kb.search.encoder.encoding import Question
from kb.search.index.array_file import Array
from kb.search.index.compiling import PASSAGE, SATURATION
from kb.search.index.embedding import LENGTH
from kb.search.index.snapshot import Floats, Mask, Snapshot
from kb.search.ranking.attached import best_places
from kb.search.ranking.query_words import Slot
from kb.search.ranking.reranking import (
    CandidateText,
    candidate_text,
    closeness,
    passage_scores,
    word_places,
)
from kb.search.ranking.scoring import Match, Scorer, best_of
from kb.search.ranking.standing_out import Scatter, reached, scatter

# The best of a set by words are reranked: so many at least and at most, and of those
# between only what is at most so far behind the best in its score.
LEAST_CANDIDATES = 12
MOST_CANDIDATES = 40
REACH = 0.5
MOST_PAIRS = 10  # of neighbouring words
MOST_RERANKED = 24  # words that are reranked
HIGHEST = PASSAGE.k1 + 1  # what a word can add at most to a BM25 score, before its rarity
Vectors = tuple[Floats, Floats]  # of the query, to compare with passages and with titles
Named = tuple[Array, Floats]  # documents of a set whose title the query is, and what that adds


@dataclass(frozen=True)
class Weights:
    """How much each part counts; 0 takes it out (for the ablations)."""

    whole: float = SATURATION["whole"].weight
    title: float = SATURATION["title"].weight
    keywords: float = SATURATION["keywords"].weight
    attached: float = SATURATION["attached"].weight
    passage: float = PASSAGE.weight
    meaning: float = 1.64
    close: float = 1.67
    about: float = 0.18
    learned: float = 1.0
    # For a standard deviation above the other candidates, where there is an encoder.
    sentences: float = 0.12
    sentence_title: float = 0.09

    @cached_property
    def as_compiled(self) -> bool:
        """Do the tables of all words weigh the fields like this?"""
        return all(getattr(self, name) == one.weight for name, one in SATURATION.items())


PARTS = (
    "whole",
    "title",
    "keywords",
    "attached",
    "learned",
    "passage",
    "meaning",
    "close",
    "about",
    "typed",
    "named",
    "sentences",
)
TYPED = 1.0  # a version, a compound or a code that stands as it was typed, where that is rare
RARE = 0.05  # of the documents, or two
NAMED = 5.0  # a title typed in full: more than anything else adds up to beside it
TOGETHER = 0.7  # words on one page of an attachment, by the share of those beside the weightiest
LETTER_BY_LETTER = 0.5  # more where it is typed with its very signs


class Ranked:
    """Candidates, best first, and their scores."""

    def __init__(self, looked: list[Candidates]) -> None:
        self._looked = looked
        every: list[float] = [score for one in looked for score in one.scores().tolist()]
        # Of equal ones the first: sets and documents ascend.
        self._order = sorted(range(len(every)), key=every.__getitem__, reverse=True)
        self.scores = [every[place] for place in self._order]
        self.reranked = len(self.scores)  # what `then` adds is not
        self.led = 0  # by so many that share nothing but stop words with the query

    def __len__(self) -> int:
        return len(self.scores)

    def at(self, nth: int) -> tuple[Snapshot, int]:
        """The nth hit: its set, and the document."""
        looked, place = self._place(nth)
        return looked.one, looked.docs.item(place)

    def passage(self, nth: int) -> int:
        """The row of the nth hit's best passage."""
        looked, place = self._place(nth)
        return looked.best_passage(place)

    def on_one_page(self, nth: int) -> bool:
        """Has one page of the nth hit's attachments all words that tell something?"""
        looked, place = self._place(nth)
        return looked.share_of_page(place) > 0.999

    def shares(self, nth: int) -> list[float]:
        """What each of PARTS adds to the nth hit's score."""
        looked, place = self._place(nth)
        return looked.shares(place)

    def learned(self, nth: int) -> bool:
        """Did people get to the nth hit with a word that was typed?"""
        looked, place = self._place(nth)
        return looked.learned(place)

    def lead(self, others: Ranked) -> None:
        """Put before all those of the `others` that are better than the best here."""
        self.led = sum(score > self.scores[0] for score in others.scores) if self.scores else 0
        count = sum(len(one.docs) for one in self._looked)
        self._looked = self._looked + others._looked
        self._order = [count + place for place in others._order[: self.led]] + self._order
        self.scores = others.scores[: self.led] + self.scores
        self.reranked += self.led

    def then(self, others: Ranked, most: int) -> None:
        """Add what follows, up to `most` in all."""
        count = sum(len(one.docs) for one in self._looked)
        self._looked = self._looked + others._looked
        self._order = (self._order + [count + place for place in others._order])[:most]
        self.scores = (self.scores + others.scores)[:most]

    def _place(self, nth: int) -> tuple[Candidates, int]:
        place = self._order[nth]
        for one in self._looked:
            if place < len(one.docs):
                return one, place
            place -= len(one.docs)
        raise IndexError(nth)


def rank(
    scorer: Scorer,
    matches: Sequence[Match],
    eligible: Sequence[Mask],
    totals: Sequence[int],
    vectors: Vectors | None,
    weights: Weights,
    most: int = 0,
    beside: Sequence[Mask] = (),
    named: Sequence[Named] = (),
    question: Question | None = None,
) -> Ranked:
    """The best candidates of all sets; where `most` are more, the others follow by words alone.

    `totals` are of the `eligible` documents of each set. Those `beside` that share stop words
    alone with the query come first where titles and meaning make them better than the best.
    `named` are those of each set whose title the query is, and what that adds. `question` is what
    a sentence encoder made of the query.
    """
    found: list[Candidates] = []
    for number, (match, mask, total) in enumerate(zip(matches, eligible, totals, strict=True)):
        if total:
            reach = REACH * scorer.asked * HIGHEST
            docs = best_of(match, mask, total, MOST_CANDIDATES, LEAST_CANDIDATES, reach)
            if named and len(named[number][0]):
                ours = named[number][0][mask[named[number][0]]]
                docs = np.union1d(docs, ours)
            found.append(Candidates(scorer, number, docs, match, weights))
            found[-1].rerank(vectors)
            if named:
                found[-1].name(*named[number])
    others = _beside(scorer, matches, beside, vectors, weights)
    if question:
        _listen(question, found, others)
    ranked = Ranked(found)
    if others:
        ranked.lead(Ranked(others))
    if most > len(ranked) and sum(totals) > len(ranked):
        ranked.then(_rest(scorer, matches, eligible, found, most), most)
    return ranked


def _beside(
    scorer: Scorer,
    matches: Sequence[Match],
    allowed: Sequence[Mask],
    vectors: Vectors | None,
    weights: Weights,
) -> list[Candidates]:
    """The best of those that share stop words alone with the query, and may be found."""
    found = []
    for number, (match, mask) in enumerate(zip(matches, allowed, strict=False)):
        if match.beside is None:
            continue
        having = mask & (match.beside > 0)
        total = int(np.count_nonzero(having))
        docs = best_of(Match(match.beside, having), having, total, LEAST_CANDIDATES)
        if len(docs):
            found.append(Candidates(scorer, number, docs, Match(match.beside, having), weights))
            found[-1].rerank(vectors)
    return found


def _listen(question: Question, found: list[Candidates], others: list[Candidates]) -> None:
    """Add how each candidate stands among those `found`, by its sentences."""
    for one in (*found, *others):
        one.listen(question)
    best, title = (scatter([one.reached[nth] for one in found]) for nth in (0, 1))
    for one in (*found, *others):
        one.stand(best, title)


class Candidates:
    """Candidates of one set (`docs`, ascending), and what each part adds to their scores."""

    def __init__(
        self, scorer: Scorer, number: int, docs: Array, match: Match, weights: Weights
    ) -> None:
        self.number = number
        self.docs = docs
        self._scorer = scorer
        self.one: Snapshot = scorer.sets[number]
        self.weights = weights
        self._words: Floats = match.words.take(docs) * np.float32(1 / (scorer.asked * HIGHEST))
        if not weights.as_compiled:
            self._weigh_words()
        self._none = none = np.zeros(len(docs), np.float32)
        self._passage = self._meaning = self._close = self._about = self._typed = self._named = none
        self._sentences = self._page = self._share = none
        self.reached = none, none  # cosine of the question with the best passage, and the title
        # Of the passages, once they were looked at: which they are, and how well each fits.
        self._laid: CandidateText | None = None
        self._fits = none[:0]

    def _weigh_words(self) -> None:
        """Where the fields are weighed otherwise than they are compiled."""
        wanted = [getattr(self.weights, name) for name in SATURATION]
        compiled = [one.weight for one in SATURATION.values()]
        shares = self._word_shares(slice(None))
        for share, wish, had in zip(shares[: len(wanted)], wanted, compiled, strict=True):
            self._words += share * np.float32(wish / had - 1)

    def rerank(self, vectors: Vectors | None) -> None:
        """See which passages fit best, by their words and by meaning, and what stands close."""
        self._laid = laid = candidate_text(self.one, self.docs)
        if vectors is not None and self.weights.meaning:
            self._compare_meaning(laid, *vectors)
        else:
            self._fits = np.zeros(len(laid.rows), np.float32)
        if len(self.one.within) and self.weights.attached:
            self._look_into_attachments()
        for slot in self._scorer.slots:
            if slot.as_typed:
                self._look_for_typed(slot)
        if self._scorer.slots and (self.weights.passage or self.weights.close):
            self._look_for_words(laid)

    def listen(self, question: Question) -> None:
        """Compare the sentences of each, once they were laid out."""
        if self._laid is not None:
            self.reached = reached(self._laid, question)

    def stand(self, best: Scatter, title: Scatter) -> None:
        """Among candidates that reach so much."""
        self._sentences = best.standing(self.reached[0]) * np.float32(self.weights.sentences)
        about = title.standing(self.reached[1])
        self._sentences += about * np.float32(self.weights.sentence_title)

    def name(self, docs: Array, adds: Floats) -> None:
        """Those of `docs` have the query for a title."""
        if len(docs):
            self._named = np.zeros(len(self.docs), np.float32)
            ours = np.isin(docs, self.docs)
            self._named[self.docs.searchsorted(docs[ours])] = adds[ours]

    def _look_for_typed(self, slot: Slot) -> None:
        """Where it stands as it was typed, and few have that."""
        for row, factor in slot.rows[self.number]:
            if self.one.size(row) <= max(2, RARE * self.one.count):
                having = np.isin(self.docs, self.one.table("words", row)[0])
                adds = having * np.float32(TYPED * slot.as_typed * factor)
                self._typed = np.maximum(self._typed, adds)

    def _look_into_attachments(self) -> None:
        """The page of each one's attachments on which most of the words stand."""
        words, worth = self._scorer.telling_words(self.number)
        asked = max(self._scorer.telling_worth, sum(worth))
        share = best_places(self.one, self.docs, words, worth).worth * np.float32(1 / asked)
        beside = np.maximum(share - np.float32(max(worth, default=0.0) / asked), 0)
        self._page, self._share = share * beside * np.float32(TOGETHER), share

    def _compare_meaning(self, laid: CandidateText, vector: Floats, title: Floats) -> None:
        """The title, and the best passage or keyword, by meaning."""
        rows, weights = self.one.arrays["vectors"].take(laid.compared, axis=0), self.weights
        rows = rows.astype(np.float32)
        alike = rows.dot(vector * np.float32(weights.meaning / LENGTH))
        np.maximum(alike, 0, out=alike)
        about = rows.take(laid.firsts, axis=0).dot(title * np.float32(weights.about / LENGTH))
        self._about = np.maximum(about, 0, out=about)
        alike[laid.firsts] = 0  # a title is no passage
        best = np.maximum.reduceat(alike, laid.starts)
        if len(best) > len(laid.docs):  # of passages, then of keywords
            best = best.reshape(2, -1).max(axis=0)
        self._meaning = best
        self._fits = alike[: len(laid.rows)]

    def _look_for_words(self, laid: CandidateText) -> None:
        """The best passage by words, and the words that stand close to each other."""
        scorer, weights = self._scorer, self.weights
        typed = min(len(scorer.in_order), MOST_PAIRS + 1)
        slots = _reranked_words(scorer, typed)
        found = word_places(laid, [slot.rows[self.number] for slot in slots])
        if weights.passage:
            scale = weights.passage / scorer.asked
            adds = passage_scores(laid, found, [slot.worth * slot.best * scale for slot in slots])
            self._passage = np.maximum.reduceat(adds, laid.firsts)
            self._fits += adds
        if weights.close and typed > 1:
            scale = weights.close / scorer.asked
            pairs = [scale * min(a.worth, b.worth) for a, b in pairwise(slots[:typed])]
            self._close = closeness(laid, found, pairs)

    def scores(self) -> Floats:
        """Of each candidate."""
        total = self._words + self._passage + self._meaning + self._close + self._about
        for part in (self._typed, self._named, self._sentences, self._page):
            if part is not self._none:
                total = total + part
        return total

    def best_passage(self, nth: int) -> int:
        """The row of the candidate's passage that fits best; of equal ones the first."""
        if self._laid is None:
            return int(self.one.layout[0, self.docs[nth]]) + 1  # after the title
        first = self._laid.firsts.item(nth) + 1
        last = first - 1 + self._laid.sizes.item(nth)
        return int(self._laid.rows[first + self._fits[first:last].argmax()])

    def share_of_page(self, nth: int) -> float:
        """How much of the words' worth stands on one page of the candidate's attachments."""
        return float(self._share.item(nth))

    def shares(self, nth: int) -> list[float]:
        """What each of PARTS adds to the candidate's score, with the weights as compiled."""
        words = [share.item() for share in self._word_shares(slice(nth, nth + 1))]
        words[list(SATURATION).index("attached")] += self._page.item(nth)
        others = (self._passage, self._meaning, self._close, self._about)
        rare = (self._typed, self._named, self._sentences)
        return [*words, *(part.item(nth) for part in (*others, *rare))]

    def learned(self, nth: int) -> bool:
        """Did people get to the candidate with a word that was typed?"""
        return bool(self._scorer.learned_share(self.number, self.docs[nth : nth + 1]).any())

    def _word_shares(self, part: slice) -> list[Floats]:
        """How the word scores divide among text, title, keywords, attachments and learned words."""
        scorer, docs, words = self._scorer, self.docs[part], self._words[part]
        scale = scorer.asked * HIGHEST
        title, keywords, attached = (
            scorer.share(self.number, name, docs) * np.float32(SATURATION[name].weight / scale)
            for name in ("title", "keywords", "attached")
        )
        learned = scorer.learned_share(self.number, docs) / np.float32(scale)
        text = words - title - keywords - attached - learned
        return [text, title, keywords, attached, learned]


def _reranked_words(scorer: Scorer, typed: int) -> list[Slot]:
    """The slots that are reranked: the first `typed`, then the others or the rarest."""
    first = scorer.in_order[:typed]
    if typed == len(scorer.slots):
        return list(scorer.slots)
    others = [slot for nth, slot in enumerate(scorer.slots) if nth not in first]
    if len(scorer.slots) > MOST_RERANKED:
        others = [slot for slot in others if any(slot.rows)]
        others.sort(key=lambda slot: -slot.worth)
    return ([scorer.slots[nth] for nth in first] + others)[:MOST_RERANKED]


def _rest(
    scorer: Scorer,
    matches: Sequence[Match],
    eligible: Sequence[Mask],
    found: list[Candidates],
    most: int,
) -> Ranked:
    """The `most` best of those that are no candidates."""
    others = []
    for looked in found:
        mask = eligible[looked.number].copy()
        mask[looked.docs] = False
        total, match = int(np.count_nonzero(mask)), matches[looked.number]
        docs = best_of(match, mask, total, most)
        if len(docs):
            others.append(Candidates(scorer, looked.number, docs, match, looked.weights))
    return Ranked(others)
