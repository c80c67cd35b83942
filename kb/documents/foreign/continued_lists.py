"""A numbered list that goes on behind a picture or a sentence is one list. Changes the tree."""

from __future__ import annotations

from kb.documents.foreign.tree import Element

_BETWEEN = 4  # blocks that may stand between its parts
_LIGHT = frozenset("p div figure img blockquote pre table ul".split())


def continue_lists(parent: Element) -> None:
    """What stands between two parts of a list becomes part of the item above it."""
    for inner in parent.elements:
        if inner.is_block():
            continue_lists(inner)
    kept: list[Element | str] = []
    open_list: Element | None = None
    between: list[Element | str] = []
    for child in parent.children:
        if isinstance(child, str) and not child.strip():
            (between if open_list else kept).append(child)
        elif isinstance(child, Element) and open_list and _goes_on(open_list, child, between):
            last = [one for one in open_list.elements if one.tag == "li"][-1]
            last.children += between
            open_list.children += child.children
            between = []
        elif isinstance(child, Element) and child.tag == "ol":
            kept += [*between, child]
            open_list, between = child, []
        elif open_list and _is_light(child) and len(between) < 2 * _BETWEEN:
            between.append(child)
        else:
            kept += [*between, child]
            open_list, between = None, []
    parent.children = [*kept, *between]


def _goes_on(first: Element, second: Element, between: list[Element | str]) -> bool:
    if second.tag != "ol" or not any(isinstance(one, Element) for one in between):
        return False
    start = second.get("start").strip()
    items = [one for one in first.elements if one.tag == "li"]
    if (
        not items
        or any(one.get("value") for one in items)
        or first.get("type") != second.get("type")
    ):
        return False
    begun = first.get("start").strip()
    count = (int(begun) if begun.isdecimal() and len(begun) < 7 else 1) + len(items)
    return start == str(count) and count > 1


def _is_light(child: Element | str) -> bool:
    return isinstance(child, str) or child.tag in _LIGHT or not child.is_block()
