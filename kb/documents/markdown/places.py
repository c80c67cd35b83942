"""The places in a text that links may lead to: headings, steps, names in HTML, footnotes. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from markdown_it.token import Token

from kb.documents.markdown.footnotes import labels, other_places
from kb.documents.markdown.headings import Placed
from kb.documents.markdown.steps import step_names
from kb.documents.text.plain_text import anchor

_NAME = re.compile(
    r"""<[a-zA-Z][^<>]*?\s(?:id|name)\s*=\s*("[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)""", re.IGNORECASE
)
_EVERYWHERE = frozenset({"", "top"})
_TEXT = ":~:"  # a browser looks for words then


def named_in_html(tokens: Sequence[Token]) -> Iterator[str]:
    """The names that HTML gives to places of the text."""
    for token in tokens:
        if token.type in ("inline", "html_block") and "<" in token.content:
            for found in _NAME.findall(token.content):
                yield html.unescape(found.strip("\"'"))


def places(
    tokens: Sequence[Token], placed: Sequence[Placed], environment: dict[str, Any]
) -> frozenset[str]:
    """Every name that a link to a place in the text may be written with."""
    found = {each.anchor for each in placed} | {each.natural for each in placed}
    found.update(other for each in placed for other in each.others)
    named = frozenset(named_in_html(tokens))
    found.update(named, (name for _, name in step_names(tokens, placed, named)))
    found.update(other for label in labels(environment) for other in other_places(label))
    return frozenset(found)


def leads(fragment: str, known: frozenset[str]) -> bool:
    """Does `#fragment` lead to one of these places?"""
    name = unquote(fragment.removeprefix("#"))
    return name in _EVERYWHERE or _TEXT in name or not known.isdisjoint({name, anchor(name)})
