"""Asks a base general questions, to learn what fits there by chance (ranking/threshold.py)."""

from __future__ import annotations

import numpy as np

from kb.procedures.visibility import Reader
from kb.search.ranking.threshold import LEAST, MOST, Threshold
from kb.search.searcher import Searcher
from kb.search.words.known_words import general_questions

BELOW = 92.5  # percent of the questions; a few may well have an answer, whatever the base is about
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
    fits = [searcher.glance(one, Reader(), 1, closely=closely).fit for one in general_questions()]
    fit = float(np.percentile(fits, BELOW))
    return Threshold(round(min(max(fit, LEAST), MOST), 3), procedures)


def _published(searcher: Searcher) -> int:
    return sum(int(np.count_nonzero(one.visible(Reader()))) for one in searcher.snapshots())


def _moved(before: int, now: int) -> bool:
    return abs(now - before) > MUCH * before
