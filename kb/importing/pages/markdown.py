"""A Markdown file of another program: its front matter, its properties, its text. Pure."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from kb.documents.document import parse
from kb.documents.foreign.blocks import Block
from kb.documents.foreign.markdown_reading import blocks_of, without_wiki_links
from kb.documents.text.plain_text import readable, tidy
from kb.importing.documents import Bundle, ForeignPage
from kb.importing.guessing.headers import guessed
from kb.importing.pages.dialects import Plainer, without_hex
from kb.importing.pages.saying import said
from kb.importing.pages.splitting import taken_title

_PROPERTY = re.compile(r"([^\W\d][\w /-]{0,39}):[ \t]+(\S.*)")
_INDEXES = frozenset({"index", "readme", "_index", "home"})


def markdown_bundle(name: str, raw: bytes) -> Bundle:
    """One file on its own."""
    return Bundle((markdown_page(name, raw),))


def markdown_page(name: str, raw: bytes) -> ForeignPage:
    """One file as a page."""
    document = parse(raw, name)
    properties: dict[str, Any] = dict(document.meta)
    body = document.body.lstrip("\ufeff\n")
    plainer = Plainer()
    blocks = list(blocks_of(without_wiki_links(plainer.markdown(body))))
    title = taken_title(blocks)
    if title:
        _take_properties(blocks, properties)
    if plainer.tags:
        properties.setdefault("tags", plainer.tags)
    own = said(properties)
    return ForeignPage(
        without_hex(name),
        own.title or title or _named(name),
        tuple(blocks),
        own,
        addresses=_addresses(properties),
        noticed=(*own.noticed, *plainer.noticed, *_broken(document.faults)),
        why="it is retired there" if _is_retired(properties) else "",
    )


def _take_properties(blocks: list[Block], properties: dict[str, Any]) -> None:
    """Lines such as "Department: Claims" below the title, as Notion writes them."""
    lines = blocks[0].markdown.split("\n") if blocks and not blocks[0].heading else []
    found = [_PROPERTY.fullmatch(line.strip()) for line in lines]
    if not lines or not all(found) or not any(guessed(one[1]) for one in found if one):
        return
    for one in found:
        if one:
            properties.setdefault(tidy(one[1]), one[2].strip())
    del blocks[0]


def _named(name: str) -> str:
    folder, file = posixpath.split(without_hex(name))
    stem = posixpath.splitext(file)[0]
    if stem.casefold() in _INDEXES and folder:
        stem = posixpath.basename(folder)
    return readable(stem) if re.fullmatch(r"[a-z0-9_-]+", stem) else tidy(stem)


def _addresses(properties: dict[str, Any]) -> tuple[str, ...]:
    every: list[str] = []
    for name in ("permalink", "slug", "url", "aliases"):
        value = properties.get(name)
        every += value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return tuple(str(one) for one in every if one)


def _is_retired(properties: dict[str, Any]) -> bool:
    return str(properties.get("status", "")).casefold() in ("retired", "archived", "deprecated")


def _broken(faults: Any) -> tuple[str, ...]:
    told = [fault for fault in faults if fault.code in ("broken-yaml", "never-closed", "not-utf8")]
    return tuple(f"{fault.message}" for fault in told)
