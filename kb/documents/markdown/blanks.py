"""Blanks that people write like tags, `Dear <title> <surname>`, told from HTML. Pure.

A tag is HTML where the text closes it somewhere, or where it has attributes; one that needs no
closing is HTML where it may stand on a page. All others are shown as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_block import StateBlock, html_block

from kb.documents.text.plain_text import code_spans

# What a page shows of HTML; kb/documents/markdown/sanitising.py lets no other tag through.
SHOWN = frozenset(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption"
    " figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub"
    " summary sup table tbody td tfoot th thead tr u ul var".split()
)
_MEANT = SHOWN | {"h1", "wbr"}
_NEED_NO_CLOSING = frozenset(
    "br col colgroup dd dt hr img li p tbody td tfoot th thead tr wbr".split()
)
CLOSED = "closed tags"  # in the environment of a parsing: names, as `closed_tags` gives them
# Not where a link leads, `](<my form.md>)`, nor behind a backslash.
_TAG = re.compile(r"(?<!\\)(?<!\]\()(?<!\]\( )<([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?/?)>")
_CLOSING = re.compile(r"</([a-zA-Z][a-zA-Z0-9-]*)\s*>")


def closed_tags(body: str) -> frozenset[str]:
    """The names of all tags that the text closes somewhere."""
    return frozenset(name.casefold() for name in _CLOSING.findall(body))


def html_block_unless_blank(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """markdown-it's rule for blocks of HTML, which a line that begins with a blank is not."""
    start = state.bMarks[first] + state.tShift[first]
    found = _TAG.match(state.src, start, state.eMarks[first])
    if found and _is_blank(found, state.env.get(CLOSED, frozenset())):
        return False
    return html_block(state, first, last, silent)


def as_written(html: str, closed: frozenset[str]) -> str:
    """HTML in which blanks are text."""
    return _TAG.sub(lambda found: _text_of(found, closed), html)


def as_written_beside_code(markdown: str, closed: frozenset[str]) -> str:
    """A paragraph's Markdown in which blanks are text, as they are in code spans anyway."""
    pieces, at = [], 0
    for start, end, _ in code_spans(markdown) if "`" in markdown else ():
        pieces += [as_written(markdown[at:start], closed), markdown[start:end]]
        at = end
    return "".join([*pieces, as_written(markdown[at:], closed)])


def never_closed(markdown: str, closed: frozenset[str]) -> Iterator[tuple[int, str]]:
    """(Place, tag) of tags that format the text and that nothing closes: blanks, perhaps."""
    spans = code_spans(markdown) if "`" in markdown else []
    for found in _TAG.finditer(markdown):
        name = found[1].casefold()
        open_ended = name in _MEANT - _NEED_NO_CLOSING and not _is_markup(found)
        if open_ended and name not in closed and not _within(found.start(), spans):
            yield found.start(), found[0]


def _text_of(found: re.Match[str], closed: frozenset[str]) -> str:
    return f"&lt;{found[0][1:]}" if _is_blank(found, closed) else found[0]


def _is_blank(found: re.Match[str], closed: frozenset[str]) -> bool:
    name = found[1].casefold()
    return name not in _MEANT and name not in closed and not _is_markup(found)


def _is_markup(found: re.Match[str]) -> bool:
    """Has it attributes, or closes it itself?"""
    return "=" in found[2] or found[2].endswith("/")


def _within(at: int, spans: list[tuple[int, int, str]]) -> bool:
    return any(start <= at < end for start, end, _ in spans)
