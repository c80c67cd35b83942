"""The passage that matched, cut to a few lines with the matches marked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.search.analysis import ASCII_WORD, IS_UNSPACED, WORD, Stems, cut, lowered
from kb.search.results import Fragment

LENGTH = 200  # characters, about
BEFORE = 40  # characters shown before the first match
IN_JOINED = r"[^\s_.‐‑–-]"
JOINED = re.compile(rf"(?<!{IN_JOINED}){IN_JOINED}+(?:[-‐‑–.]{IN_JOINED}+)+")  # compounds
SPACE = re.compile(r"\s+")


def snippet(text: str, wanted: frozenset[str], stems: Stems) -> tuple[Fragment, ...]:
    """About LENGTH characters of `text` where most different `wanted` stems stand, marked."""
    places = _places(text, wanted, stems)
    start, end = _window(places, text)
    cut = list(_cut(text, start, end, places))
    if start > 0 and cut:
        cut.insert(0, Fragment("… ", False))
    if end < len(text) and cut:
        cut.append(Fragment(" …", False))
    return tuple(_joined(cut))


def _places(text: str, wanted: frozenset[str], stems: Stems) -> list[tuple[int, int, str]]:
    """[start, end) and stem of each match; of a compound's joined form its last part."""
    pattern = ASCII_WORD if text.isascii() else WORD
    if pattern is WORD and IS_UNSPACED.search(text):
        return _places_with_compounds(text, wanted, stems)
    # A stem begins as its word does: this spares stemming nearly all words of the text.
    beginnings = {stem[:2] for stem in wanted}
    places = [
        (found.start(), found.end(), stem)
        for found in pattern.finditer(text)
        if (word := found[0])[:2].lower() in beginnings or not word[:2].isascii()
        if (stem := stems.of(lowered(word))) in wanted
    ]
    for found in JOINED.finditer(text):
        at = found.start()
        for start, end, stem in _places_with_compounds(found[0], wanted, stems):
            places.append((at + start, at + end, stem))
    return sorted(set(places))


def _places_with_compounds(
    text: str, wanted: frozenset[str], stems: Stems
) -> list[tuple[int, int, str]]:
    words, written, starts, joined = cut(text)
    places = []
    for nth, word in enumerate(words):
        stem = stems.of(word)
        if stem not in wanted and nth in joined:
            stem = stems.of(joined[nth][0])
        if stem in wanted:
            places.append((starts[nth], starts[nth] + len(written[nth]), stem))
    return places


def _window(places: list[tuple[int, int, str]], text: str) -> tuple[int, int]:
    """Where to cut: the stretch with the most different matches, from a word's beginning on."""
    best, start = 0, 0
    for nth, (first, _, _) in enumerate(places):
        inside = {stem for low, high, stem in places[nth : nth + 40] if high - first <= LENGTH - 60}
        if len(inside) > best:
            best, start = len(inside), first
    start = max(0, start - BEFORE)
    if len(text) - start < LENGTH:
        start = max(0, len(text) - LENGTH) if len(text) > LENGTH else 0
    if start:
        space = text.find(" ", start, start + BEFORE)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + LENGTH)
    if end < len(text):
        space = text.rfind(" ", start + LENGTH // 2, end)
        end = space if space > 0 else end
    return start, end


def _cut(
    text: str, start: int, end: int, places: Iterable[tuple[int, int, str]]
) -> Iterable[Fragment]:
    at = start
    for low, high, _ in places:
        if low < at or high > end:
            continue
        yield Fragment(text[at:low], False)
        yield Fragment(text[low:high], True)
        at = high
    yield Fragment(text[at:end], False)


def _joined(cut: Iterable[Fragment]) -> list[Fragment]:
    """White space as one blank, neighbours of one kind together, nothing empty."""
    found: list[Fragment] = []
    for one in cut:
        text = SPACE.sub(" ", one.text)
        if text and found and found[-1].marked == one.marked:
            found[-1] = Fragment(found[-1].text + text, one.marked)
        elif text:
            found.append(Fragment(text, one.marked))
    return found
