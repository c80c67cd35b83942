"""Scores of the procedures that match, summed as arrays over the postings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.search.index.array_file import Array
from kb.search.index.snapshot import Floats, Mask, Snapshot
from kb.search.ranking.learned_words import Recall, Where
from kb.search.ranking.query_words import Slot

FEW_TELLING = 2  # words, beside which more stop words may find something too
GROUP = 16  # documents whose best one stands for all, to find a score that few surpass


class Match(Struct):
    """What matches in one set: word scores of all its documents, 0 for those that do not.

    `beside` are the scores of those that share nothing but stop words with the query; None where
    they are not looked at.
    """

    words: Floats
    matched: Mask
    beside: Floats | None = None


class Scorer:
    """Scores the slots of one query against the sets in service."""

    def __init__(
        self,
        sets: Sequence[Snapshot],
        slots: Sequence[Slot],
        recall: Recall | None = None,
    ) -> None:
        """`recall` knows the learned words; without it there are none."""
        self.sets = sets
        self.slots = slots
        self._recall = recall
        self.asked = max(sum([slot.worth for slot in slots]), 1e-9)
        # The slots that make a match: those that are no stop words, where any of them is found.
        found = [nth for nth, slot in enumerate(slots) if any(slot.rows)]
        # What of it is filler that no procedure has.
        absent = slots if len(found) < len(slots) else ()
        self.lost = sum([one.worth for one in absent if one.stop_word and not any(one.rows)])
        told = [nth for nth in found if not slots[nth].stop_word]
        self.telling = tuple(told or found)
        # One word or two that tell something among more stop words: "how many are affected".
        self._much_filler = 0 < len(told) <= FEW_TELLING and len(slots) > 2 * len(told)
        # The typed slots that are no stop words, in order.
        self.in_order = [n for n, slot in enumerate(slots) if not (slot.stop_word or slot.added)]

    def match(self, number: int) -> Match:
        """Word scores of the documents of set `number`; stop words alone match only if all is."""
        scores = None
        for nth in self.telling:
            scores = self._plus(scores, number, self.slots[nth])
        if scores is None:
            scores = np.zeros(self.sets[number].count, np.float32)
        for (docs, strengths), worth in self._learned_of(number):
            scores[docs] += strengths * np.float32(worth)
        matched = scores > 0  # every word adds something wherever it stands
        if len(self.telling) < len(self.slots):
            for nth, slot in enumerate(self.slots):
                if nth not in self.telling:
                    scores = self._plus(scores, number, slot)
            beside = scores * ~matched if self._much_filler else None
            scores *= matched
            return Match(scores, matched, beside)
        return Match(scores, matched)

    def _plus(self, scores: Floats | None, number: int, slot: Slot) -> Floats:
        """The scores, None at first, with what the slot is worth: its best option counts."""
        rows, one = slot.rows[number], self.sets[number]
        if len(rows) == 1 and one.common(rows[0][0]):
            row, factor = rows[0]
            adds = one.everywhere(row) * np.float32(slot.worth * factor)
            return adds if scores is None else np.add(scores, adds, out=scores)
        if scores is None:
            scores = np.zeros(one.count, np.float32)
        if len(rows) == 1:
            row, factor = rows[0]
            ids, adds = one.table("words", row)
            scores[ids.astype(np.intp)] += adds * np.float32(slot.worth * factor)
        elif rows:
            scores += self._best(one, rows) * np.float32(slot.worth)
        return scores

    def _best(self, one: Snapshot, rows: Sequence[tuple[int, float]]) -> Floats:
        best = np.zeros(one.count, np.float32)
        for row, factor in rows:
            ids, adds = one.table("words", row)
            best[ids] = np.maximum(best[ids], adds * np.float32(factor))
        return best

    def share(self, number: int, field: str, docs: Array) -> Floats:
        """What `field` (title, keywords) adds to each of `docs`, before its weight."""
        total = np.zeros(len(docs), np.float32)
        for slot in self.slots:
            best = np.zeros(len(docs), np.float32)
            for row, factor in slot.rows[number]:
                ids, adds = self.sets[number].table(field, row)
                if len(ids):
                    at = np.minimum(np.searchsorted(ids, docs), len(ids) - 1)
                    found = np.where(ids[at] == docs, adds[at], 0) * np.float32(factor)
                    best = np.maximum(best, found)
            total += best * np.float32(slot.worth)
        return total

    @property
    def telling_worth(self) -> float:
        """What the typed words that are no stop words are worth, known or not."""
        return sum(self.slots[nth].worth for nth in self.in_order)

    def telling_words(self, number: int) -> tuple[list[Sequence[tuple[int, float]]], list[float]]:
        """The words that make a match: what may stand for each in a set, and its worth."""
        slots = [self.slots[nth] for nth in self.telling]
        return [slot.rows[number] for slot in slots], [slot.worth for slot in slots]

    def learned_share(self, number: int, docs: Array) -> Floats:
        """What the learned words add to each of `docs`."""
        if self._recall is None:
            return np.zeros(len(docs), np.float32)
        total = np.zeros(self.sets[number].count, np.float32)
        for (having, strengths), worth in self._learned_of(number):
            total[having] += strengths * np.float32(worth)
        return total[docs]

    def _learned_of(self, number: int) -> list[tuple[Where, float]]:
        """Where the words are learned, with what each is worth there."""
        if self._recall is None:
            return []
        return self._recall.of(self.slots, self.sets[number])


def best_of(
    match: Match,
    eligible: Mask,
    total: int,
    most: int,
    least: int | None = None,
    reach: float = 0.0,
) -> NDArray[np.int64]:
    """The `most` best of the `total` eligible documents, ascending.

    With `least`, only about so many of them, and those with at most `reach` less than the best.
    """
    if total <= most:
        return eligible.nonzero()[0]
    scores = match.words if eligible is match.matched else match.words * eligible
    heads, least = _heads(scores, most), least or most
    heads.sort()  # quicker than a partition at three places
    floor = max(heads.item(-most), min(heads.item(-least), heads.item(-1) - reach))
    # Scores of 0 are among the best where no words were typed.
    found = (scores >= floor).nonzero()[0] if floor > 0 else eligible.nonzero()[0]
    return _cut_to(found, scores.take(found), most) if len(found) > most else found


def _cut_to(found: NDArray[np.int64], scores: Floats, most: int) -> NDArray[np.int64]:
    """The `most` best of `found`; of equal ones the first, so that pages fit together."""
    least = np.partition(scores, -most)[-most]
    kept = scores > least
    kept[(scores == least).nonzero()[0][: most - int(np.count_nonzero(kept))]] = True
    return np.asarray(found[kept], np.int64)


def _heads(scores: Floats, most: int) -> Floats:
    """Each group's best score; where there are few groups for the `most` best, all scores.

    At least `most` documents have the `most`-th best of these, or more.
    """
    groups = len(scores) // GROUP
    if groups < 2 * most:
        return scores.copy()
    best: Floats = scores[: groups * GROUP].reshape(GROUP, groups).max(axis=0)
    return best
