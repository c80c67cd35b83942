"""Failed searches that several people share come up as one request, though nobody has asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from kb.insight.figures import Span, Words
from kb.insight.sql.report import Report
from kb.insight.sql.shared_searches import AT_LEAST, LOOKED_AT, Shared, SharedSearches
from kb.procedures.model import UNASSIGNED
from kb.procedures.visibility import Reader
from kb.search.searcher import Searcher

MOST_WORDS = 1000  # different ones that are put into groups, those of most people first
Grouped = Callable[[Sequence[str]], Iterable[Sequence[int]]]


class Sharing:
    """Counts them anew, so it may be done any number of times, and broken off anywhere.

    `together` gives the places of texts that mean about the same.
    """

    def __init__(
        self, report: Report, shared: SharedSearches, searcher: Searcher, together: Grouped
    ) -> None:
        self._report = report
        self._shared = shared
        self._searcher = searcher
        self._together = together

    def count(self, now: datetime) -> None:
        """What AT_LEAST people or more searched for in the last 30 days, in vain until today.

        What a department was asked about is in its inbox already, and what is ignored or found
        by now needs nobody.
        """
        span = Span((now - LOOKED_AT + timedelta(days=1)).date(), now.date())
        words = self._report.weak(span, MOST_WORDS)
        groups = [
            [words[nth] for nth in places] for places in self._together([w.folded for w in words])
        ]
        likely = [
            group
            for group in groups
            if sum(one.people for one in group) >= AT_LEAST and not any(o.asked for o in group)
        ]
        people = self._report.people(span, [{o.folded for o in group} for group in likely], "weak")
        found = [
            shared
            for group, count in zip(likely, people, strict=True)
            if count >= AT_LEAST and (shared := self._wanted(group, count, now.date()))
        ]
        self._shared.renew(found, now)

    def _wanted(self, group: list[Words], people: int, today: date) -> Shared | None:
        """None where it is found by now."""
        words = tuple(one.folded for one in group)
        answer = self._searcher.search(words[0], Reader(), today, limit=1)
        if answer.convincing:
            return None
        about = next((one.about for one in group if one.about), answer.likely_department)
        return Shared(words, about or UNASSIGNED, people)
