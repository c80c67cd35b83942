"""A web page as a tree, as a browser would read it; what could run is not in it. Pure."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import nh3
from msgspec import Struct

from kb.documents.foreign.tree import BLOCKS, DEEPEST, Element
from kb.documents.text.plain_text import tidy

_INLINE = frozenset(
    "a abbr b bdi bdo big br cite code del dfn em font i img input ins kbd label mark q ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_TABLES = frozenset({"colgroup", "col"})
_UNREAD = frozenset(
    "script style title template noscript iframe object embed svg math rt rp select textarea "
    "button audio video canvas".split()
)
_EVERYWHERE = frozenset("id class style align dir hidden".split())
_OWN = {
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "input": {"type", "checked"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "td": {"rowspan", "colspan"},
    "th": {"rowspan", "colspan"},
}
_EMPTY = frozenset({"br", "col", "hr", "img", "input", "wbr"})
_UNCLOSED = _EMPTY | frozenset(
    "li p td th tr dt dd tbody thead tfoot option html head body".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b[^<>]*>?")
_DEEP = 300
_MOST = 100_000  # elements of a page; of what is beyond, the words alone are read
_SCHEMES = {"http", "https", "mailto", "tel", "sip", "data"}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,40})""", re.IGNORECASE)


class WebPage(Struct, frozen=True):
    """What a page says: its title, what `<meta>` says by name, and its body."""

    title: str
    meta: dict[str, str]
    body: Element


def web_page(raw: bytes) -> WebPage:
    """The page that these bytes are."""
    text = decoded(raw)
    head = _Head()
    head.feed(text[:200_000])
    return WebPage(tidy(head.title), head.meta, tree_of(text))


def tree_of(text: str) -> Element:
    """The body of a page, or a piece of one."""
    clean = nh3.clean(
        _shallow(text),
        tags=set(BLOCKS - {"body", "notes"} | _INLINE | _TABLES),
        clean_content_tags=set(_UNREAD),
        attributes={"*": set(_EVERYWHERE), **{tag: set(some) for tag, some in _OWN.items()}},
        generic_attribute_prefixes={"data-"},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    builder = _Builder()
    builder.feed(clean)
    builder.close()
    return builder.root


def _shallow(text: str) -> str:
    """Without tags nested beyond measure: a parser takes the square of their depth."""
    if text.count("<") < _DEEP:
        return text
    depth = 0

    def one(found: re.Match[str]) -> str:
        nonlocal depth
        if found[2].lower() in _UNCLOSED:
            return found[0]
        too_deep = depth > _DEEP
        depth = max(depth - 1, 0) if found[1] else depth + 1
        return "" if too_deep else found[0]

    return _TAG.sub(one, text)


def decoded(raw: bytes) -> str:
    """The text of a page: by its first bytes, by what it says, as UTF-8, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    named = _CHARSET.search(raw[:4000])
    names = ["utf-8-sig", named[1].decode("ascii") if named else "", "cp1252"]
    for name in filter(None, names):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace")


class _Head(HTMLParser):
    """`<title>` and `<meta name=…>` alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.meta: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._in_title = tag == "title" and not self.title
        name, content = said.get("name"), said.get("content")
        if tag == "meta" and name and content:
            self.meta.setdefault(tidy(name).casefold(), tidy(content))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


class _Builder(HTMLParser):
    """Well-formed HTML, as nh3 writes it, as a tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.root = Element("body")
        self._open = [self.root]
        self._left = _MOST

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._left -= 1
        if self._left < 0:
            return
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[min(len(self._open), DEEPEST) - 1].add(made)
        if tag not in _EMPTY:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[min(len(self._open), DEEPEST) - 1].add(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(html.unescape(f"&#{name};"))
