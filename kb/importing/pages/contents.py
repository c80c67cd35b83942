"""Pages and tables of an export that only repeat what its documents are called. Pure."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Set

from kb.documents.foreign.tree import Element
from kb.documents.text.plain_text import folded

_INDEXES = frozenset({"index", "toc", "contents", "sitemap"})


def is_contents(place: str, body: Element) -> bool:
    """A first page whose words are nearly all links."""
    stem = posixpath.splitext(posixpath.basename(place))[0].casefold()
    links = [each for each in body.walk() if each.tag == "a" and each.get("href")]
    if stem not in _INDEXES or not links:
        return False
    linked = sum(len(each.text().strip()) for each in links)
    words = len(body.text().split())
    headings = sum(len(each.text().split()) for each in body.walk() if each.tag in ("h1", "h2"))
    in_links = sum(len(each.text().split()) for each in links)
    return bool(linked) and (words - headings - in_links) * 4 <= in_links + 4


def repeated_titles(raw: bytes, titles: Set[str]) -> bool:
    """Is each row of a table called like one of the pages?"""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        return False
    known = {folded(title) for title in titles}
    named = [folded(row[0]) for row in rows[1:] if row and row[0].strip()]
    return bool(named) and all(name in known for name in named)
