"""Scores of the procedures that match, summed as arrays over the postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.learned import Recall, Where
from kb.search.loaded import Floats, Loaded, Mask
from kb.search.understanding import Slot

GROUP = 16  # documents whose best one stands for all, to find a score that few surpass


@dataclass(frozen=True, slots=True)
class Match:
    """What matches in one set: word scores of all its documents, and which of them count."""

    words: Floats
    matched: Mask


class Scorer:
    """Scores the slots of one query against the sets in service."""

    def __init__(
        self,
        sets: Sequence[Loaded],
        slots: Sequence[Slot],
        recall: Recall | None = None,
    ) -> None:
        """`recall` knows the learned words; without it there are none."""
        self.sets = sets
        self.slots = slots
        self._recall = recall
        # For each set and slot (row, factor) of the options that the set has.
        self.rows = [
            [
                [(row, o.factor) for o in slot.options if (row := one.row(o.stem)) >= 0]
                for slot in slots
            ]
            for one in sets
        ]
        total = sum(one.count for one in sets)
        self.rarity = [self._rarity(nth, total) * slot.weight for nth, slot in enumerate(slots)]
        self.asked = max(sum(self.rarity), 1e-9)
        # The slots that make a match: those that are no filler, where any of them is found.
        found = [n for n in range(len(slots)) if any(rows[n] for rows in self.rows)]
        told = [n for n in found if not slots[n].filler]
        self.telling = tuple(told or found)
        # The typed slots that are no filler, in order.
        self.in_order = [n for n, slot in enumerate(slots) if not (slot.filler or slot.added)]

    def _rarity(self, nth: int, total: int) -> float:
        """BM25's idf of a slot; a slot is as common as the commonest of its options."""
        sizes: dict[int, int] = {}
        for one, rows in zip(self.sets, self.rows, strict=True):
            for place, (row, _) in enumerate(rows[nth]):
                sizes[place] = sizes.get(place, 0) + one.size(row)
        having = max(sizes.values(), default=0)
        return log(1 + (total - having + 0.5) / (having + 0.5))

    def match(self, number: int) -> Match:
        """Word scores of the documents of set `number`; filler alone matches only if all is."""
        scores = np.zeros(self.sets[number].count, np.float32)
        for nth in self.telling:
            self._add(number, nth, scores)
        for (docs, strengths), worth in self._learned_of(number):
            scores[docs] += strengths * np.float32(worth)
        matched = scores > 0  # every word adds something wherever it stands
        for nth in range(len(self.slots)):
            if nth not in self.telling:
                self._add(number, nth, scores)
        return Match(scores, matched)

    def _add(self, number: int, nth: int, into: Floats) -> None:
        """Add what slot `nth` is worth: of several options the best one counts."""
        rows, one, worth = self.rows[number][nth], self.sets[number], self.rarity[nth]
        if len(rows) == 1:
            row, factor = rows[0]
            if one.common(row):
                into += one.everywhere(row) * np.float32(worth * factor)
            else:
                ids, adds = one.table("words", row)
                into[ids.astype(np.intp)] += adds * np.float32(worth * factor)
        elif rows:
            into += self._best(one, rows) * np.float32(worth)

    def _best(self, one: Loaded, rows: list[tuple[int, float]]) -> Floats:
        best = np.zeros(one.count, np.float32)
        for row, factor in rows:
            ids, adds = one.table("words", row)
            best[ids] = np.maximum(best[ids], adds * np.float32(factor))
        return best

    def share(self, number: int, field: str, docs: Array) -> Floats:
        """What `field` (title, keywords) adds to each of `docs`, before its weight."""
        total = np.zeros(len(docs), np.float32)
        for nth, rows in enumerate(self.rows[number]):
            best = np.zeros(len(docs), np.float32)
            for row, factor in rows:
                ids, adds = self.sets[number].table(field, row)
                if len(ids):
                    at = np.minimum(np.searchsorted(ids, docs), len(ids) - 1)
                    found = np.where(ids[at] == docs, adds[at], 0) * np.float32(factor)
                    best = np.maximum(best, found)
            total += best * np.float32(self.rarity[nth])
        return total

    def learned_share(self, number: int, docs: Array) -> Floats:
        """What the learned words add to each of `docs`."""
        total = np.zeros(self.sets[number].count, np.float32)
        for (having, strengths), worth in self._learned_of(number):
            total[having] += strengths * np.float32(worth)
        return total[docs]

    def _learned_of(self, number: int) -> list[tuple[Where, float]]:
        """Where the words are learned, with what each is worth there."""
        if self._recall is None:
            return []
        return self._recall.of(self.slots, self.rarity, self.sets[number])


def best_of(scores: Floats, eligible: Mask, total: int, most: int) -> NDArray[np.int64]:
    """The `most` best of the `total` eligible documents, ascending."""
    if total <= most:
        return eligible.nonzero()[0]
    rest = scores if total == len(scores) else scores * eligible
    floor = _floor(rest, most)
    # Scores of 0 are among the best where no words were typed.
    found = (rest >= floor).nonzero()[0] if floor > 0 else eligible.nonzero()[0]
    return _cut_to(found, rest.take(found), most) if len(found) > most else found


def _cut_to(found: NDArray[np.int64], scores: Floats, most: int) -> NDArray[np.int64]:
    """The `most` best of `found`; of equal ones the first, so that pages fit together."""
    least = np.partition(scores, -most)[-most]
    kept = scores > least
    kept[(scores == least).nonzero()[0][: most - int(np.count_nonzero(kept))]] = True
    return np.asarray(found[kept], np.int64)


def _floor(scores: Floats, most: int) -> float:
    """A score that at least `most` documents have: the best of so many groups, 0 for few groups."""
    groups = len(scores) // GROUP
    if groups < 2 * most:
        return 0.0
    best = scores[: groups * GROUP].reshape(GROUP, groups).max(axis=0)
    return float(np.partition(best, -most)[-most])
