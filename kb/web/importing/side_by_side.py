"""Several procedures on one page: each with places of its own, so that no two have one name."""

from __future__ import annotations

import re

from markupsafe import Markup
from msgspec.structs import replace

from kb.documents.markdown.rendering import Method, Page, Part

_PLACES = re.compile(r'(\s(?:id|aria-labelledby|aria-describedby)="|\shref="#)(?=[^"])')


def apart(page: Page, nth: int) -> Page:
    """The same page, its places numbered `nth`."""
    start = f"look-{nth}-"
    return replace(page, parts=tuple(_part(part, start) for part in page.parts))


def _part(part: Part, start: str) -> Part:
    methods = tuple(_method(method, start) for method in part.methods)
    anchor = part.anchor and f"{start}{part.anchor}"
    return replace(part, anchor=anchor, html=_placed(part.html, start), methods=methods)


def _method(method: Method, start: str) -> Method:
    anchor = f"{start}{method.anchor}"
    return replace(method, anchor=anchor, html=_placed(method.html, start))


def _placed(html: Markup, start: str) -> Markup:
    return Markup(_PLACES.sub(lambda found: found[1] + start, html))
