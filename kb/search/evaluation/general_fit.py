"""Asks a base general questions, to learn what fits there by chance (ranking/threshold.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kb.procedures.visibility import Reader
from kb.search.ranking.threshold import LEAST, MOST, Threshold
from kb.search.results import Reach
from kb.search.searcher import Searcher
from kb.search.words.known_words import general_questions

ABOVE = 1.5  # standard deviations; a few may well have an answer, whatever the base is about
LOOKED_AT = 20  # best hits of each question
FARTHEST = 12  # questions that get nearest to a procedure say how much it pulls
AVERAGE = 8  # times the average is counted with them: few say little
FEWEST = 30  # procedures; fewer say little about chance
MUCH = 0.1  # of the procedures come or gone: the questions are asked again


def renew(searcher: Searcher, closely: bool = False) -> Threshold:
    """The threshold of what is in service, found out anew where that has changed much.

    `closely`: that with the sentence encoder, where there is one.
    """
    file = searcher.threshold_file(closely)
    known, count = file(), _published(searcher)
    if not _moved(known.procedures, count):
        return known
    found = found_out(searcher, count, closely)
    file.write(found)
    return found


def found_out(searcher: Searcher, procedures: int, closely: bool = False) -> Threshold:
    """Ask all questions, as one who may read what is published (half a second to two)."""
    if procedures < FEWEST or searcher.index.language != "english":
        return Threshold(procedures=procedures)
    every = [searcher.reach(one, Reader(), LOOKED_AT, closely) for one in general_questions()]
    pulls = _Pulls(every)
    fits = [one.fit / pulls.without(one) for one in every]
    fit = float(np.mean(fits) + ABOVE * np.std(fits))
    return Threshold(round(min(max(fit, LEAST), MOST), 3), procedures, dict(pulls.each()))


class _Pulls:
    """How far general questions get with each procedure, beside the average."""

    def __init__(self, every: Sequence[Reach]) -> None:
        self._scores: dict[str, list[float]] = {}
        for one in every:
            for id, score in one.scores.items():
                self._scores.setdefault(id, []).append(score)
        for scores in self._scores.values():
            scores.sort(reverse=True)
        best = [float(np.mean(scores[:FARTHEST])) for scores in self._scores.values()]
        self._average = max(float(np.mean(best or [0.0])), 1e-9)

    def each(self) -> Iterator[tuple[str, float]]:
        """By id."""
        for id, scores in self._scores.items():
            yield id, round(self._of(scores), 3)

    def without(self, one: Reach) -> float:
        """That of the best hit of a question, if this had not been asked."""
        scores = self._scores.get(one.best, []).copy()
        if scores:
            scores.remove(one.scores[one.best])
        return self._of(scores)

    def _of(self, scores: Sequence[float]) -> float:
        best = scores[:FARTHEST]
        return (AVERAGE + sum(best) / self._average) / (AVERAGE + len(best))


def _published(searcher: Searcher) -> int:
    return sum(int(np.count_nonzero(one.visible(Reader()))) for one in searcher.snapshots())


def _moved(before: int, now: int) -> bool:
    return abs(now - before) > MUCH * before
