"""Several procedures on one page: each with places of its own, so that no two have one name."""

from __future__ import annotations

import posixpath
import re
from base64 import b64encode
from collections.abc import Mapping, Set
from urllib.parse import unquote

from markupsafe import Markup
from msgspec.structs import replace

from kb.documents.foreign.markdown_reading import relinked
from kb.documents.markdown.rendering import Method, Page, Part

_SHOWN = {".png": "png", ".jpg": "jpeg", ".gif": "gif", ".webp": "webp"}
_LARGEST = 300_000  # bytes of a picture that is shown before it is stored
_PLACES = re.compile(r'(\s(?:id|aria-labelledby|aria-describedby)="|\shref="#)(?=[^"])')


def apart(page: Page, nth: int) -> Page:
    """The same page, its places numbered `nth`."""
    start = f"look-{nth}-"
    return replace(page, parts=tuple(_part(part, start) for part in page.parts))


def before_it_is_there(
    text: bytes, path: str, attached: Mapping[str, bytes], coming: Set[str]
) -> bytes:
    """The file with its pictures in it, and the words alone of links to what comes with it."""
    folder = posixpath.dirname(path)

    def change(target: str, picture: bool) -> str | None:
        place = unquote(target.partition("#")[0])
        there = posixpath.normpath(posixpath.join(folder, place)) if place else ""
        raw = attached.get(there, b"")
        kind = _SHOWN.get(posixpath.splitext(there)[1])
        if picture and kind and 0 < len(raw) <= _LARGEST:
            return f"data:image/{kind};base64,{b64encode(raw).decode()}"
        return "" if there in coming or raw else None

    if not (attached or b"](" in text):
        return text
    return relinked(text.decode(), change).encode()


def _part(part: Part, start: str) -> Part:
    methods = tuple(_method(method, start) for method in part.methods)
    anchor = part.anchor and f"{start}{part.anchor}"
    return replace(part, anchor=anchor, html=_placed(part.html, start), methods=methods)


def _method(method: Method, start: str) -> Method:
    anchor = f"{start}{method.anchor}"
    return replace(method, anchor=anchor, html=_placed(method.html, start))


def _placed(html: Markup, start: str) -> Markup:
    return Markup(_PLACES.sub(lambda found: found[1] + start, html))
