"""A Word document as a tree: headings, lists with their numbers, tables, boxes, pictures. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from kb.documents.attachments import UnusableAttachment, checked
from kb.documents.foreign.bold_lines import take_bold_lines_as_headings
from kb.documents.foreign.lists import Lists, lines_typed
from kb.documents.foreign.tree import DEEPEST, Element, element
from kb.documents.text.plain_text import tidy
from kb.documents.word.noticing import Noticing
from kb.documents.word.numbering import Numbering
from kb.documents.word.parts import NotReadable, WordParts, Xml, is_on, number, value
from kb.documents.word.runs import Node, Runs
from kb.documents.word.styles import Styles, left

_LARGEST_PICTURE = 20  # MB
_TITLES = frozenset({"title", "titel", "titre", "título", "titolo"})
_ALERTS = {
    "warning": "WARNING",
    "caution": "CAUTION",
    "note": "NOTE",
    "tip": "TIP",
    "important": "IMPORTANT",
}
_CODE = ("code", "html preformatted", "macro text", "plain text")
_THROUGH = frozenset({"w_sdtContent", "w_customXml", "w_ins", "w_moveTo", "mc_Choice"})


class WordDocument(Struct, frozen=True):
    """What it shows. `pictures` are its files by the name that `body` shows them by."""

    title: str
    meta: dict[str, str]
    body: Element
    pictures: Mapping[str, bytes]
    noticed: tuple[str, ...]


def word_document(raw: bytes) -> WordDocument:
    """Raises NotReadable."""
    return _Reader(WordParts(raw)).document()


class _Reader:
    def __init__(self, parts: WordParts) -> None:
        self._parts = parts
        self._noticing = Noticing()
        self._styles = Styles(parts.beside_main("styles"))
        self._numbering = Numbering(parts.beside_main("numbering"), self._styles)
        self._relations = parts.relations(parts.main)
        self._runs = self._runs_of(parts.main)
        self._pictures: dict[str, bytes] = {}
        self._notes = 0
        self._title = ""
        self._carried: list[Node] = []
        self._depth = 0

    def document(self) -> WordDocument:
        root = self._parts.xml(self._parts.main)
        content = root.find("w_body") if root is not None else None
        if content is None:
            raise NotReadable
        body = Element("body")
        self._fill(body, content)
        if take_bold_lines_as_headings(body):
            self._noticing.say("it has no headings, so lines in bold were taken for them")
        if any(name.endswith("vbaProject.bin") for name in self._parts.names):
            self._noticing.say("its macros are left out")
        return WordDocument(
            self._title, self._meta(), body, self._pictures, self._noticing.sentences()
        )

    def _runs_of(self, part: str) -> Runs:
        return Runs(
            self._parts.relations(part), self._styles, self._noticing, self._note, self._picture
        )

    def _fill(self, into: Element, content: Xml) -> None:
        lists = Lists(into)
        self._depth += 1
        if self._depth <= DEEPEST:
            self._blocks(lists, content)
        self._depth -= 1
        lists.close()

    def _blocks(self, lists: Lists, content: Xml) -> None:
        for one in content:
            if one.tag == "w_p":
                self._paragraph(lists, one)
            elif one.tag == "w_tbl":
                lists.add(self._table(one))
            elif one.tag == "w_sdt":
                self._content_control(lists, one)
            elif one.tag == "mc_AlternateContent":
                self._blocks(lists, next(iter(one), one))
            elif one.tag == "w_altChunk":
                self._noticing.count("embedded")
            elif one.tag in _THROUGH:
                self._blocks(lists, one)

    def _content_control(self, lists: Lists, one: Xml) -> None:
        gallery = value(one, "w_sdtPr/w_docPartObj/w_docPartGallery") or ""
        content = one.find("w_sdtContent")
        if gallery == "Table of Contents":
            self._noticing.count("contents")
        elif content is not None:
            self._blocks(lists, content)

    def _paragraph(self, lists: Lists, one: Xml) -> None:
        properties = one.find("w_pPr")
        style = value(properties, "w_pStyle")
        names = self._styles.names(style)
        if any(name.startswith("toc ") for name in names):
            self._noticing.count("contents")
            return
        level = self._styles.level(style, properties)
        words = [*self._carried, *self._runs.words(one, style, heading=bool(level))]
        boxes = [*self._runs.boxes]
        self._carried = []
        if _joins_the_next(properties):
            self._carried = words
            return
        if _says(words):
            self._place(lists, words, properties, style, level)
        elif words:  # a place that links lead to
            self._carried = words
        for box in boxes:
            made = element("blockquote")
            self._fill(made, box)
            lists.add(made)

    def _place(
        self, lists: Lists, words: list[Node], properties: Xml | None, style: str | None, level: int
    ) -> None:
        numbered = self._numbering.of(properties, style)
        names = self._styles.names(style)
        if not self._title and not level and _TITLES.intersection(names[:1]) and self._depth == 1:
            self._title = tidy("".join(map(_text, words)))
        elif level:
            made = Element(f"h{level}", {}, words)
            if numbered and numbered.label:
                made.attributes["number"] = numbered.label
            lists.close()
            lists.add(made)
        elif numbered is not None:
            lists.add_item(numbered, words)
        else:
            for line in lines_typed(words):
                if by_hand := lists.typed(line):
                    lists.add_item(by_hand, line)
                else:
                    self._plain(lists, line, properties, style, names)

    def _plain(
        self,
        lists: Lists,
        words: list[Node],
        properties: Xml | None,
        style: str | None,
        names: list[str],
    ) -> None:
        own = names[0] if names else ""
        if own in _CODE[:1] or any(own.startswith(code) or own.endswith(" code") for code in _CODE):
            lists.add(Element("pre", {}, words))
        elif own in ("quote", "intense quote", "block text"):
            lists.add(element("blockquote", Element("p", {}, words)))
        elif alert := _ALERTS.get(own.removesuffix(" box").strip()):
            lists.add(element("blockquote", Element("p", {}, words), alert=alert))
        else:
            inset = left(properties)
            deep = self._styles.is_indented(style) if inset is None else inset > 0
            lists.add(Element("p", {}, words), indented=deep)

    def _table(self, table: Xml) -> Element:
        made = element("table")
        above: dict[int, Element] = {}  # by column: a cell that may reach down
        rows = [row for row in _rows(table) if not _is_gone(row)]
        for nth, row in enumerate(rows):
            line = element("tr")
            headed = bool(is_on(row, "w_trPr/w_tblHeader")) or (nth == 0 and _first_is_head(table))
            column = number(value(row, "w_trPr/w_gridBefore"))
            if column:
                line.add(element("td", colspan=str(column)))
            for cell in _cells(row):
                wide = max(number(value(cell, "w_tcPr/w_gridSpan"), 1), 1)
                merged = value(cell, "w_tcPr/w_vMerge")
                if merged is not None and merged != "restart" and column in above:
                    upper = above[column]
                    upper.attributes["rowspan"] = str(number(upper.get("rowspan"), 1) + 1)
                else:
                    place = element("th" if headed else "td", colspan=str(wide))
                    self._fill(place, cell)
                    line.add(place)
                    above[column] = place
                    if merged is None:
                        del above[column]
                column += wide
            made.add(line)
        return made

    def _note(self, kind: str, id: str) -> Element | None:
        part = next(
            (r.target for r in self._relations.values() if r.kind == f"{kind}s" and not r.outside),
            None,
        )
        root = self._parts.xml(part) if part else None
        found = root.findall(f"w_{kind}") if root is not None else []
        one = next((each for each in found if each.get("w_id") == id), None)
        if one is None or part is None:
            return None
        self._notes += 1
        made = element("note", id=str(self._notes))
        runs, self._runs = self._runs, self._runs_of(part)
        self._fill(made, one)
        self._runs = runs
        return made

    def _picture(self, id: str, words: str) -> Element | None:
        relation = self._relations.get(id)
        if relation is None:
            return None
        if relation.outside:
            self._noticing.count("outside")
            return element("a", words or "Picture", href=relation.target)
        name = posixpath.basename(relation.target)
        try:
            file = checked(name, self._parts.bytes_of(relation.target), _LARGEST_PICTURE)
        except UnusableAttachment:
            self._noticing.count("unshown")
            return None
        self._pictures[file.name] = file.raw
        return element("img", src=file.name, alt=words)

    def _meta(self) -> dict[str, str]:
        """What the file says of itself: keywords, and properties that people named."""
        found: dict[str, str] = {}
        core = next((n for n in self._parts.names if n.endswith("core.xml")), None)
        root = self._parts.xml(core) if core else None
        for one in root if root is not None else ():
            if one.tag == "cp_keywords" and one.text:
                found["keywords"] = tidy(one.text)
        custom = self._parts.xml("docProps/custom.xml")
        for one in custom if custom is not None else ():
            words = tidy("".join(one.itertext()))
            if one.get("name") and words:
                found[one.get("name", "")] = words
        return found


def _joins_the_next(properties: Xml | None) -> bool:
    """Did a tracked change take away the end of this paragraph?"""
    mark = properties.find("w_rPr") if properties is not None else None
    return mark is not None and (
        mark.find("w_del") is not None or mark.find("w_moveFrom") is not None
    )


def _says(words: list[Node]) -> bool:
    return any(
        one.strip() if isinstance(one, str) else one.text().strip() or _shows(one) for one in words
    )


def _shows(one: Element) -> bool:
    return any(each.tag in ("img", "note") for each in one.walk())


def _text(one: Node) -> str:
    return one if isinstance(one, str) else one.text()


def _rows(table: Xml) -> list[Xml]:
    found = []
    for one in table:
        if one.tag == "w_tr":
            found.append(one)
        elif one.tag in ("w_sdt", "w_sdtContent", "w_customXml", "w_ins"):
            found += _rows(one)
    return found


def _cells(row: Xml) -> list[Xml]:
    found = []
    for one in row:
        if one.tag == "w_tc":
            found.append(one)
        elif one.tag in ("w_sdt", "w_sdtContent", "w_customXml"):
            found += _cells(one)
    return found


def _is_gone(row: Xml) -> bool:
    """A row that a tracked change took away, or that is hidden."""
    return row.find("w_trPr/w_del") is not None or bool(is_on(row, "w_trPr/w_hidden"))


def _first_is_head(table: Xml) -> bool:
    look = table.find("w_tblPr/w_tblLook")
    if look is None:
        return False
    if (first := look.get("w_firstRow")) is not None:
        return first in ("1", "true", "on")
    written = look.get("w_val", "0")
    try:
        return bool(int(written, 16) & 0x20)
    except ValueError:
        return False
