"""Paragraphs put together as lists; what stands between two items belongs to the first. Pure."""

from __future__ import annotations

import re

from msgspec import Struct

from kb.documents.foreign.numbers import Numbered
from kb.documents.foreign.tree import Element, in_blocks

_BETWEEN = 4  # blocks that may stand between two items of one list
_TYPED_NUMBER = re.compile(
    r"\s*(?:(?:step|schritt|stap|étape|paso|passo)\s+(\d{1,2})\s?[.):]|\(?(\d{1,2})[.)])\s+",
    re.IGNORECASE,
)
_TYPED_LETTER = re.compile(r"\s*([a-z])[.)]\s+")
_TYPED_BULLET = re.compile(r"\s*[•·▪●○◦‣\-–—]\s+")
_HEADING = re.compile(r"h[1-6]\Z")
_TYPED = "typed by hand"


class _Open(Struct):
    """A list that may go on."""

    series: str
    level: int
    kind: str
    count: int
    list: Element
    item: Element


class Lists:
    """Takes blocks in their order and puts them into `into`."""

    def __init__(self, into: Element) -> None:
        self._into = into
        self._open: list[_Open] = []
        self._between: list[Element] = []

    def add(self, block: Element, *, indented: bool = False) -> None:
        """A block that is no item. One that is set in below an item belongs to that."""
        if _HEADING.match(block.tag):
            self.close()
        if self._open and indented and not self._between:
            self._open[-1].item.add(block)
        elif self._open and len(self._between) < _BETWEEN:
            self._between.append(block)
        else:
            self.close()
            self._into.add(block)

    def add_item(self, numbered: Numbered, words: list[Element | str]) -> None:
        """An item of a list, or a paragraph of one without a sign."""
        if numbered.bare:
            self.add(Element("p", {}, words), indented=True)
            return
        kind = _kind(numbered)
        here = next((one for one in self._open if one.level == numbered.level), None)
        goes_on = here is not None and _goes_on(here, numbered, kind)
        if here is not None and goes_on:
            for block in self._between:
                here.item.add(block)
            self._between = []
            self._open = [one for one in self._open if one.level <= numbered.level]
        else:
            if self._between:
                self.close()
            self._open = [one for one in self._open if one.level < numbered.level]
            here = self._begun(numbered, kind)
        item = Element("li", {}, [Element("p", {}, words)])
        if numbered.number is not None:
            item.attributes["value"] = str(numbered.number)
        elif numbered.label:
            item.attributes["label"] = numbered.label
        here.list.add(item)
        here.item, here.count = item, numbered.count

    def add_typed(self, words: list[Element | str], attributes: dict[str, str]) -> None:
        """A paragraph, or an item where somebody numbered it by hand."""
        if numbered := self.typed(words):
            self.add_item(numbered, words)
        else:
            self.add(Element("p", attributes, words))

    def typed(self, words: list[Element | str]) -> Numbered | None:
        """What a paragraph begins with that somebody numbered by hand; it is taken off `words`."""
        found_at = _first_text(words)
        if found_at is None:
            return None
        holder, place = found_at
        text = str(holder[place])
        known = [one for one in self._open if one.series == _TYPED]
        for pattern, made in (
            (_TYPED_NUMBER, self._typed_number),
            (_TYPED_LETTER, self._typed_letter),
            (_TYPED_BULLET, self._typed_bullet),
        ):
            if (found := pattern.match(text)) and (numbered := made(found, known)):
                holder[place] = text[found.end() :]
                return numbered
        return None

    def close(self) -> None:
        """No list goes on from here."""
        for block in self._between:
            self._into.add(block)
        self._between, self._open = [], []

    def _begun(self, numbered: Numbered, kind: str) -> _Open:
        made = Element("ol" if kind == "number" else "ul")
        (self._open[-1].item if self._open else self._into).add(made)
        found = _Open(numbered.series, numbered.level, kind, numbered.count, made, made)
        self._open.append(found)
        return found

    def _typed_number(self, found: re.Match[str], known: list[_Open]) -> Numbered | None:
        number = int(found[1] or found[2])
        goes_on = any(one.level == 0 and one.count + 1 == number for one in known)
        return Numbered(_TYPED, 0, number, number) if goes_on or number == 1 else None

    def _typed_letter(self, found: re.Match[str], known: list[_Open]) -> Numbered | None:
        count = ord(found[1]) - 96
        goes_on = any(one.level == 1 and one.count + 1 == count for one in known)
        if not (goes_on or count == 1):
            return None
        return Numbered(_TYPED, 1, count, None, found[0].strip())

    def _typed_bullet(self, _: re.Match[str], known: list[_Open]) -> Numbered:
        below = any(one.level == 0 and one.kind == "number" for one in known)
        return Numbered(_TYPED, 1 if below else 0, 1, bullet=True)


def lines_typed(words: list[Element | str]) -> list[list[Element | str]]:
    """The lines of a paragraph where somebody numbered them; else the paragraph as it is."""
    lines: list[list[Element | str]] = [[]]
    for one in words:
        if isinstance(one, Element) and one.tag == "br":
            lines.append([])
        else:
            lines[-1].append(one)
    lines = [line for line in lines if any(_text(one).strip() for one in line)]
    marked = [line for line in lines if _is_marked(line)]
    return lines if len(marked) > 1 else [words]


def make_typed_lists(parent: Element) -> None:
    """Paragraphs of a page that somebody numbered by hand become lists."""
    for child in parent.elements:
        if child.is_block():
            make_typed_lists(child)
    blocks = list(in_blocks(parent))
    lines = [line for one in blocks if one.tag == "p" for line in lines_typed(one.children)]
    if sum(map(_is_marked, lines)) < 2:
        return
    made = Element(parent.tag)
    lists = Lists(made)
    for block in blocks:
        if block.tag == "p":
            for line in lines_typed(block.children):
                lists.add_typed(line, block.attributes)
        else:
            lists.add(block)
    lists.close()
    parent.children = made.children


def _is_marked(line: list[Element | str]) -> bool:
    start = "".join(map(_text, line))
    return any(one.match(start) for one in (_TYPED_NUMBER, _TYPED_LETTER, _TYPED_BULLET))


def _first_text(words: list[Element | str]) -> tuple[list[Element | str], int] | None:
    """Where the first words stand, within bold or a link too."""
    _join_texts(words)
    for nth, one in enumerate(words):
        if isinstance(one, str):
            if one.strip():
                return words, nth
        elif one.text().strip():
            return _first_text(one.children)
        elif one.tag in ("img", "note"):
            return None
    return None


def _join_texts(words: list[Element | str]) -> None:
    """Neighbouring texts as one."""
    nth = 1
    while nth < len(words):
        before, here = words[nth - 1], words[nth]
        if isinstance(before, str) and isinstance(here, str):
            words[nth - 1 : nth + 1] = [before + here]
        else:
            nth += 1


def _goes_on(here: _Open, numbered: Numbered, kind: str) -> bool:
    if kind != here.kind:
        return False
    return kind == "bullet" or (here.series == numbered.series and numbered.count == here.count + 1)


def _kind(numbered: Numbered) -> str:
    if numbered.bullet:
        return "bullet"
    return "label" if numbered.number is None else "number"


def _text(one: Element | str) -> str:
    return one if isinstance(one, str) else one.text()
