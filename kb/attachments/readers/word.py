"""The text of a Word document, under the headings that stand above it.

Left out are what is hidden, struck out, deleted or moved away, comments, headers and footers.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kb.attachments.readers.package import Element, OfficePackage, attribute, child, local
from kb.attachments.readers.plain import pieces
from kb.attachments.readers.unreadable import damaged
from kb.procedures.model import TextPlace

# What stands in these is not what the document says; a fallback says its text twice.
_LEFT_OUT = frozenset(
    "del moveFrom instrText delText rt Fallback sectPr pPr rPr tblPr tcPr trPr".split()
)
_WRITTEN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = ("footnotes", "endnotes")
_OFF = ("0", "false", "off")
_LONGEST_HEADING = 80


def places(package: OfficePackage) -> Iterator[TextPlace]:
    """A place a heading, more where much stands below it. Raises UnreadableText."""
    main = package.main
    root = package.xml(main)
    if root is None:
        raise damaged()
    parts = {kind: name for _, kind, name in package.related(main)}
    styles = _Styles.of(package.xml(parts.get("styles", "")))
    notes = {kind: _notes(package.xml(parts.get(kind, ""))) for kind in _NOTES}
    yield from _sections(_Reading(styles, notes).paragraphs(root))


def _sections(paragraphs: Iterator[tuple[bool, str]]) -> Iterator[TextPlace]:
    where, below = "at the beginning", list[str]()
    for is_heading, text in paragraphs:
        if is_heading:
            yield from _pieces(where, below)
            where, below = f"under the heading “{_short(text)}”", []
        below.append(text)
    yield from _pieces(where, below)


def _pieces(where: str, paragraphs: list[str]) -> Iterator[TextPlace]:
    for some in pieces(paragraphs):
        yield TextPlace(where, "\n".join(some))


def _short(heading: str) -> str:
    text = " ".join(heading.split())
    return text if len(text) <= _LONGEST_HEADING else f"{text[:_LONGEST_HEADING]}…"


class _Styles(Struct):
    """The styles that make a heading of a paragraph, and those that hide a text."""

    headings: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: Element | None) -> _Styles:
        every = {attribute(one, "styleId"): one for one in (root if root is not None else ())}
        hidden = {id for id, one in every.items() if _is_hidden(child(one, "rPr"))}
        headings = {id for id in every if _heads(id, every)}
        return cls(frozenset(headings), frozenset(hidden))


def _heads(id: str, styles: dict[str, Element]) -> bool:
    """Is it a heading, by its level, by its name, or by the style that it is based on?"""
    seen: set[str] = set()
    while id in styles and id not in seen:
        seen.add(id)
        style = styles[id]
        level = child(style, "pPr", "outlineLvl")
        if level is not None:
            return attribute(level, "val") != "9"
        name = child(style, "name")
        said = attribute(name, "val").casefold() if name is not None else ""
        if said.startswith("heading ") or said in ("title", "subtitle"):
            return True
        base = child(style, "basedOn")
        id = attribute(base, "val") if base is not None else ""
    return False


def _on(properties: Element | None, name: str) -> bool:
    found = child(properties, name)
    return found is not None and attribute(found, "val") not in _OFF


def _is_hidden(properties: Element | None) -> bool:
    return any(_on(properties, name) for name in ("vanish", "strike", "dstrike"))


def _notes(root: Element | None) -> dict[str, Element]:
    every = root if root is not None else ()
    return {attribute(one, "id"): one for one in every if not attribute(one, "type")}


class _Reading:
    """One document being read, with what is needed to understand it."""

    def __init__(self, styles: _Styles, notes: dict[str, dict[str, Element]]) -> None:
        self._styles = styles
        self._notes = notes

    def paragraphs(self, root: Element) -> Iterator[tuple[bool, str]]:
        """Each paragraph that says something, in order, and whether it is a heading."""
        for one in root:
            name = local(one.tag)
            if name == "p":
                yield from self._paragraph(one)
            elif name == "tr":
                cells = [" ".join(text for _, text in self.paragraphs(cell)) for cell in one]
                if any(cells):
                    yield False, " | ".join(filter(None, cells))
            elif name not in _LEFT_OUT:
                yield from self.paragraphs(one)

    def _paragraph(self, one: Element) -> Iterator[tuple[bool, str]]:
        style = child(one, "pPr", "pStyle")
        if style is not None and attribute(style, "val") in self._styles.hidden:
            return
        boxes: list[Element] = []
        text = "".join(self._said(one, boxes))
        if text.strip():
            yield self._is_heading(one), text
        for box in boxes:
            yield from self.paragraphs(box)

    def _said(self, one: Element, boxes: list[Element]) -> Iterator[str]:
        """The text of what stands in a paragraph; boxes in it are put aside."""
        for part in one:
            name = local(part.tag)
            if name == "t":
                yield part.text or ""
            elif name in _WRITTEN:
                yield _WRITTEN[name]
            elif name == "txbxContent":
                boxes.append(part)
            elif name in ("footnoteReference", "endnoteReference"):
                yield from self._note(name, attribute(part, "id"))
            elif name not in _LEFT_OUT and not (name == "r" and self._hides(part)):
                yield from self._said(part, boxes)

    def _note(self, name: str, id: str) -> Iterator[str]:
        note = self._notes[name.replace("Reference", "s")].get(id)
        if note is not None:
            said = " ".join(text.strip() for _, text in self.paragraphs(note))
            yield f" ({said}) " if said else ""

    def _hides(self, run: Element) -> bool:
        properties = child(run, "rPr")
        style = child(properties, "rStyle")
        by_style = style is not None and attribute(style, "val") in self._styles.hidden
        return by_style or _is_hidden(properties)

    def _is_heading(self, one: Element) -> bool:
        properties = child(one, "pPr")
        level, style = child(properties, "outlineLvl"), child(properties, "pStyle")
        if level is not None:
            return attribute(level, "val") != "9"
        return style is not None and attribute(style, "val") in self._styles.headings
