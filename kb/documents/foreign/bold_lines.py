"""Short lines in bold that stand for headings, in a document that has none. Changes the tree."""

from __future__ import annotations

from itertools import pairwise

from kb.documents.foreign.tree import Element
from kb.documents.text.plain_text import tidy

_LONGEST = 80
_ENDS = (".", ",", ";", ":", "!")


def take_bold_lines_as_headings(body: Element) -> bool:
    """Were there at least two, each with something else below it? Then they are headings now."""
    if any(each.tag in ("h1", "h2", "h3") for each in body.walk()):
        return False
    blocks = body.elements
    found = [
        one for one, below in pairwise(blocks) if _is_bold_line(one) and not _is_bold_line(below)
    ]
    if len(found) < 2:
        return False
    for one in found:
        one.tag = "h1"
        one.children = [c for each in one.children for c in _without_bold(each)]
    return True


def _is_bold_line(one: Element) -> bool:
    words = tidy(one.text())
    if one.tag != "p" or not 0 < len(words) <= _LONGEST or words.endswith(_ENDS):
        return False
    return all(
        not child.strip() if isinstance(child, str) else _is_bold(child) for child in one.children
    )


def _is_bold(one: Element) -> bool:
    return one.tag == "strong" or (one.tag == "a" and not one.text().strip())


def _without_bold(one: Element | str) -> list[Element | str]:
    return one.children if isinstance(one, Element) and one.tag == "strong" else [one]
