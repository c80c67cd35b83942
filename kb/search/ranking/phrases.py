"""Quoted phrases: which documents have these words in this order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.search.index.array_file import Array
from kb.search.index.snapshot import Mask, Snapshot, StoredSection
from kb.search.ranking.attached import places_with_all
from kb.search.words.analysis import folded, tokens

MOST_PAGES = 50  # of the attachments of one document
MOST_READ = 500  # documents whose text is compared; those with the best word scores


def standing_together(
    one: Snapshot, scores: Array, mask: Mask, phrases: tuple[tuple[str, ...], ...]
) -> Mask:
    """The documents of `mask` that have every phrase, word for word, in title or text."""
    found = np.zeros(one.count, bool)
    numbers = np.flatnonzero(mask & _having_all(one, phrases))
    best = numbers[np.argsort(-scores[numbers], kind="stable")][:MOST_READ]
    for number in best.tolist():
        it = one.stored(number)
        known = it.found
        texts = [known.title, *known.keywords, *_sections(one, number, it.sections)]
        texts += _pages(one, number, phrases) if len(one.within) else []
        found[number] = _has_all(texts, phrases)
    return found


def _sections(one: Snapshot, number: int, sections: tuple[StoredSection, ...]) -> Iterator[str]:
    """Heading and text of each section."""
    start = 0
    for section in sections:
        yield f"{section.heading}\n{one.text(number, start, section.end)}"
        start = section.end


def _pages(one: Snapshot, number: int, phrases: tuple[tuple[str, ...], ...]) -> list[str]:
    """What pages of its attachments say, on which all words of a phrase stand."""
    every = [place.text for file in one.attached(number) for place in file.places]
    stems = one.arrays["surface.stem"]
    found: set[int] = set()
    for phrase in phrases:
        words = [one.written(folded(word).encode("utf-8", "replace")) for word in phrase]
        rows = [stems[row.start : row.stop].tolist() for row in words]
        found.update(places_with_all(one, number, rows)[:MOST_PAGES])
    return [every[place] for place in sorted(found)]


def _having_all(one: Snapshot, phrases: tuple[tuple[str, ...], ...]) -> Mask:
    """Documents with all words of all phrases, in any order."""
    mask = np.ones(one.count, bool)
    for word in {word for phrase in phrases for word in phrase}:
        having = np.zeros(one.count, bool)
        for row in one.written(folded(word).encode("utf-8", "replace")):
            having[one.surface_docs(row)] = True
        mask &= having
    return mask


def _has_all(texts: list[str], phrases: tuple[tuple[str, ...], ...]) -> bool:
    lines = [
        " " + " ".join(folded(t.word) for t in tokens(text) if not t.parts) + " " for text in texts
    ]
    return all(
        any(f" {' '.join(map(folded, phrase))} " in line for line in lines) for phrase in phrases
    )
