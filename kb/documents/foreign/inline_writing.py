"""Words, links and pictures of a tree as one line of Markdown that shows them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.foreign.tree import Element
from kb.documents.text.plain_text import without_controls

_BOLD = {"strong", "b"}
_SLANTED = {"em", "i", "cite", "dfn", "var"}
_CODE = {"code", "tt", "kbd", "samp"}
_STRUCK = {"s", "strike", "del"}
_AS_HTML = {"sup", "sub"}
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SPECIAL = re.compile(
    r"[\\`*]|~(?=~)|<(?=[\w/!?])|&(?=#?\w+;)|(?<!\w)_|_(?!\w)"
    r"|!(?=\[)|\[(?=[^\]]*(?:\](?:[(\[:]|\Z)|\Z))|\[(?=[\[^])|\[(?=[ xX]\])"
)
_AT_START = re.compile(r"\A(#{1,6}(?=\s|\Z)|>|[-+](?=\s|\Z)|=+\s*\Z|-{2,}\s*\Z|:(?=\s)|:{3,}|\|)")
_NUMBER_AT_START = re.compile(r"\A(\d{1,9})([.)])(?=\s|\Z)")
_BREAK = "\n"
_SIGN = {"del": "~~", "strong": "**", "em": "*"}
_SIGNS = frozenset("*~`_")  # also where it is escaped: the reader of the file need not count


class Worded(Struct, frozen=True):
    """Words with their marks ("strong", "em", "del", "code"), or `raw` Markdown that has none."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""
    raw: bool = False


class Inline(Struct, frozen=True):
    """How words are written there. `named`: the places that links lead to.

    `gap` stands for a line end: a hard break, or `<br>` in a cell.
    """

    named: frozenset[str] = frozenset()
    gap: str = "\\\n"
    in_cell: bool = False

    def written(self, children: Iterable[Element | str]) -> str:
        """Without blanks around it; "" where it says nothing."""
        pieces = list(_merged(_spaced(_pieces(children, self.named))))
        text = ""
        for href, some in groupby(pieces, key=lambda piece: piece.href):
            part = self._link(href, list(some), text[-1:])
            if part.startswith("[") and text.endswith("!"):
                text = text[:-1] + "\\!"  # else a link behind "!" were a picture
            text += part
        lines = [_started(line.strip()) for line in text.replace("\0", "").split(_BREAK)]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        found = self.gap.join(lines)
        if not self.in_cell:  # two line ends in a row part paragraphs
            found = re.sub(r"(?:\\\n){2,}", "\n\n", found)
        return found.replace("|", "\\|") if self.in_cell else found

    def _link(self, href: str, pieces: list[Worded], before: str) -> str:
        text = "".join(_marked(pieces, "[" if href else before))
        if not href or not text.strip():
            return text
        inner = text.strip().replace(_BREAK, " ")
        start, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        plain = "".join(piece.text for piece in pieces)
        if plain == href and re.match(r"https?://[^\s<>]+\Z", href):
            return f"{start}<{href}>{end}"
        return f"{start}[{_balanced(inner)}]({address(href)}){end}"


def address(href: str) -> str:
    """An address as it stands in a link."""
    return quote(href.strip(), safe="/-._~!$&'*+,;=:@%?#[]")


def escaped(text: str) -> str:
    """Words as Markdown that shows them, in the middle of a line."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def _started(line: str) -> str:
    """A line whose first signs would make it a list, a heading or a quote."""
    line = _NUMBER_AT_START.sub(r"\1\\\2", line, count=1)
    return _AT_START.sub(r"\\\1", line, count=1)


def _balanced(text: str) -> str:
    """The words of a link, whose brackets are escaped."""
    return re.sub(r"(?<![\\!])\[(?![^\]]*\]\()", r"\\[", text) if "](" not in text else text


def _pieces(
    children: Iterable[Element | str],
    named: frozenset[str],
    marks: frozenset[str] = frozenset(),
    href: str = "",
) -> Iterator[Worded]:
    for child in children:
        if isinstance(child, str):
            yield Worded(_SPACES.sub(" ", without_controls(child)), marks, href)
        else:
            yield from _of_element(child, named, marks, href)


def _of_element(
    one: Element, named: frozenset[str], marks: frozenset[str], href: str
) -> Iterator[Worded]:
    for name in (one.get("id"), one.get("name") if one.tag == "a" else ""):
        if name and name in named:
            yield Worded(f'<a id="{quote(name, safe="-._~:")}"></a>', raw=True)
    if one.tag == "br":
        yield Worded(_BREAK, marks, href, raw=True)
    elif one.tag == "img":
        yield from _picture(one, href)
    elif one.tag == "note":
        yield Worded(f"[^{one.get('id')}]", raw=True)
    elif one.tag == "input":
        if one.get("type") == "checkbox":
            yield Worded("☑ " if "checked" in one.attributes else "☐ ", marks, href)
    else:
        target = _target(one) or href if one.tag == "a" else href
        inner = _pieces(one.children, named, _marks(one, marks), target)
        yield from _wrapped(one.tag, inner) if one.tag in _AS_HTML else inner


def _wrapped(tag: str, inner: Iterator[Worded]) -> Iterator[Worded]:
    found = list(inner)
    if any(piece.text.strip() for piece in found):
        yield Worded(f"<{tag}>", raw=True, href=found[0].href)
        yield from found
        yield Worded(f"</{tag}>", raw=True, href=found[0].href)


def _target(link: Element) -> str:
    href = link.get("href").strip()
    return "" if href.startswith("data:") else href


def _picture(one: Element, href: str) -> Iterator[Worded]:
    words = escaped(_SPACES.sub(" ", one.get("alt")).strip()).replace("]", "\\]")
    if source := one.get("src").strip():
        shown = source if source.startswith("data:") else address(source)
        yield Worded(f"!\0[{words}]({shown})", href=href, raw=True)
    elif words:
        yield Worded(words, href=href, raw=True)


def _marks(one: Element, marks: frozenset[str]) -> frozenset[str]:
    if one.tag in _CODE or "code" in marks:
        return frozenset({"code"})
    if one.tag in _STRUCK:
        return marks | {"del"}
    if one.tag in _SLANTED:
        marks |= {"em"}
    if one.tag in _BOLD:
        marks |= {"strong"}
    weight = _WEIGHT.search(one.get("style"))
    if weight:
        bold = weight[1].casefold() in ("bold", "bolder") or weight[1] >= "600"
        marks = marks | {"strong"} if bold else marks - {"strong"}
    return marks


def _spaced(pieces: Iterable[Worded]) -> Iterator[Worded]:
    """One blank where several met, none at either end of a line."""
    blank = True
    for piece in pieces:
        text = piece.text
        if piece.raw:
            blank = blank if text.startswith("<a id") else text == _BREAK
        elif text:
            if blank and text.startswith(" "):
                text = text[1:]
            blank = text.endswith(" ") if text else blank
        if text:
            yield replace(piece, text=text)


def _merged(pieces: Iterable[Worded]) -> Iterator[Worded]:
    """Neighbours with the same marks are one; a place's name within stands before them.

    A blank has no marks of its own: it takes those that both its neighbours have.
    """
    held: Worded | None = None
    for piece in pieces:
        if piece.raw and piece.text.startswith("<a id"):
            yield piece
        elif held is None:
            held = piece
        elif not (held.raw or piece.raw) and (held.marks, held.href) == (piece.marks, piece.href):
            held = replace(held, text=held.text + piece.text)
        else:
            yield held
            held = piece
    if held is not None:
        yield held


def _marked(pieces: list[Worded], before: str) -> Iterator[str]:
    """The pieces of one link, or between two, with their marks."""
    for nth, piece in enumerate(pieces):
        after = pieces[nth + 1] if nth + 1 < len(pieces) else Worded("")
        text = piece.text if piece.raw else _one(piece, before, after)
        before = text[-1:] or before
        yield text


def _one(piece: Worded, before: str, after: Worded) -> str:
    text = piece.text
    inner = text.strip()
    if not piece.marks or not inner:
        return escaped(text)
    start = text[: text.index(inner)]
    end = text[len(start) + len(inner) :]
    if "code" in piece.marks:
        return start + _code(inner) + end
    next_to = after.text[:1]
    # A mark between a sign and a letter is none: the sign stands outside.
    if not end and next_to.isalnum():
        kept = re.sub(r"\W+\Z", "", inner)
        inner, end = kept, inner[len(kept) :]
    if not start and before.isalnum():
        kept = re.sub(r"\A\W+", "", inner)
        start, inner = inner[: len(inner) - len(kept)], kept
    if not inner:
        return escaped(text)
    meets = (not start and before in _SIGNS) or (not end and bool(after.marks - {"code"}))
    opening, closing = _signs(piece.marks, as_html=meets)
    return f"{escaped(start)}{opening}{escaped(inner)}{closing}{escaped(end)}"


def _signs(marks: frozenset[str], *, as_html: bool) -> tuple[str, str]:
    """What stands before and behind. Where signs would meet others, they are HTML."""
    own = [mark for mark in ("del", "strong", "em") if mark in marks]
    if as_html:
        tags = "".join(f"<{mark}>" for mark in own), "".join(f"</{mark}>" for mark in own[::-1])
        return tags
    signs = "".join(_SIGN[mark] for mark in own)
    return signs, signs[::-1]


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
