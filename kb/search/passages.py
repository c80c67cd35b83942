"""A procedure made ready for the index: its words with positions, and its passages."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.procedures.model import Entry, Section
from kb.search.analysis import tokens

BLOCK = 60  # words; a passage is two neighbouring blocks of one section
LEAST_BLOCK = 20  # a shorter rest joins the block before it
MOST_WORDS = 200_000  # of one procedure; what follows is readable, not searchable
TITLE, KEYWORDS, BODY = "title", "keywords", "body"

Posting = tuple[bytes, int, float, bytes]  # term, frequency, weight, positions as array("I")


@dataclass(slots=True)
class Passages:
    """Windows of a procedure's body: [first, last) word, section, [start, end) in its text."""

    first: array[int] = field(default_factory=lambda: array("I"))
    last: array[int] = field(default_factory=lambda: array("I"))
    section: array[int] = field(default_factory=lambda: array("I"))
    start: array[int] = field(default_factory=lambda: array("I"))
    end: array[int] = field(default_factory=lambda: array("I"))


@dataclass(slots=True)
class Prepared:
    """What the index writes of one entry. `texts` are the passages with the title before them."""

    path: str
    fingerprint: str
    stored: str
    words: dict[str, list[Posting]]
    passages: Passages
    texts: list[str]


def prepare(entry: Entry) -> Prepared:
    """Cut an entry into words and passages."""
    procedure = entry.procedure
    passages, texts = Passages(), []
    body: dict[str, array[int]] = {}
    at = 0
    for nth, section in enumerate(entry.sections):
        if at >= MOST_WORDS:
            break
        starts, at = _add_words(section, at, body)
        texts += _add_passages(section, nth, starts, at, passages)
    texts = texts or [""]
    if not passages.first:
        _add(passages, 0, 0, 0, 0, 0)
    return Prepared(
        procedure.path,
        entry.fingerprint,
        stored(entry),
        {
            TITLE: _postings(_positions(procedure.title)),
            KEYWORDS: _postings(_positions("\n".join(k.text for k in procedure.keywords))),
            BODY: _postings(body),
        },
        passages,
        [f"{procedure.title}. {text}" for text in texts],
    )


def stored(entry: Entry) -> str:
    """All that a hit shows, as JSON."""
    it = entry.procedure
    fields = {
        "id": it.id,
        "title": it.title,
        "path": it.path,
        "department": it.department,
        "owner": it.owner,
        "deputy": it.deputy,
        "keywords": [keyword.text for keyword in it.keywords],
        "categories": sorted({k.category for k in it.keywords if k.category}),
        "reviewed": it.reviewed and it.reviewed.isoformat(),
        "due": it.due and it.due.isoformat(),
        "status": it.status.value,
        "sections": [[s.anchor, s.heading, s.text] for s in entry.sections],
    }
    return json.dumps(fields, ensure_ascii=True)  # ASCII: lone surrogates survive


def _positions(text: str) -> dict[str, array[int]]:
    found: dict[str, array[int]] = {}
    for token in tokens(text):
        found.setdefault(token.word, array("I")).append(token.position)
    return found


def _postings(positions: dict[str, array[int]]) -> list[Posting]:
    return [
        (word.encode("utf-8", "ignore"), len(places), float(len(places)), places.tobytes())
        for word, places in positions.items()
    ]


def _add_words(section: Section, at: int, body: dict[str, array[int]]) -> tuple[list[int], int]:
    """Words of heading and text; returns where each text word starts, and the next position."""
    heading = 0
    for token in tokens(section.heading):
        body.setdefault(token.word, array("I")).append(at + token.position)
        heading = token.position + 1
    starts: list[int] = [0] * heading
    for token in tokens(section.text):
        place = heading + token.position
        body.setdefault(token.word, array("I")).append(at + place)
        if place == len(starts):
            starts.append(token.start)
        if at + place >= MOST_WORDS:
            break
    return starts, at + len(starts)


def _add_passages(
    section: Section, nth: int, starts: list[int], after: int, passages: Passages
) -> list[str]:
    first = after - len(starts)
    edges = list(range(0, len(starts), BLOCK))
    if len(edges) > 1 and len(starts) - edges[-1] < LEAST_BLOCK:
        edges.pop()
    edges.append(len(starts))
    texts = []
    for low, high in _windows(edges):
        start = starts[low] if low < len(starts) else 0
        end = starts[high] if high < len(starts) else len(section.text)
        if high > low:
            _add(passages, first + low, first + high, nth, start, end)
            texts.append(f"{section.heading}. {section.text[start:end]}")
    return texts


def _windows(edges: list[int]) -> Iterable[tuple[int, int]]:
    """Two neighbouring blocks each: ..., so that every sentence stands whole in one of them."""
    return [(edges[nth], edges[nth + 2]) for nth in range(len(edges) - 2)] or [
        (edges[0], edges[-1])
    ]


def _add(passages: Passages, first: int, last: int, section: int, start: int, end: int) -> None:
    passages.first.append(first)
    passages.last.append(last)
    passages.section.append(section)
    passages.start.append(start)
    passages.end.append(end)
