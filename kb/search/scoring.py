"""Scores of the procedures that match, summed as arrays over the postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kb.search.analysis import LONGEST_WORD
from kb.search.loaded import Loaded, Mask
from kb.search.understanding import Slot

Floats = NDArray[np.float32]
FIELDS = ("whole", "title", "keywords")


@dataclass(frozen=True, slots=True)
class Match:
    """What matches in one set: word scores of all its documents, and which of them count.

    `words` is what the candidates are chosen by: `fields` (whole, title, keywords), weighed.
    """

    words: Floats
    fields: dict[str, Floats]
    matched: Mask


class Scorer:
    """Scores the slots of one query against the sets in service."""

    def __init__(self, sets: Sequence[Loaded], slots: Sequence[Slot]) -> None:
        self.sets = sets
        self.slots = slots
        self.rows = [self._rows(one) for one in sets]
        self.rarity = [self._rarity(nth) * slot.weight for nth, slot in enumerate(slots)]
        self.asked = sum(self.rarity)

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

    @property
    def in_order(self) -> list[int]:
        """The typed slots that are no filler, in order."""
        return [n for n, slot in enumerate(self.slots) if not (slot.filler or slot.added)]

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
