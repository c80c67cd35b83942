"""A file's bytes as lines that keep their own bytes and line ends while others change. Pure."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from kb.documents.document import Document, decoded, parse
from kb.documents.text.matching import Match, TooManySteps, matches

_END = re.compile(rb"\r\n|\r|\n")


class NotAmendable(ValueError):
    """The file is written in a way that cannot be changed so. `line` counts from 1."""

    def __init__(self, line: int, problem: str, remedy: str) -> None:
        super().__init__(f"line {line}: {problem}; {remedy}")
        self.line, self.problem, self.remedy = line, problem, remedy


class Line(Struct, frozen=True):
    """One line: as it is shown, its own bytes, and its line end (b"" for a last one without)."""

    shown: str
    raw: bytes
    end: bytes


class Lines(Struct, frozen=True):
    """A file taken apart. `head` are the lines up to and with the closing ---, `body` the rest."""

    bom: bytes
    head: tuple[Line, ...]
    body: tuple[Line, ...]
    document: Document

    @property
    def end(self) -> bytes:
        """The line end that the file has most of; a line feed in a file of one line."""
        counted = Counter(line.end for line in (*self.head, *self.body) if line.end)
        return counted.most_common(1)[0][0] if counted else b"\n"

    def bytes(self) -> bytes:
        """The file put together again."""
        made = [self.bom]
        for line in (*self.head, *self.body):
            # After a line that ends with CR, an empty one that ends with LF would be lost in it.
            lost = made[-1].endswith(b"\r") and line.raw + line.end == b"\n"
            made.append(b"\r" if lost else line.raw + line.end)
        return b"".join(made)


def lines_of(raw: bytes) -> Lines:
    """The file's lines. Raises NotAmendable for UTF-16, which has no bytes of ours to keep."""
    bom, lines = all_lines(raw)
    document = parse(raw, "")
    start = document.body_line - 1
    if shown_text(lines[start:]) != document.body:
        start = len(lines)  # nothing after the closing ---, not even a line end
    return Lines(bom, lines[:start], lines[start:], document)


def all_lines(raw: bytes) -> tuple[bytes, tuple[Line, ...]]:
    """The byte order mark, or b"", and the lines of any text. Raises NotAmendable for UTF-16."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotAmendable(1, "the file is UTF-16", "save it as UTF-8 with a text editor")
    bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    shown = decoded(raw, "", []).split("\n")
    return bom, tuple(
        Line(text, own, end)
        for text, (own, end) in zip(shown, _split(raw[len(bom) :]), strict=True)
    )


def shown_text(lines: tuple[Line, ...]) -> str:
    """The lines as a text area shows them."""
    return "\n".join(line.shown for line in lines)


def rewritten(old: tuple[Line, ...], text: str, end: bytes) -> tuple[Line, ...]:
    """The lines of `text`; those that were there before keep their bytes and line ends.

    Line ends of any kind in `text` are line ends. A new line ends as the one before it did.
    """
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    before = [line.shown for line in old]
    made: list[Line] = []
    for same, start, stop, first, last in same_and_changed(before, wanted):
        if same:
            made += old[start:stop]
        else:
            like = next((line.end for line in (*made[-1:], *old[start:stop]) if line.end), end)
            made += [
                Line(each, each.encode("utf-8", "replace"), like) for each in wanted[first:last]
            ]
    return _ended(made, end)


def _ended(lines: list[Line], end: bytes) -> tuple[Line, ...]:
    """Every line but the last has an end, and the last, which is what follows it, has none."""
    whole = [Line(each.shown, each.raw, each.end or end) for each in lines[:-1]]
    return (*whole, *(Line(each.shown, each.raw, b"") for each in lines[-1:]))


def _split(raw: bytes) -> list[tuple[bytes, bytes]]:
    pieces, at = [], 0
    for found in _END.finditer(raw):
        pieces.append((raw[at : found.start()], found.group()))
        at = found.end()
    return [*pieces, (raw[at:], b"")]


def same_and_changed(
    before: Sequence[str], wanted: Sequence[str]
) -> Iterator[tuple[bool, int, int, int, int]]:
    """(same, start, stop, first, last): stretches of `before`, and of `wanted` in their place.

    Of texts that would take too long to compare, nothing is the same.
    """
    try:
        runs = matches(before, wanted)
    except TooManySteps:
        runs = []
    start = first = 0
    for run in [*runs, Match(len(before), len(wanted), 0)]:
        yield False, start, run.at_old, first, run.at_new
        start, first = run.at_old + run.length, run.at_new + run.length
        yield True, run.at_old, start, run.at_new, first
