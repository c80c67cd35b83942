"""A hit as it is shown: the sentence that answers, where it stands, and why it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kb.search.answer import Answer
from kb.search.attached_place import attached_place
from kb.search.index.snapshot import StoredSection
from kb.search.results import Hit, IndexedProcedure
from kb.search.sentences import FoundSentence, SectionText, answering, first_line
from kb.search.snippets import snippet
from kb.search.words.analysis import Stems, cut

READ_WHOLE = 3  # hits whose every section is looked through; of the others the best passage's
READ_WHOLLY = 50_000  # characters of a procedure, or else of a section, that are looked through
_TEXTS = 20_000  # titles and keywords whose stems are remembered


class _SectionSpan(Struct, frozen=True):
    """Which of a procedure's sections, its kind, and [start, end) of its text."""

    number: int
    kind: str
    start: int
    end: int


class Hits:
    """Makes hits of an answer's places. Safe to share between threads."""

    def __init__(self, stems: Stems) -> None:
        self._stems = stems
        self._stems_in = lru_cache(_TEXTS)(self._cut)

    def hit(self, answer: Answer, nth: int, worth: Mapping[str, float], today: date | None) -> Hit:
        """The nth. `worth` are the stems that were asked for; none where the page shows no hits."""
        one, number = answer.ranked.at(nth)
        it = one.stored(number)
        beside = attached_place(answer, nth)
        if beside is not None:
            marked = snippet(beside.text, frozenset(worth), self._stems)
            shown = {"anchor": "", "heading": "", "snippet": marked, "attached": beside.place}
            return self._made(answer, nth, today, **shown)
        best = answer.ranked.passage(nth)
        _, _, section, start, end = one.arrays["passages"][best].tolist()
        found = self._answering(answer, nth, worth)
        if found is None:
            text = one.text(number, start, end)
            found = FoundSentence(section, snippet(text, frozenset(worth), self._stems))
        place = it.sections[found.section] if it.sections else None
        return self._made(
            answer,
            nth,
            today,
            anchor=place.anchor if place else "",
            heading=place.heading if place else "",
            snippet=found.fragments,
            kind=place.kind if place else "text",
            step=place.step(found.line) if place else "",
            why=self._why(it.found, worth, found),
        )

    def _made(self, answer: Answer, nth: int, today: date | None, **shown: Any) -> Hit:
        one, number = answer.ranked.at(nth)
        it = one.stored(number).found
        return Hit(
            found=it,
            overdue=bool(it.due and today and it.due < today),
            score=round(answer.ranked.scores[nth], 4),
            **shown,
        )

    def _answering(
        self, answer: Answer, nth: int, worth: Mapping[str, float]
    ) -> FoundSentence | None:
        one, number = answer.ranked.at(nth)
        _, _, best, start, end = one.arrays["passages"][answer.ranked.passage(nth)].tolist()
        sections = one.stored(number).sections
        whole = nth < READ_WHOLE and bool(sections) and sections[-1].end <= READ_WHOLLY
        read = range(len(sections)) if whole else range(len(sections))[best : best + 1]
        spans = [_span_of(sections, each) for each in read]
        apart = any(span.end - span.start > READ_WHOLLY for span in spans)
        if apart:
            spans = [replace(spans[0], start=start, end=end)]
        passages = {
            span.number: SectionText(span.kind, one.text(number, span.start, span.end))
            for span in spans
        }
        found = answering(passages, best, worth, self._stems)
        if found is None and whole and worth:
            return first_line([passages[each] for each in range(len(passages))])
        return replace(found, line=None) if found and apart else found

    def _why(
        self, it: IndexedProcedure, worth: Mapping[str, float], found: FoundSentence
    ) -> tuple[str, ...]:
        """Where what was asked stands: title and keyword, else text; else it is near in meaning."""
        wanted = worth.keys()
        in_title = bool(wanted & self._stems_in(it.title))
        others = (each for each in it.keywords if each != it.title)
        shared = [(len(wanted & self._stems_in(each)), each) for each in others]
        most, keyword = max(shared, default=(0, ""), key=lambda pair: pair[0])
        told = tuple(filter(None, ("title" * in_title, f"keyword “{keyword}”" if most else "")))
        if told or not worth:
            return told
        return ("text",) if any(one.marked for one in found.fragments) else ("meaning",)

    def _cut(self, text: str) -> frozenset[str]:
        return frozenset(self._stems.of(word) for word in cut(text).words)


def _span_of(sections: Sequence[StoredSection], number: int) -> _SectionSpan:
    it = sections[number]
    return _SectionSpan(number, it.kind, sections[number - 1].end if number else 0, it.end)
