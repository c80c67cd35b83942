"""Links as note programs write them: `[[Page]]`, `[[Page|words]]`, `[[Page#Heading]]`. Pure.

Inside, such a link's target is kept as it was written, brackets and all; what it may mean is said
by kb/documents/markdown/links.py.
"""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

from kb.documents.markdown.links import wiki_target
from kb.documents.text.plain_text import WIKI, wiki_words


def wiki_link(state: StateInline, silent: bool) -> bool:
    """A rule for markdown-it's inline parser; also `![[picture.png]]`."""
    if not state.src.startswith(("[[", "![["), state.pos):
        return False
    found = WIKI.match(state.src, state.pos, state.posMax)
    if found is None or state.linkLevel > 0 or not found[2].strip():
        return False
    if not silent:
        _push(state, found)
    state.pos = found.end()
    return True


def _push(state: StateInline, found: re.Match[str]) -> None:
    if found[1]:
        token = state.push("image", "img", 0)
        token.attrs = {"src": found[2].strip(), "alt": ""}
        token.content = found[3].strip() if found[3] and not found[3].strip().isdecimal() else ""
        token.children = []
        return
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": wiki_target(found[2])}
    state.push("text", "", 0).content = wiki_words(found)
    state.push("link_close", "a", -1)
