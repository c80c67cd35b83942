"""The only nh3: what may stand on a page. Whatever wrote the HTML, this has the last word."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import nh3
from markupsafe import Markup

from kb.documents.markdown.blanks import SHOWN
from kb.documents.markdown.headings import free
from kb.documents.markdown.links import is_external

_UNSHOWN = set(
    "script style template noscript svg math iframe object embed noembed noframes title".split()
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "title"},
    "a": {"href", "name"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
BACK = "Back to the text"  # what the arrow below a footnote is called
_ALERTS = ("note", "tip", "important", "warning", "caution")
_CLASSES = {
    "a": {"bare"},
    "div": {"table-responsive", "markdown-alert", *(f"markdown-alert-{one}" for one in _ALERTS)},
    "img": {"img-fluid"},
    "li": {"task-list-item", "asks", "answer", "ends"},
    "p": {"markdown-alert-title"},
    "pre": {"plain-text"},
    "span": {"not-found"},
    "table": {"table"},
    "td": {"text-center", "text-end"},
    "th": {"text-center", "text-end"},
}
_VALUES = {
    "a": {"aria-label": {BACK}},
    "div": {"tabindex": {"0"}},
    "img": {"loading": {"lazy"}},
    "span": {"role": {"img"}, "aria-label": {"done", "to do"}},
}
# A number that no file can know marks the ids and addresses that the renderer made itself; all
# others are a stranger's and go through `address` or are dropped.
_MARK = secrets.token_hex(8)

_PLACE = re.compile(r"\w[\w.:-]{0,99}")

Address = Callable[[str], str | None]


def own_id(name: str) -> str:
    """An id that survives sanitising."""
    return f"{_MARK}-{name}"


def own_address(url: str) -> str:
    """An address within the site that survives sanitising."""
    return f"/{_MARK}/{url}"


def sanitised(html: str, address: Address, taken: set[str]) -> Markup:
    """HTML that runs nothing. `address` turns a link as written into a URL, or None.

    `taken` are the ids of the page so far: each is borne once, and grows by those in here.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name in ("id", "name"):
            if value.startswith(own_id("")):
                return value[len(own_id("")) :]
            return _strangers(value, taken)
        if name in ("href", "src"):
            return _allowed(tag, value, address)
        return value

    cleaner = nh3.Cleaner(
        tags=set(SHOWN),
        clean_content_tags=_UNSHOWN,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        allowed_classes=_CLASSES,
        tag_attribute_values=_VALUES,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer",
    )
    return Markup(cleaner.clean(html).replace("<img>", ""))


def _strangers(name: str, taken: set[str]) -> str | None:
    """The name of a place that links lead to, if it is one and nothing else has it."""
    given = free(name)
    if not _PLACE.fullmatch(name) or given in taken:
        return None
    taken.add(given)
    return given


def _allowed(tag: str, value: str, address: Address) -> str | None:
    own = own_address("")
    if value.startswith(own):
        return value[len(own) :]
    if tag == "a" and value.startswith("#"):
        return f"#{free(value[1:])}"
    if tag == "a" and is_external(value):
        return value
    if tag == "a" and value.startswith("data:"):
        return None
    return address(value)
