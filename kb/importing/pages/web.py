"""A web page as a page of ours: its main part, without what sites put around it. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from kb.documents.attachments import UnusableAttachment, checked
from kb.documents.foreign.continued_lists import continue_lists
from kb.documents.foreign.html_reading import WebPage, tree_of, web_page
from kb.documents.foreign.lists import make_typed_lists
from kb.documents.foreign.markdown_writing import written
from kb.documents.foreign.tree import Element
from kb.documents.front_matter import FIELDS
from kb.documents.text.plain_text import readable, tidy
from kb.importing.documents import Bundle, ForeignPage, Said
from kb.importing.pages import wiki_export
from kb.importing.pages.alerts import mark_alerts
from kb.importing.pages.saying import said
from kb.importing.pages.word import places_named
from kb.importing.readers.unreadable import UnreadableFile

_AROUND = frozenset({"nav", "footer", "form"})
_ROLES = re.compile(r"breadcrumb|footer|sidebar|side-bar|navbar|page-metadata|toc-macro|skip-link")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_STRUCK = re.compile(r"text-decoration[^;]*line-through", re.I)
_META = frozenset({*FIELDS, "keywords", "tags", "category"}) - {"id", "status", "source", "title"}
_LARGEST_PICTURE = 20  # MB
_MOST_TAGS = 60_000
_TINY = 16  # pixels; what is no larger is an icon


class WebSource(Struct, frozen=True):
    """A page as it was read, before its places are known."""

    name: str
    title: str
    body: Element
    said: Said
    noticed: tuple[str, ...]
    pictures: dict[str, bytes]


def web_bundle(name: str, raw: bytes) -> Bundle:
    """One page on its own."""
    return as_bundle([web_source(name, raw)])


def web_source(name: str, raw: bytes) -> WebSource:
    """The main part of one page, with what it says of itself."""
    if raw.count(b"<") > _MOST_TAGS:  # the work grows by their number: some seconds for these
        raise UnreadableFile(
            f"{name} has more than {_MOST_TAGS:,} tags, which takes too long to read: bring it in "
            "in parts, or save the pages that hold procedures one by one."
        )
    page = web_page(raw)
    properties: dict[str, Any] = {k: v for k, v in page.meta.items() if k in _META}
    title, body = wiki_export.taken_apart(page, properties) or _main(page)
    return source_of(name, title, body, properties)


def piece(name: str, title: str, html: str, properties: Mapping[str, Any]) -> WebSource:
    """A piece of HTML out of another program's export."""
    return source_of(name, title, tree_of(html), properties)


def source_of(name: str, title: str, body: Element, properties: Mapping[str, Any]) -> WebSource:
    """That body, without what does not come in."""
    noticed: list[str] = []
    _take_out(body, _is_hidden, "hidden text is left out", noticed)
    _take_out(body, _is_struck, "struck-out text is left out", noticed)
    pictures = _own_pictures(name, body)
    outside = sum(
        each.tag == "img" and each.get("src").startswith(("http:", "https:", "//"))
        for each in body.walk()
    )
    if outside:
        noticed.append(
            "1 picture stands on the web and was not fetched"
            if outside == 1
            else f"{outside} pictures stand on the web and were not fetched"
        )
    mark_alerts(body)
    make_typed_lists(body)
    continue_lists(body)
    own = said(properties, told=False)
    return WebSource(name, own.title or title, body, own, tuple(noticed), pictures)


def as_bundle(sources: list[WebSource]) -> Bundle:
    """These pages, with the places that they lead to in each other."""
    named = places_named(*(one.body for one in sources))
    pages = tuple(
        ForeignPage(
            one.name,
            one.title or readable(one.name.rpartition("/")[2].rpartition(".")[0]),
            written(one.body, named),
            one.said,
            noticed=one.noticed,
        )
        for one in sources
    )
    files = {place: raw for one in sources for place, raw in one.pictures.items()}
    return Bundle(pages, files)


def _main(page: WebPage) -> tuple[str, Element]:
    """The part that is read, and the title: the only first heading, else the page's."""
    body = page.body
    main = body.find(lambda each: each.tag in ("main",) or each.get("id") == "main-content")
    if main is None:
        articles = [each for each in body.walk() if each.tag == "article"]
        main = articles[0] if len(articles) == 1 else body
    main.without(_is_around)
    firsts = [each for each in main.walk() if each.tag == "h1"]
    if len(firsts) == 1:
        title = tidy(firsts[0].text())
        main.without(lambda each: each is firsts[0])
        return title or page.title, main
    return page.title, main


def _is_around(one: Element) -> bool:
    said_of_it = f"{one.get('id')} {one.get('class')}".casefold()
    return one.tag in _AROUND or (one.is_block() and bool(_ROLES.search(said_of_it)))


def _is_hidden(one: Element) -> bool:
    by_attribute = "hidden" in one.attributes and one.get("hidden") != "until-found"
    return by_attribute or bool(_HIDDEN.search(one.get("style"))) or "hidden" in one.classes


def _is_struck(one: Element) -> bool:
    return one.tag in ("s", "strike", "del") or bool(_STRUCK.search(one.get("style")))


def _take_out(
    body: Element, unwanted: Callable[[Element], bool], why: str, noticed: list[str]
) -> None:
    words = [tidy(each.text()) for each in body.walk() if unwanted(each)]
    words = [one for one in words if one]
    body.without(unwanted)
    if words:
        shown = ", ".join(f"“{one[:80]}”" for one in words[:5])
        noticed.append(f"{why}: {shown}{f' and {len(words) - 5} more' if len(words) > 5 else ''}")


def _own_pictures(name: str, body: Element) -> dict[str, bytes]:
    """Pictures that stand in the page itself become files; icons go."""
    found: dict[str, bytes] = {}
    body.without(_is_icon)
    folder = f"{name.rpartition('/')[0]}/".lstrip("/")
    for nth, each in enumerate(one for one in body.walk() if one.tag == "img"):
        source = each.get("src")
        if not source.startswith("data:"):
            continue
        each.attributes["src"] = ""
        kind, _, data = source.partition(",")
        try:
            raw = base64.b64decode(data, validate=False) if kind.endswith(";base64") else b""
            file = checked(f"picture-{nth + 1}", raw, _LARGEST_PICTURE)
        except (binascii.Error, ValueError, UnusableAttachment):
            continue
        found[folder + file.name] = file.raw
        each.attributes["src"] = file.name
    return found


def _is_icon(one: Element) -> bool:
    if one.tag != "img":
        return False
    sizes = [one.get(side).removesuffix("px") for side in ("width", "height")]
    small = [side.isdecimal() and len(side) < 4 and int(side) <= _TINY for side in sizes]
    return all(small) and not one.get("alt").strip()
