"""The passage that matched, cut to a few lines with the matches marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.search.results import Fragment
from kb.search.words.analysis import (
    APOSTROPHES,
    IS_ELIDED,
    IS_UNSPACED,
    MARKS,
    Stems,
    cut,
    lowered,
    word_pattern,
)

LENGTH = 200  # characters, about
BEFORE = 40  # characters shown before the first match
JOINER = re.compile(r"[-‐‑–.](?<=[^\W_].)(?=[^\W_])")  # within a compound, such as "e-mail"
RUN_END = re.compile(r"[\s_]|$")
ODD = re.compile(r"[A-Za-z0-9]?[^\W\x00-\x7f]")  # where a word may begin with an accent
MARK = re.compile(f"[{MARKS}]")
SPACE = re.compile(r"\s+")


def snippet(text: str, wanted: frozenset[str], stems: Stems) -> tuple[Fragment, ...]:
    """About LENGTH characters of `text` where most different `wanted` stems stand, marked."""
    places = places_of(text, wanted, stems)
    start, end = _window(places, text)
    cut = list(_cut(text, start, end, places))
    if start > 0 and cut:
        cut.insert(0, Fragment("… ", False))
    if end < len(text) and cut:
        cut.append(Fragment(" …", False))
    return tuple(_joined(cut))


def fragments(
    text: str, start: int, end: int, places: Iterable[tuple[int, int, str]]
) -> tuple[Fragment, ...]:
    """[start, end) of `text` with what stands there of `places` marked."""
    within = (place for place in places if place[0] >= start and place[1] <= end)
    return tuple(_joined(_cut(text, start, end, within)))


def places_of(text: str, wanted: frozenset[str], stems: Stems) -> list[tuple[int, int, str]]:
    """[start, end) and stem of each match; of a compound's joined form its last part."""
    if not text.isascii() and IS_UNSPACED.search(text):
        return _places_with_compounds(text, wanted, stems)
    word = word_pattern(text.isascii())
    # A stem begins as its word does: this spares looking at nearly all words of the text.
    beginnings = {stem[:2] for stem in wanted}
    places = {
        (at, found.end(), stem)
        for at in _beginnings(text, beginnings)
        if (found := word.match(text, at)) and (stem := stems.of(lowered(found[0]))) in wanted
    }
    for at, compound in _compounds(text):
        bare = JOINER.sub("", compound).lower()
        if not bare.isascii() or any(beginning in bare for beginning in beginnings):
            for start, end, stem in _places_with_compounds(compound, wanted, stems):
                places.add((at + start, at + end, stem))
    return sorted(places)


def _beginnings(text: str, wanted: set[str]) -> Iterator[int]:
    """Where words begin with one of the `wanted` two letters, or with an accent among them."""
    lower = text.lower()
    if len(lower) != len(text):  # few letters change their length, and with it all places
        lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    for beginning in wanted:
        at = lower.find(beginning)
        while at >= 0:
            if at == 0 or _begins(text, at):
                yield at
            at = lower.find(beginning, at + 1)
    if not text.isascii():
        yield from (odd.start() for odd in ODD.finditer(text) if _begins(text, odd.start()))


def _begins(text: str, at: int) -> bool:
    """Does a word begin there: not within one, nor behind its apostrophe?"""
    before = text[at - 1 : at]
    if before.isalnum() or (before >= "\u0300" and MARK.match(before)):
        return False
    within = before in APOSTROPHES and text[at - 2 : at - 1].isalnum()
    return not within or IS_ELIDED.match(text, at - 1) is not None


def _compounds(text: str) -> Iterator[tuple[int, str]]:
    """Each stretch without blanks in which words are joined, and where it begins."""
    end = 0
    for joiner in JOINER.finditer(text):
        if joiner.start() >= end:
            start = joiner.start()
            while start and not (text[start - 1].isspace() or text[start - 1] == "_"):
                start -= 1
            run = RUN_END.search(text, joiner.end())
            end = run.start() if run else len(text)
            yield start, text[start:end]


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
        text = one.text
        if "  " in text or not text.isprintable():
            text = SPACE.sub(" ", text)
        if text and found and found[-1].marked == one.marked:
            found[-1] = Fragment(found[-1].text + text, one.marked)
        elif text:
            found.append(Fragment(text, one.marked))
    return found
