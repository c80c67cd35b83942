"""BookStack's own zip: `data.json` with pages of HTML or Markdown, and their files. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from kb.importing.documents import Bundle, ForeignPage
from kb.importing.pages.markdown import markdown_page
from kb.importing.pages.saying import said
from kb.importing.pages.web import as_bundle, piece
from kb.importing.readers.packages import damaged

_REFERENCE = re.compile(r"\[\[bsexport:(\w+):(\d+)\]\]")


def is_portable(files: Mapping[str, bytes]) -> bool:
    """Is it BookStack's?"""
    return b"exported_at" in files.get("data.json", b"")


def portable_bundle(name: str, files: Mapping[str, bytes]) -> Bundle:
    """Its pages in their order. Raises UnreadableFile."""
    try:
        told = json.loads(files["data.json"])
    except (ValueError, RecursionError) as error:
        raise damaged(name) from error
    every = [one for one in _pages(told, "") if isinstance(one[0].get("name"), str)]
    leads = _leads([page for page, _ in every])
    pages, kept = list[ForeignPage](), dict[str, bytes]()
    for page, book in every:
        bundle = _page(page, book, leads)
        pages += bundle.pages
        kept |= bundle.files
    return Bundle(tuple(pages), {**files, **kept})


def _pages(told: Any, book: str) -> Iterator[tuple[dict[str, Any], str]]:
    if not isinstance(told, dict):
        return
    for key in ("book", "chapter", "page"):
        if isinstance(one := told.get(key), dict):
            if key == "page":
                yield one, book
            else:
                yield from _pages(one, _worded(one) or book)
    for key in ("chapters", "pages"):
        some = told.get(key)
        for one in some if isinstance(some, list) else ():
            if isinstance(one, dict) and key == "pages":
                yield one, book
            else:
                yield from _pages(one, _worded(one) or book)


def _worded(one: Mapping[str, Any]) -> str:
    name = one.get("name")
    return name if isinstance(name, str) else ""


def _leads(pages: list[dict[str, Any]]) -> dict[str, str]:
    """Where references lead: to a page by its place, to a file by its name."""
    found: dict[str, str] = {}
    for page in pages:
        found[f"page:{page.get('id')}"] = _place(page)
        for kind in ("images", "attachments"):
            some = page.get(kind)
            for one in some if isinstance(some, list) else ():
                if isinstance(one, dict) and (file := one.get("file") or one.get("link")):
                    place = str(file) if one.get("link") else f"files/{file}"
                    found[f"{kind[:-1]}:{one.get('id')}"] = place
    return found


def _place(page: Mapping[str, Any]) -> str:
    return f"page-{page.get('id')}"


def _page(page: dict[str, Any], book: str, leads: Mapping[str, str]) -> Bundle:
    def leading(found: re.Match[str]) -> str:
        return leads.get(f"{found[1]}:{found[2]}", "#")

    tags = page.get("tags")
    every = [one for one in (tags if isinstance(tags, list) else []) if isinstance(one, dict)]
    properties: dict[str, Any] = {"category": book} if book else {}
    for one in every:
        if one.get("value"):
            properties[str(one.get("name"))] = str(one["value"])
    words = [str(one.get("name")) for one in every if not one.get("value")]
    if words:
        properties["keywords"] = words
    if isinstance(source := page.get("markdown"), str) and source.strip():
        made = markdown_page(_place(page), _REFERENCE.sub(leading, source).encode())
        own = said(properties)
        return Bundle((replace(made, title=str(page["name"]), said=own),))
    html = page.get("html") if isinstance(page.get("html"), str) else ""
    text = _REFERENCE.sub(leading, str(html))
    return as_bundle([piece(_place(page), str(page["name"]), text, properties)])
