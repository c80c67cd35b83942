"""Boxes of other programs (warning, note, tip) as the boxes that we have. Changes the tree."""

from __future__ import annotations

import re

from kb.documents.foreign.tree import Element

_NAMES = {
    "NOTE": "note info information abstract summary todo",
    "TIP": "tip hint success check done",
    "IMPORTANT": "important question help faq",
    "WARNING": "warning attention",
    "CAUTION": "caution danger error failure bug",
}
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_BOX = re.compile(
    r"(?:confluence-information-macro|alert|admonition|callout|panel|notice|message|box)"
    rf"[-_ ]+(?:macro-)?({'|'.join(KINDS)})\b"
)
_BY_SIGN = {"⚠": "WARNING", "🚨": "CAUTION", "❗": "IMPORTANT", "‼": "IMPORTANT", "⛔": "CAUTION"}
_BY_SIGN |= {"🛑": "CAUTION", "💡": "TIP", "✅": "TIP", "ℹ": "NOTE", "📌": "NOTE", "📝": "NOTE"}


def mark_alerts(body: Element) -> None:
    """Each box among its elements becomes a quote with its kind."""
    for one in list(body.walk()):
        kind = kind_of_box(one)
        if kind:
            one.tag = "blockquote"
            one.attributes = {"alert": kind, "id": one.get("id")}


def kind_of_box(one: Element) -> str:
    """NOTE, TIP, IMPORTANT, WARNING, CAUTION; "" where it is no box."""
    if one.tag == "aside":
        return by_sign(one.text()) or "NOTE"
    if one.tag not in ("div", "section", "blockquote"):
        return ""
    classes = one.get("class").casefold()
    found = _BOX.search(classes)
    if found:
        return KINDS[found[1]]
    return KINDS.get(classes.strip(), "") if classes.strip() != "summary" else ""


def by_sign(text: str) -> str:
    """The kind that a sign at the beginning says."""
    start = text.lstrip()[:1]
    return _BY_SIGN.get(start, "")
