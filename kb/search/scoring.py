"""Scores of the procedures that match, summed as arrays over the postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kb.search.analysis import LONGEST_WORD
from kb.search.arrayfile import Array
from kb.search.loaded import Loaded, Mask
from kb.search.understanding import Slot

Floats = NDArray[np.float32]
FIELDS = ("whole", "title", "keywords")
CANDIDATES = 300  # the best by words, whose passages and meaning are looked at


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the ranking counts (docs/decisions/ranking.md)."""

    whole: float = 1.0
    title: float = 1.0
    keywords: float = 1.0
    passage: float = 1.0
    meaning: float = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """What matches in one set: word scores of all its documents, and which of them count.

    `words` is what the candidates are chosen by: `fields` (whole, title, keywords), weighed.
    """

    words: Floats
    fields: dict[str, Floats]
    matched: Mask


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates, best first; every array has one value a candidate."""

    sets: NDArray[np.int64]
    docs: NDArray[np.int64]
    scores: Floats
    passages: NDArray[np.int64]
    words: Floats
    passage: Floats
    meaning: Floats


class Scorer:
    """Scores the slots of one query against the sets in service."""

    def __init__(self, sets: Sequence[Loaded], slots: Sequence[Slot], weights: Weights) -> None:
        self.sets = sets
        self.slots = slots
        self.weights = weights
        self.rows = [self._rows(one) for one in sets]
        self.rarity = [self._rarity(nth) * slot.weight for nth, slot in enumerate(slots)]

    def _rows(self, one: Loaded) -> list[list[tuple[int, float]]]:
        """For each slot (row, factor) of the options that this set has."""
        stems = [option.stem for slot in self.slots for option in slot.options]
        rows = iter(one.rows(np.array(stems, f"S{LONGEST_WORD}")).tolist())
        found = []
        for slot in self.slots:
            pairs = [(next(rows), option.factor) for option in slot.options]
            found.append([(row, factor) for row, factor in pairs if row >= 0])
        return found

    def _rarity(self, nth: int) -> float:
        """BM25's idf of a slot; a slot is as common as the commonest of its options."""
        total = sum(one.count for one in self.sets)
        having = max(self._having(nth), 0)
        return log(1 + (total - having + 0.5) / (having + 0.5))

    def _having(self, nth: int) -> int:
        sizes: dict[int, int] = {}
        for one, rows in zip(self.sets, self.rows, strict=True):
            for place, (row, _) in enumerate(rows[nth]):
                sizes[place] = sizes.get(place, 0) + one.size("whole", row)
        return max(sizes.values(), default=0)

    def match(self, number: int) -> Match:
        """Word scores of the documents of set `number`; filler alone matches only if all is."""
        one = self.sets[number]
        fields = {name: np.zeros(one.count, np.float32) for name in FIELDS}
        matched = np.zeros(one.count, bool)
        telling = self.telling
        for nth in range(len(self.slots)):
            for name, scores in fields.items():
                self._add(number, nth, name, scores)
            if nth in telling:
                for row, _ in self.rows[number][nth]:
                    matched[one.table("whole", row)[0]] = True
        words = fields["whole"] + 0.5 * (fields["title"] + fields["keywords"])
        return Match(words, fields, matched)

    @property
    def telling(self) -> frozenset[int]:
        """The slots that make a match: those that are no filler, where any of them is found."""
        found = [n for n in range(len(self.slots)) if any(rows[n] for rows in self.rows)]
        told = [n for n in found if not self.slots[n].filler]
        return frozenset(told or found)

    def _add(self, number: int, nth: int, field: str, into: Floats) -> None:
        """Add what slot `nth` is worth in `field`: of several options the best one counts."""
        rows = self.rows[number][nth]
        if not rows:
            return
        one, worth = self.sets[number], self.rarity[nth]
        if len(rows) == 1:
            ids, adds = one.table(field, rows[0][0])
            into[ids] += adds * np.float32(worth * rows[0][1])
            return
        tables = [(one.table(field, row), factor) for row, factor in rows]
        every = np.concatenate([ids for (ids, _), _ in tables])
        best = np.zeros(len(into), np.float32)
        for (ids, adds), factor in tables:
            best[ids] = np.maximum(best[ids], adds * np.float32(factor))
        touched = np.unique(every)
        into[touched] += best[touched] * np.float32(worth)

    def passages(self, number: int) -> Floats:
        """Word scores of all passages of set `number`."""
        scores = np.zeros(len(self.sets[number].arrays["passages"]), np.float32)
        for nth in range(len(self.slots)):
            self._add(number, nth, "passage", scores)
        return scores

    def coverage(self, number: int, doc: int) -> float:
        """How much of what was asked (by rarity) stands in a document, 0 to 1."""
        one, asked, found = self.sets[number], 0.0, 0.0
        for nth, slot in enumerate(self.slots):
            worth = self.rarity[nth]
            asked += worth
            for row, factor in self.rows[number][nth]:
                ids = one.table("whole", row)[0]
                at = int(np.searchsorted(ids, doc))
                if at < len(ids) and ids[at] == doc:
                    found += worth * factor
                    break
            del slot
        return found / asked if asked else 0.0


def best_of(scores: Floats, eligible: Mask, most: int) -> NDArray[np.int64]:
    """The `most` best eligible documents, in no order."""
    found = np.flatnonzero(eligible)
    if len(found) <= most:
        return found
    return np.asarray(found[np.argpartition(-scores[found], most)[:most]])


def rank(
    scorer: Scorer, matches: Sequence[Match], eligible: Sequence[Mask], vector: Floats | None
) -> Ranked:
    """The best candidates of all sets by words, passages and meaning together."""
    columns: list[tuple[Array, ...]] = []
    for number, (match, mask) in enumerate(zip(matches, eligible, strict=True)):
        docs = best_of(match.words, mask, CANDIDATES)
        if len(docs):
            columns.append(_candidates(scorer, number, docs, match, vector))
    if not columns:
        none = np.zeros(0)
        return Ranked(*(none.astype(t) for t in ("i8", "i8", "f4", "i8", "f4", "f4", "f4")))
    sets, docs, passages, words, passage, meaning = (
        np.concatenate(values) for values in zip(*columns, strict=True)
    )
    scores = _blended(scorer.weights, words, passage, meaning)
    order = np.lexsort((docs, sets, -scores))
    return Ranked(
        sets[order], docs[order], scores[order], passages[order], words[order], passage[order],
        meaning[order],
    )  # fmt: skip


def _blended(weights: Weights, words: Floats, passage: Floats, meaning: Floats) -> Floats:
    """Each part divided by its largest, so that none drowns another."""
    lexical = _scaled(_scaled(words) + weights.passage * _scaled(passage))
    return np.asarray(lexical + weights.meaning * _scaled(meaning), np.float32)


def _scaled(values: Floats) -> Floats:
    largest = float(values.max()) if len(values) else 0.0
    return np.asarray(values / largest if largest > 0 else values * 0, np.float32)


def _candidates(
    scorer: Scorer, number: int, docs: Array, match: Match, vector: Floats | None
) -> tuple[Array, ...]:
    one = scorer.sets[number]
    ends = one.passage_ends[docs]
    starts = np.where(docs > 0, one.passage_ends[docs - 1], 0)
    sizes = ends - starts
    first = np.cumsum(sizes) - sizes
    rows = np.repeat(starts - first, sizes) + np.arange(int(sizes.sum()))
    passage = scorer.passages(number)[rows]
    meaning = np.zeros(len(rows), np.float32)
    if vector is not None:
        vectors = one.arrays["vectors"][rows].astype(np.float32)
        meaning = np.maximum(vectors @ vector * one.arrays["vectors.scale"][rows], 0)
    best = np.add(_scaled(passage), _scaled(meaning))
    top = np.maximum.reduceat(best, first)
    at = np.flatnonzero(best == np.repeat(top, sizes))
    owner = np.repeat(np.arange(len(docs)), sizes)[at]
    chosen = np.zeros(len(docs), np.int64)
    chosen[owner[::-1]] = rows[at[::-1]]  # of equal ones the first
    return (
        np.full(len(docs), number),
        docs,
        chosen,
        match.words[docs],
        np.maximum.reduceat(passage, first),
        np.maximum.reduceat(meaning, first),
    )
