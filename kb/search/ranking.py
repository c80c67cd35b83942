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
from kb.search.loaded import Mask
from kb.search.proximity import closeness
from kb.search.scoring import Floats, Match, Scorer

CANDIDATES = 300  # the best by words of each set, whose passages and meaning are looked at
CLOSE_LOOK = 60  # the best of those, whose words are looked at for standing together
HIGHEST = 2.2  # k1 + 1: what a word can add at most to a BM25 score, before its rarity


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; 0 takes it out (for the ablations)."""

    whole: float = 1.0
    title: float = 1.82
    keywords: float = 2.18
    passage: float = 0.4
    meaning: float = 1.89
    close: float = 1.54


PARTS = ("whole", "title", "keywords", "passage", "meaning", "close")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates, best first: set, document, its best passage, score, and what each part adds.

    `parts` is (n, 6) in the order of PARTS and sums to `scores`.
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
) -> Ranked:
    """The best candidates of all sets."""
    found = [
        _candidates(scorer, number, docs, match, vector, weights)
        for number, (match, mask) in enumerate(zip(matches, eligible, strict=True))
        if len(docs := _best_of(match.words, mask, CANDIDATES))
    ]
    if not found:
        none = np.zeros(0, np.int64)
        return Ranked(none, none, none, np.zeros(0, np.float32), np.zeros((0, 6), np.float32))
    sets, docs, passages, parts = (np.concatenate(one) for one in zip(*found, strict=True))
    _add_closeness(scorer, sets, docs, parts, weights.close)
    scores = parts.sum(axis=1)
    order = np.lexsort((docs, sets, -scores))
    return Ranked(sets[order], docs[order], passages[order], scores[order], parts[order])


def _best_of(scores: Floats, eligible: Mask, most: int) -> NDArray[np.int64]:
    """The `most` best eligible documents, ascending."""
    found = np.flatnonzero(eligible)
    if len(found) <= most:
        return found
    return np.sort(found[np.argpartition(-scores[found], most)[:most]])


def _candidates(
    scorer: Scorer, number: int, docs: Array, match: Match, vector: Floats | None, weights: Weights
) -> tuple[Array, ...]:
    """(set, document, best passage, parts) of each, closeness still missing."""
    one, asked = scorer.sets[number], max(scorer.asked, 1e-9) * HIGHEST
    ends = one.passage_ends[docs]
    sizes = ends - np.where(docs > 0, one.passage_ends[docs - 1], 0)
    first = np.cumsum(sizes) - sizes
    rows = np.repeat(ends - sizes - first, sizes) + np.arange(int(sizes.sum()))
    passage = scorer.passages(number)[rows] * (weights.passage / asked)
    meaning = np.zeros(len(rows), np.float32)
    if vector is not None:
        vectors = one.arrays["vectors"][rows].astype(np.float32)
        alike = (vectors @ vector) * one.arrays["vectors.scale"][rows]
        meaning = np.maximum(alike, 0) * np.float32(weights.meaning)
    parts = np.zeros((len(docs), len(PARTS)), np.float32)
    for nth, name in enumerate(PARTS[:3]):
        parts[:, nth] = match.fields[name][docs] * (getattr(weights, name) / asked)
    parts[:, 3] = np.maximum.reduceat(passage, first)
    parts[:, 4] = np.maximum.reduceat(meaning, first)
    best = _first_best(passage + meaning, first, sizes)
    return np.full(len(docs), number), docs, rows[best], parts


def _first_best(values: Floats, first: Array, sizes: Array) -> NDArray[np.int64]:
    """Where the largest value of each run stands; of equal ones the first."""
    at = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, first), sizes))
    run = np.repeat(np.arange(len(first)), sizes)[at]
    chosen = np.zeros(len(first), np.int64)
    chosen[run[::-1]] = at[::-1]
    return chosen


def _add_closeness(scorer: Scorer, sets: Array, docs: Array, parts: Floats, weight: float) -> None:
    words = scorer.in_order
    if len(words) < 2 or not weight:
        return
    near = np.argsort(-parts.sum(axis=1), kind="stable")[:CLOSE_LOOK]
    worth = [scorer.rarity[nth] for nth in words]
    for number, one in enumerate(scorer.sets):
        mine = near[sets[near] == number]
        mine = mine[np.argsort(docs[mine])]
        if len(mine):
            rows = [[row for row, _ in scorer.rows[number][nth]] for nth in words]
            found = closeness(one, docs[mine], rows, worth)
            parts[mine, 5] = found * (weight / max(scorer.asked, 1e-9))
