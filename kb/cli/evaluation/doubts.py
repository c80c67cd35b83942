"""How often "nothing fits" is said wrongly: of questions that are answered, and of foreign ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from kb.cli.evaluation.sets import IndexedDocuments
from kb.procedures.visibility import Reader
from kb.search.evaluation.general_fit import renew
from kb.search.evaluation.metrics import Labelled
from kb.search.results import Results
from kb.search.searcher import Searcher


class Doubts(Struct, frozen=True):
    """Percent of the questions answered right at rank 1 that are doubted, and of those from
    outside that are stood behind; and the fit from which on a hit is stood behind."""

    doubted_right: float
    outside_behind: float
    threshold: float


def doubts(
    one: IndexedDocuments, searcher: Searcher, labelled: Sequence[Labelled], outside: Path
) -> Doubts:
    """`outside` has a question a line, none of which these documents answer. Raises OSError."""
    threshold = renew(searcher, closely=True)
    doubted = [
        not found.convincing
        for query in labelled
        if (found := _first(searcher, query.text)).hits
        and one.ids[found.hits[0].found.path] in query.relevant
    ]
    questions = filter(None, map(str.strip, outside.read_text(encoding="utf-8").splitlines()))
    behind = [_first(searcher, question).convincing for question in questions]
    return Doubts(_percent(doubted), _percent(behind), threshold.fit)


def _first(searcher: Searcher, text: str) -> Results:
    return searcher.search(text, Reader(), date.today(), limit=1, counts=False)


def _percent(of: Iterable[bool]) -> float:
    every = list(of)
    return round(100 * sum(every) / max(len(every), 1), 2)
