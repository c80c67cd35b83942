"""The sentence that answers: a step, a line to say or a row of a table, word for word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct

from kb.search.results import Fragment
from kb.search.snippets import LENGTH, fragments, places_of, snippet
from kb.search.words.analysis import Stems

# What helps somebody on the telephone more, and less, than other text with the same words.
_WORTH = {"script": 1.4, "steps": 1.3, "methods": 1.1, "escalation": 0.7, "about": 0.7}
_BEST_SECTION = 1.15  # the one that the ranking found
_LONGEST = 320  # characters of a sentence that is shown whole
# One set of signs first: that is found three times as fast as either of two.
_END = re.compile(r"[.!?。！？](?:(?<=[。！？])|[\"”’')*]*\s+(?=[^\W\d_a-z]|[“\"'(\[*]))")


class SectionText(Struct, frozen=True):
    """One section: its kind (kb.procedures.model.Section) and text."""

    kind: str
    text: str


class FoundSentence(Struct, frozen=True):
    """A sentence, the number of the section that it stands in, and its line there, from 0."""

    section: int
    fragments: tuple[Fragment, ...]
    line: int | None = None


class _Span(Struct, frozen=True):
    """[start, end) in a section, and what it is worth."""

    worth: float
    section: int
    start: int
    end: int


class _Line(Struct, frozen=True):
    """[start, end) of a line, and where sentences begin in a long one after the first."""

    start: int
    end: int
    cuts: list[int]


def answering(
    passages: Mapping[int, SectionText], best: int, worth: Mapping[str, float], stems: Stems
) -> FoundSentence | None:
    """The sentence of these sections with the most of what was asked; None where none has any.

    `worth` are the stems that were asked for, with how much each tells.
    """
    wanted = frozenset(worth)
    found: list[_Span] = []
    places = {}
    for number, one in passages.items():
        places[number] = places_of(one.text, wanted, stems)
        weight = _WORTH.get(one.kind, 1.0) * (_BEST_SECTION if number == best else 1.0)
        found += _spans(one.text, number, places[number], worth, weight)
    if not found:
        return None
    top = max(found, key=lambda span: (span.worth, -span.section, -span.start))
    text = passages[top.section].text
    line = text.count("\n", 0, top.start)
    if top.end - top.start > _LONGEST:
        return FoundSentence(top.section, snippet(text[top.start : top.end], wanted, stems), line)
    end = _with_what_follows(text, top)
    shown = fragments(text, top.start, end, places[top.section])
    return FoundSentence(top.section, shown, line)


def first_line(passages: Sequence[SectionText]) -> FoundSentence | None:
    """What to say or else to do first, where the words stand in title or keywords alone."""
    for kind in ("script", "steps"):
        for number, one in enumerate(passages):
            if one.kind == kind and one.text:
                end = one.text.find("\n")
                line = one.text[: end if end >= 0 else None]
                return FoundSentence(number, (Fragment(line[:_LONGEST], marked=False),), 0)
    return None


def _spans(
    text: str,
    section: int,
    places: Sequence[tuple[int, int, str]],
    worth: Mapping[str, float],
    weight: float,
) -> list[_Span]:
    """The sentences in which something stands, each with the worth of what does."""
    had: dict[tuple[int, int], set[str]] = {}
    line = _Line(0, 0, [])
    start = end = 0
    for low, high, stem in places:
        if low >= end:
            if low >= line.end:
                line = _line_around(text, low, high)
            start, end = _sentence_around(text, line, low, high)
        had.setdefault((start, end), set()).add(stem)
    return [
        _Span(weight * sum(worth[stem] for stem in having), section, *span)
        for span, having in had.items()
    ]


def _line_around(text: str, low: int, high: int) -> _Line:
    """The line in which [low, high) stands."""
    start = text.rfind("\n", 0, low) + 1
    end = text.find("\n", high)
    end = len(text) if end < 0 else end
    if end - start <= LENGTH:
        return _Line(start, end, [])
    return _Line(start, end, [found.end() for found in _END.finditer(text, start, end)])


def _sentence_around(text: str, line: _Line, low: int, high: int) -> tuple[int, int]:
    """The line, or of a long one the sentence in which [low, high) stands."""
    before, after = bisect_right(line.cuts, low), bisect_left(line.cuts, high)
    first = line.cuts[before - 1] if before else line.start
    last = line.cuts[after] if after < len(line.cuts) else line.end
    return first, first + len(text[first:last].rstrip())


def _with_what_follows(text: str, span: _Span) -> int:
    """The end of the last sentence on the same line that there is room for."""
    line = text.find("\n", span.end - 1)
    line = len(text) if line < 0 else line
    if line - span.start <= LENGTH:
        return line
    cuts = [found.end() for found in _END.finditer(text, span.end, line)]
    last = max((cut for cut in cuts if cut - span.start <= LENGTH), default=span.end)
    return span.start + len(text[span.start : last].rstrip())
