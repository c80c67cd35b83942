"""The words of a paragraph as Word shows them: runs, links, fields, notes, pictures. Pure.

What does not come in is told: hidden and struck-out words, what tracked changes took away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from kb.documents.foreign.tree import Element, element
from kb.documents.text.plain_text import tidy
from kb.documents.word.noticing import Noticing
from kb.documents.word.parts import Relation, Xml, is_on, value
from kb.documents.word.styles import Styles

Node = Element | str
_CHARACTERS = {
    "w_tab": " ",
    "w_ptab": " ",
    "w_noBreakHyphen": "\u2011",
    "w_softHyphen": "",
}
_SYMBOLS = {  # of the fonts Wingdings and Symbol
    0xFC: "✓", 0xFB: "✗", 0xFD: "☒", 0xFE: "☑", 0xA8: "☐", 0x6F: "☐", 0xE0: "→", 0xE8: "→",
    0xDF: "←", 0xF0: "⇨", 0xD8: "➢", 0xA7: "▪", 0x6C: "●", 0x46: "☞", 0x4A: "☺", 0xB7: "•",
}  # fmt: skip
_UNWRAPPED = frozenset(
    "w_smartTag w_sdtContent w_customXml w_dir w_bdo w_ins w_moveTo w_fldSimple w_ruby w_rubyBase "
    "w_object w_pict w_drawing mc_Choice mc_Fallback m_oMathPara".split()
)
_FOLLOWED = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|(\S+))?(.*)', re.IGNORECASE | re.DOTALL)
_PART = re.compile(r'\\l\s+(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_REFERENCE = re.compile(r'\s*(?:REF|PAGEREF|NOTEREF)\s+"?([^\s"]+)', re.IGNORECASE)
_CONTENTS = re.compile(r"\s*(?:TOC|INDEX|TOA)\b", re.IGNORECASE)


# What is more than a wrapping, with the method that reads it.
_READERS = {
    "w_r": "_run",
    "w_hyperlink": "_link",
    "w_fldSimple": "_simple_field",
    "w_sdt": "_content_control",
    "w_bookmarkStart": "_bookmark",
    "w_del": "_deleted",
    "w_moveFrom": "_moved_away",
    "w_ins": "_added",
    "w_moveTo": "_added",
    "m_oMath": "_formula",
}
_READERS_IN_RUNS = {
    "w_br": "_line_end",
    "w_cr": "_line_end",
    "w_sym": "_sign",
    "w_fldChar": "_field_sign",
    "w_instrText": "_instruction",
    "w_footnoteReference": "_reference",
    "w_endnoteReference": "_reference",
    "w_commentReference": "_comment",
}


class _Field:
    def __init__(self) -> None:
        self.instruction = ""
        self.in_result = False
        self.box: str | None = None
        self.result: list[Node] = []


class Runs:
    """Reads paragraphs one after the other; a field may reach over several."""

    def __init__(
        self,
        relations: Mapping[str, Relation],
        styles: Styles,
        noticing: Noticing,
        note: Callable[[str, str], Element | None],
        picture: Callable[[str, str], Element | None],
    ) -> None:
        self._relations = relations
        self._styles = styles
        self._noticing = noticing
        self._note = note
        self._picture = picture
        self._fields: list[_Field] = []
        self._out: list[Node] = []
        self._paragraph_style: str | None = None
        self._is_heading = False
        self.boxes: list[Xml] = []

    def words(self, paragraph: Xml, style: str | None, *, heading: bool = False) -> list[Node]:
        """What it says. `boxes` has the text boxes that hang on it afterwards."""
        self._out, self.boxes = [], []
        self._paragraph_style, self._is_heading = style, heading
        self._all(paragraph)
        for nth in range(len(self._fields) - 1, -1, -1):
            field = self._fields[nth]
            self._put_below(nth, self._of_field(field))
            field.result = []
        return self._out

    def _put(self, node: Node) -> None:
        self._put_below(len(self._fields), [node])

    def _put_below(self, depth: int, nodes: list[Node]) -> None:
        """Into the field that is open there, if that is at its result; else to the paragraph."""
        if depth == 0:
            self._out += nodes
        elif self._fields[depth - 1].in_result:
            self._fields[depth - 1].result += nodes

    def _all(self, parent: Xml) -> None:
        for child in parent:
            self._one(child)

    def _one(self, one: Xml) -> None:
        if reader := _READERS.get(one.tag):
            getattr(self, reader)(one)
        elif one.tag in _UNWRAPPED:
            self._all(one)

    def _bookmark(self, one: Xml) -> None:
        if (name := one.get("w_name", "")) and name != "_GoBack":
            self._put(element("a", id=name))

    def _deleted(self, one: Xml) -> None:
        self._noticing.taken_away(_plain(one))

    def _moved_away(self, _: Xml) -> None:
        self._noticing.count("tracked")

    def _added(self, one: Xml) -> None:
        self._noticing.count("tracked")
        self._all(one)

    def _content_control(self, one: Xml) -> None:
        content = one.find("w_sdtContent")
        if content is not None and one.find("w_sdtPr/w_showingPlcHdr") is None:
            self._all(content)
        elif content is not None:
            self._noticing.say(f"a field to fill in was empty: “{_plain(content)[:60]}”")

    def _link(self, one: Xml) -> None:
        target = self._relations.get(one.get("r_id", ""))
        place = one.get("w_anchor") or one.get("w_docLocation") or ""
        address = target.target if target and target.outside else ""
        self._within(one, _with_place(address, place))

    def _within(self, one: Xml, href: str) -> None:
        field = _Field()
        field.in_result = True
        self._fields.append(field)
        self._all(one)
        self._fields.remove(field)
        link = element("a", href=href) if href else element("span")
        link.children = field.result
        self._put(link)

    def _simple_field(self, one: Xml) -> None:
        instruction = one.get("w_instr", "")
        if not _CONTENTS.match(instruction):
            self._within(one, _address_of(instruction))

    def _run(self, run: Xml) -> None:
        properties = run.find("w_rPr")
        character = value(properties, "w_rStyle")
        if self._has(properties, character, "w_vanish"):
            self._noticing.hidden(_plain(run))
            self._field_signs(run)
            return
        if self._has(properties, character, "w_strike") or self._has(
            properties, character, "w_dstrike"
        ):
            self._noticing.struck(_plain(run))
            self._field_signs(run)
            return
        for child in run:
            self._in_run(child, properties, character)

    def _field_signs(self, run: Xml) -> None:
        """A field may begin or end in a run that is not shown."""
        for child in run:
            if child.tag in ("w_fldChar", "w_instrText"):
                self._in_run(child, None, None)

    def _in_run(self, child: Xml, properties: Xml | None, character: str | None) -> None:
        tag = child.tag
        if tag == "w_t":
            self._put(self._marked(child.text or "", properties, character))
        elif tag in _CHARACTERS:
            self._put(_CHARACTERS[tag])
        elif reader := _READERS_IN_RUNS.get(tag):
            getattr(self, reader)(child)
        else:
            self._drawn(child)

    def _line_end(self, child: Xml) -> None:
        if child.get("w_type") not in ("page", "column"):
            self._put(element("br"))

    def _sign(self, child: Xml) -> None:
        self._put(_symbol(child))

    def _instruction(self, child: Xml) -> None:
        if self._fields and not self._fields[-1].in_result:
            self._fields[-1].instruction += child.text or ""

    def _reference(self, child: Xml) -> None:
        kind = child.tag.removeprefix("w_").removesuffix("Reference")
        if (note := self._note(kind, child.get("w_id", ""))) is not None:
            self._put(note)

    def _comment(self, _: Xml) -> None:
        self._noticing.count("comment")

    def _drawn(self, one: Xml) -> None:
        """Pictures and text boxes, at whatever depth they stand in a drawing."""
        tag = one.tag
        if tag == "mc_AlternateContent":
            choice, fallback = one.find("mc_Choice"), one.find("mc_Fallback")
            known = choice is not None and any(_is_known(each) for each in choice.iter())
            self._drawn_all(choice if known else fallback if fallback is not None else choice)
        elif tag == "w_txbxContent":
            self.boxes.append(one)
        elif tag in ("wp_inline", "wp_anchor"):
            self._shape(one)
        elif tag == "v_shape" or tag.endswith("_shape"):
            data = _image_data(one)
            if data is not None:
                self._show(data.get("r_id") or "", one.get("alt") or data.get("x_title") or "")
            self._drawn_all(one)
        elif tag == "w_ruby":
            base = one.find("w_rubyBase")
            if base is not None:
                self._all(base)
        elif tag == "x_OLEObject":
            self._noticing.count("object")
        else:
            self._drawn_all(one)

    def _drawn_all(self, one: Xml | None) -> None:
        for child in one if one is not None else ():
            self._drawn(child)

    def _shape(self, one: Xml) -> None:
        told = one.find("wp_docPr")
        words = (told.get("descr") or "") if told is not None else ""
        if told is not None and told.get("hidden") in ("1", "true"):
            return
        kinds = {each.tag.rpartition("_")[2] for each in one.iter()}
        if "chart" in kinds:
            self._noticing.count("chart")
        if "relIds" in kinds:
            self._noticing.count("diagram")
        for each in one.iter("a_blip"):
            self._show(each.get("r_embed") or each.get("r_link") or "", words)
        for each in one.iter("w_txbxContent"):
            self.boxes.append(each)

    def _show(self, id: str, words: str) -> None:
        if (found := self._picture(id, tidy(words))) is not None:
            self._put(found)

    def _field_sign(self, sign: Xml) -> None:
        kind = sign.get("w_fldCharType")
        if kind == "begin":
            field = _Field()
            box = sign.find("w_ffData/w_checkBox")
            if box is not None:
                checked = is_on(box, "w_checked")
                on = checked if checked is not None else is_on(box, "w_default")
                field.box = "☑" if on else "☐"
            self._fields.append(field)
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            field = self._fields.pop()
            self._put_below(len(self._fields), self._of_field(field))
            if field.box:
                self._put(field.box)

    def _of_field(self, field: _Field) -> list[Node]:
        if _CONTENTS.match(field.instruction):
            self._noticing.count("contents")
            return []
        href = _address_of(field.instruction)
        if not (href and field.result):
            return field.result
        return [Element("a", {"href": href}, field.result)]

    def _formula(self, one: Xml) -> None:
        words = "".join(each.text or "" for each in one.iter() if each.tag.endswith("_t"))
        if words:
            self._noticing.say(f"a formula came in as plain text: {words[:60]}")
            self._put(words)

    def _has(self, properties: Xml | None, character: str | None, name: str) -> bool:
        own = is_on(properties, name)
        if own is not None:
            return own
        if character and self._styles.switch(character, name):
            return True
        return self._styles.switch(self._paragraph_style, name)

    def _marked(self, text: str, properties: Xml | None, character: str | None) -> Node:
        if self._has(properties, character, "w_caps"):
            text = text.upper()
        node: Node = text
        position = value(properties, "w_vertAlign")
        if position in ("superscript", "subscript"):
            node = element("sup" if position == "superscript" else "sub", node)
        if self._has(properties, character, "w_i"):
            node = element("em", node)
        if self._has(properties, character, "w_b") and not self._is_heading:
            node = element("strong", node)
        if any("code" in name for name in self._styles.names(character)):
            node = element("code", text)
        return node


def _is_known(one: Xml) -> bool:
    return one.tag in ("w_txbxContent", "a_blip")


def _image_data(one: Xml) -> Xml | None:
    return next((each for each in one if each.tag.endswith("_imagedata")), None)


def _symbol(one: Xml) -> str:
    code = one.get("w_char", "")
    if not re.fullmatch(r"[0-9A-Fa-f]{2,5}", code):
        return ""
    found = int(code, 16)
    return _SYMBOLS.get(found & 0xFF, "") if 0xF000 <= found <= 0xF0FF else chr(found)


def _with_place(address: str, place: str) -> str:
    return f"{address}#{quote(place, safe='-._~:')}" if place else address


def _address_of(instruction: str) -> str:
    """Where a field leads; "" for one that only shows something."""
    if found := _FOLLOWED.match(instruction):
        address = (found[1] or found[2] or "") if (found[2] or "")[:1] != "\\" else ""
        part = _PART.search(instruction)
        return _with_place(address, (part[1] or part[2]) if part else "")
    found = _REFERENCE.match(instruction)
    return _with_place("", found[1]) if found and "\\h" in instruction else ""


def _plain(one: Xml) -> str:
    """Its words, for a notice."""
    words = (each.text or "" for each in one.iter() if each.tag in ("w_t", "w_delText"))
    return tidy("".join(words))
