"""The passages of a page that feedback can be about: its sections, options and single steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from msgspec import Struct, field

from kb.documents.markdown.branches import numbered_on
from kb.documents.markdown.rendering import Page, Part
from kb.feedback.model import LONGEST_PASSAGE, About, Passage

STEP = "~"  # between the anchor of a section and the number of a step in it
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})


class NamedPassage(Struct, frozen=True):
    """A passage with its name, and the steps in it where it is a list of steps."""

    name: str
    passage: Passage
    steps: tuple[Passage, ...] = ()


def place_of(page: Page, anchor: str) -> tuple[NamedPassage, Passage] | None:
    """The section of that anchor, and within it the passage meant: itself or one of its steps."""
    section, _, step = anchor.partition(STEP)
    for place in _places(page):
        if place.passage.anchor == section and section:
            if not step:
                return place, place.passage
            for one in place.steps:
                if one.anchor == anchor:
                    return place, one
    return None


def passages_of(page: Page) -> list[Passage]:
    """All passages of a page, in its order."""
    return [one for place in _places(page) for one in (place.passage, *place.steps)]


def section_of(anchor: str) -> str:
    """The anchor of the section that a passage is, or stands in."""
    return anchor.partition(STEP)[0]


def name_of(passage: Passage) -> str:
    """ "step 3", or "a section"."""
    number = passage.anchor.partition(STEP)[2]
    return f"step {number}" if number else "a section"


def _places(page: Page) -> Iterator[NamedPassage]:
    for part in page.parts:
        if part.heading:
            yield _place(part)
        for method in part.methods:
            yield NamedPassage(method.name, _section(method.anchor, method.name, method.html))


def _place(part: Part) -> NamedPassage:
    steps = _steps(part) if part.kind == "steps" else ()
    return NamedPassage(part.heading, _section(part.anchor, part.heading, part.html), tuple(steps))


def _section(anchor: str, heading: str, html: str) -> Passage:
    text = _Reading(html)
    return Passage(About.SECTION, anchor, _short(f"{heading}\n{text.all}"))


def _steps(part: Part) -> Iterator[Passage]:
    for number, words in _Reading(part.html).steps:
        yield Passage(About.STEP, f"{part.anchor}{STEP}{number}", _short(words))


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_PASSAGE else f"{words[: LONGEST_PASSAGE - 1]}…"


class _Reading(HTMLParser):
    """The plain text of sanitised HTML, and of each entry of its outermost numbered lists."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self._all: list[str] = []
        self._steps: list[list[str]] = []
        self._lists: list[_NumberedList] = []
        self.feed(html)
        self.close()

    @property
    def all(self) -> str:
        """All of it on one line."""
        return _joined(self._all)

    @property
    def steps(self) -> list[tuple[int, str]]:
        """The entries with the numbers that are shown, in the order of the page."""
        numbers = numbered_on(one.numbers() for one in self._lists)
        return list(zip(numbers, map(_joined, self._steps), strict=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if self._open == ["ol"] and tag == "ol":
            self._lists.append(_NumberedList(dict(attrs)))
        if self._open == ["ol", "li"] and tag == "li":
            self._steps.append([])
            self._lists[-1].values.append(dict(attrs).get("value"))
        self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._all.append(data)
        if self._open[:2] == ["ol", "li"]:
            self._steps[-1].append(data)


class _NumberedList(Struct):
    """A list as a browser counts it: `values` are the numbers that its entries ask for."""

    attributes: dict[str, str | None]
    values: list[str | None] = field(default_factory=list)

    def numbers(self) -> list[int]:
        """Of its entries."""
        down = "reversed" in self.attributes
        following = _whole(self.attributes.get("start"), len(self.values) if down else 1)
        found = []
        for value in self.values:
            found.append(_whole(value, following))
            following = found[-1] + (-1 if down else 1)
        return found


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and _WHOLE.fullmatch(written.strip()) else otherwise


def _joined(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())
