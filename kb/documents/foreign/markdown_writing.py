"""A tree as blocks of Markdown: lists with the numbers that were shown, tables, boxes, code. Pure.

Markdown has no letters for a list and no lists in a cell: they stand there as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.foreign.blocks import Block, joined
from kb.documents.foreign.inline_writing import Inline
from kb.documents.foreign.numbers import counted
from kb.documents.foreign.tables import Cell, grid
from kb.documents.foreign.tree import Element, element, holds_blocks, in_blocks
from kb.documents.text.plain_text import tidy

_HEADING = re.compile(r"h([1-6])\Z")
_LETTERS = {"a": "lower", "A": "upper", "i": "roman", "I": "ROMAN"}
_STYLES = {
    "lower-alpha": "lower",
    "lower-latin": "lower",
    "upper-alpha": "upper",
    "upper-latin": "upper",
    "lower-roman": "roman",
    "upper-roman": "ROMAN",
}
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:language-|lang-|brush:\s*)([\w+#-]{1,20})")
_TICKS = {"☑ ": "[x] ", "☐ ": "[ ] "}
_NO_LANGUAGE = frozenset({"text", "plain", "none"})


# The elements that are more than paragraphs, with the method that writes each.
_OWN = {
    "ul": "_lists",
    "ol": "_lists",
    "table": "_table",
    "blockquote": "_quoted",
    "pre": "_code",
    "hr": "_rule",
    "details": "_unfolded",
    "dl": "_defined",
}


def written(body: Element, named: frozenset[str] = frozenset()) -> tuple[Block, ...]:
    """The blocks of a document. `named`: the places that links lead to, which keep their names."""
    return tuple(_Writing(Inline(named)).blocks(body))


class _Writing:
    def __init__(self, inline: Inline) -> None:
        self._inline = inline
        self._notes: list[Element] = []
        self._level = 1  # of the last heading
        self._list = ""  # the sign of the list just written, where nothing stood behind it

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Those of its children; words between them are paragraphs. Notes stand below theirs."""
        for one in in_blocks(parent):
            for block in self._block(one):
                if block.markdown.strip():
                    self._list = self._list if block.markdown[:1] in "-*" or block.ordered else ""
                    yield block
            yield from self._noted()

    def _noted(self) -> Iterator[Block]:
        notes, self._notes = self._notes, []
        for note in notes:
            words = " ".join(joined(self.blocks(Element("div", {}, note.children))).split("\n"))
            yield Block(f"[^{note.get('id')}]: {words}")

    def _block(self, one: Element) -> Iterator[Block]:
        if found := _HEADING.match(one.tag):
            yield from self._heading(one, int(found[1]))
        elif one.tag in _OWN:
            yield from getattr(self, _OWN[one.tag])(one)
        elif any(child.is_block() or holds_blocks(child) for child in one.elements):
            yield from self.blocks(one)
        else:
            yield self._paragraph(one)

    def _rule(self, _: Element) -> Iterator[Block]:
        yield Block("***")

    def _code(self, one: Element) -> Iterator[Block]:
        yield Block(_fenced(one))

    def _quoted(self, one: Element) -> Iterator[Block]:
        yield Block(self._quote(one))

    def _defined(self, one: Element) -> Iterator[Block]:
        yield Block(self._terms(one))

    def _paragraph(self, one: Element) -> Block:
        text = self._words(one)
        return Block(text, names=_names(one) if text else ())

    def _words(self, one: Element) -> str:
        self._notes += [found for found in one.walk() if found.tag == "note"]
        own = Element("span", {k: v for k, v in one.attributes.items() if k == "id"})
        own.children = one.children
        return self._inline.written([own])

    def _heading(self, one: Element, level: int) -> Iterator[Block]:
        plain = Element("span", {}, one.children)
        text = replace(self._inline, named=frozenset(), gap=" ").written([plain])
        self._notes += [found for found in one.walk() if found.tag == "note"]
        if text:
            self._level = level
            number = one.get("number")
            title = tidy(_shown(one))
            yield Block(f"{'#' * level} {text}", level, title, number, _names(one))

    def _unfolded(self, one: Element) -> Iterator[Block]:
        """What was folded: its line as a heading, its words below."""
        line = one.find(lambda each: each.tag == "summary")
        level = min(self._level + 1, 6)
        if line:
            yield from self._heading(line, level)
            one.without(lambda each: each is line)
        yield from self.blocks(one)
        self._level = level - 1

    def _quote(self, one: Element) -> str:
        inner = joined(self.blocks(one))
        if not inner:
            return ""
        alert = one.get("alert")
        lines = [f"[!{alert}]"] if alert else []
        return "\n".join(f"> {line}".rstrip() for line in [*lines, *inner.split("\n")])

    def _terms(self, one: Element) -> str:
        lines: list[str] = []
        for each in one.walk():
            if each.tag == "dt":
                lines += [*([""] if lines else []), self._words(each)]
            elif each.tag == "dd":
                inner = joined(self.blocks(each)).replace("\n", "\n  ")
                lines.append(f": {inner}" if lines else inner)
        return "\n".join(lines)

    def _lists(self, one: Element) -> Iterator[Block]:
        """A list; several where its numbers leap, for Markdown counts on from the first."""
        for run in _runs(one):
            text = self._list_of(run)
            if text:
                yield Block(text, ordered=run[0].number is not None)

    def _list_of(self, items: Sequence[_Item]) -> str:
        ordered = items[0].number is not None
        signs = (".", ")") if ordered else ("-", "*")
        sign = signs[1] if self._list == signs[0] else signs[0]
        texts = []
        for item in items:
            mark = f"{item.number}{sign} " if ordered else f"{sign} "
            self._list = ""
            texts.append((mark, self._item(item)))
        self._list = sign
        loose = any("\n\n" in text and not _only_nested(text) for _, text in texts)
        gap = "\n\n" if loose else "\n"
        return gap.join(
            mark + text.replace("\n", "\n" + " " * len(mark)).replace(" " * len(mark) + "\n", "\n")
            for mark, text in texts
        )

    def _item(self, item: _Item) -> str:
        found = list(self.blocks(item.element))
        texts = [
            re.sub(r"\A#+ (.*)", r"**\1**", b.markdown) if b.heading else b.markdown for b in found
        ]
        if item.label:
            start = f"{self._inline.written([item.label])} "
            texts = [start + texts[0], *texts[1:]] if texts else [start.rstrip()]
        if texts and item.number is None and texts[0][:2] in _TICKS:
            texts[0] = _TICKS[texts[0][:2]] + texts[0][2:]
        return _tightened(texts)

    def _table(self, one: Element) -> Iterator[Block]:
        rows = grid(one)
        caption = one.find(lambda each: each.tag == "caption")
        if caption and (words := self._words(caption)):
            yield Block(words)
        if len(rows) == 1 and len(rows[0]) == 1:
            yield Block(self._quote(rows[0][0].element))
            return
        lines = [[self._cell(cell) for cell in row] for row in rows]
        lines = [line for line in lines if any(line)]
        if lines:
            yield Block(_as_table(lines, headed=_is_headed(rows)), names=_names(one))

    def _cell(self, cell: Cell) -> str:
        if cell.repeated_across:
            return ""
        self._notes += [found for found in cell.element.walk() if found.tag == "note"]
        inline = replace(self._inline, gap="<br>", in_cell=True)
        return "<br>".join(_cell_lines(cell.element, inline))


class _Item(Struct, frozen=True):
    """One item of a list. `number` is set where it is shown as one; `label` where as text."""

    element: Element
    number: int | None = None
    label: str = ""


def _runs(one: Element) -> Iterator[list[_Item]]:
    """Items whose numbers follow each other."""
    run: list[_Item] = []
    for item in _items(one):
        if run and item.number is not None and run[-1].number is not None:
            leaps = item.number != run[-1].number + 1
        else:
            leaps = bool(run) and (item.number is None) != (run[-1].number is None)
        if leaps:
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _items(one: Element) -> Iterator[_Item]:
    """With the numbers that a browser shows."""
    items = list(_gathered(one))
    down = "reversed" in one.attributes
    number = _number(one.get("start")) or (len(items) if down else 1)
    kind = _kind(one)
    for child in items:
        number = number if (own := _number(child.get("value"))) is None else own
        if label := child.get("label"):
            yield _Item(child, None, label)
        elif one.tag == "ul" or kind == "none":
            yield _Item(child)
        elif kind or down or not 0 <= number < 10**9:
            yield _Item(child, None, f"{counted(number, kind)}{')' if kind else '.'}")
        else:
            yield _Item(child, number)
        number += -1 if down else 1


def _gathered(one: Element) -> Iterator[Element]:
    """The items of a list; a list that stands between two belongs to the first."""
    held: Element | None = None
    for child in (each for each in in_blocks(one) if _says(each)):
        if child.tag in ("ul", "ol"):
            held = held if held is not None else element("li")
            held.add(child)
            continue
        if held is not None:
            yield held
        held = Element(child.tag, child.attributes, [*child.children])
    if held is not None:
        yield held


def _kind(one: Element) -> str:
    found = _STYLE.search(one.get("style"))
    if found:
        name = found[1].casefold()
        return "none" if name == "none" else _STYLES.get(name, "")
    return _LETTERS.get(one.get("type"), "")


def _number(written: str) -> int | None:
    return int(written) if re.fullmatch(r"-?\d{1,9}", written.strip()) else None


def _says(one: Element) -> bool:
    return bool(one.text().strip()) or any(c.tag in ("img", "input", "note") for c in one.walk())


def _names(one: Element) -> tuple[str, ...]:
    found = [each.get("id") for each in one.walk()]
    found += [each.get("name") for each in one.walk() if each.tag == "a"]
    return tuple(dict.fromkeys(filter(None, found)))


def _shown(one: Element) -> str:
    parts = []
    for child in one.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "img":
            parts.append(child.get("alt"))
        elif child.tag == "br":
            parts.append(" ")
        elif child.tag != "note":
            parts.append(_shown(child))
    return "".join(parts)


def _tightened(texts: Sequence[str]) -> str:
    """The blocks of an item: a list stands right below its first line."""
    if not texts:
        return ""
    found = texts[0]
    for nth, text in enumerate(texts[1:], 1):
        nested = nth == 1 and re.match(r"(?:[-*]|\d+[.)]) ", text) and "\n" not in texts[0]
        found += ("\n" if nested else "\n\n") + text
    return found


def _only_nested(text: str) -> bool:
    """Are the blank lines in it those of lists within it alone?"""
    return bool(re.fullmatch(r"[^\n]*(?:\n(?:[-*]|\d+[.)]| ).*|\n)*", text))


def _cell_lines(one: Element, inline: Inline) -> Iterator[str]:
    """The blocks of a cell, each on a line of its own; lists with their signs as text."""
    for block in in_blocks(one):
        if block.tag in ("ul", "ol"):
            yield from _listed_in_cell(block, inline, 0)
        elif block.tag == "pre":
            yield from (inline.written([element("code", line)]) for line in _raw(block).split("\n"))
        elif block.tag != "table" and any(child.is_block() for child in block.elements):
            yield from _cell_lines(block, inline)
        elif block.tag == "table":
            for row in grid(block):
                words = [
                    " ".join(_cell_lines(cell.element, inline))
                    for cell in row
                    if not cell.repeated_across
                ]
                yield "; ".join(filter(None, words))
        elif text := inline.written([Element("span", block.attributes, block.children)]):
            yield f"**{text}**" if _HEADING.match(block.tag) else text


def _listed_in_cell(one: Element, inline: Inline, depth: int) -> Iterator[str]:
    for item in _items(one):
        nested = [child for child in item.element.elements if child.tag in ("ul", "ol")]
        own = Element("div", {}, [c for c in item.element.children if c not in nested])
        label = item.label or ("•" if item.number is None else f"{item.number}.")
        words = "<br>".join(_cell_lines(own, inline))
        yield "&nbsp;&nbsp;" * depth + f"{label} {words}".strip()
        for each in nested:
            yield from _listed_in_cell(each, inline, depth + 1)


def _is_headed(rows: Sequence[Sequence[Cell]]) -> bool:
    """Is the first row the header's? Where none is marked, one of short words in each cell is."""
    first = rows[0]
    if any(cell.element.tag == "th" for cell in first):
        return all(cell.element.tag == "th" or not _says(cell.element) for cell in first[1:])
    texts = [tidy(cell.element.text()) for cell in first]
    return len(rows) > 1 and all(0 < len(text) <= 40 for text in texts)


def _as_table(lines: list[list[str]], *, headed: bool) -> str:
    width = max(map(len, lines))
    lines = [line + [""] * (width - len(line)) for line in lines]
    head, rows = (lines[0], lines[1:]) if headed else ([""] * width, lines)
    found = [head, ["---"] * width, *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in found)


def _fenced(one: Element) -> str:
    text = _raw(one).strip("\n")
    if not text.strip():
        return ""
    said = " ".join(
        value for each in one.walk() for key, value in each.attributes.items() if key != "id"
    )
    found = _LANGUAGE.search(said)
    language = found[1] if found and found[1] not in _NO_LANGUAGE else ""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _raw(one: Element) -> str:
    parts: list[str] = []
    for child in one.children:
        if isinstance(child, str):
            parts.append(child)
        else:
            parts.append("\n" if child.tag == "br" else _raw(child))
    return "".join(parts)
