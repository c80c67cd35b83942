"""What other programs call the fields of front matter, read as ours where they are. Pure."""

from __future__ import annotations

from typing import Any

from kb.documents.front_matter import FIELDS
from kb.documents.text.plain_text import folded

_YES, _NO = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


def own_name(written: str) -> str:
    """`Review Every` is `review_every`; what is no field of ours stays as it is written."""
    name = folded(written).replace(" ", "_").replace("-", "_")
    return name if name in FIELDS else written


def read_as_ours(
    meta: dict[str, Any], lines: dict[str, int]
) -> tuple[dict[str, Any], dict[str, int]]:
    """The same with the names of our fields; one that stands there under its own name counts.

    Tags are keywords where there are none, and `draft: true` or `published: false` is a draft.
    """
    mine = {_ours(key, meta): value for key, value in meta.items()}
    at = {_ours(key, meta): line for key, line in lines.items()}
    for ours, theirs, value in _elsewhere(mine):
        mine[ours] = value
        at[ours] = at.get(theirs, 1)
    return mine, at


def _ours(key: str, meta: dict[str, Any]) -> str:
    name = own_name(key)
    return key if name in meta else name


def _elsewhere(meta: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """(Our field, theirs, value) for fields of ours that are not there."""
    found: list[tuple[str, str, Any]] = []
    if "keywords" not in meta and meta.get("tags"):
        found.append(("keywords", "tags", meta["tags"]))
    if "status" not in meta:
        held = [("draft", _YES), ("published", _NO)]
        kept_back = (name for name, words in held if _said(meta.get(name)) in words)
        found += [("status", name, "draft") for name in kept_back][:1]
    return found


def _said(value: Any) -> str:
    return value.casefold() if isinstance(value, str) else ""
