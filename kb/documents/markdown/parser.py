"""The only markdown-it: Markdown to tokens in two bounded stages, blocks and then inlines.

Why bounded: a file is written by anyone, and a page must come in any case. markdown-it is linear
in length, but with very different factors: some signs cost hundreds of times what prose does.
`effort` adds them up beforehand, and what would take too long is never parsed but shown as plain
text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore, inline, text_join
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from msgspec import Struct, field

from kb.documents.markdown.addresses import with_links
from kb.documents.markdown.blanks import (
    CLOSED,
    as_written,
    as_written_beside_code,
    closed_tags,
    html_block_unless_blank,
)
from kb.documents.markdown.footnotes import without_headings
from kb.documents.markdown.own_pictures import Pictures, taken_out
from kb.documents.markdown.wiki_links import wiki_link
from kb.documents.text.plain_text import tidy

MAX_EFFORT = 520_000
_MAX_TARGETS = 1_000_000  # characters: one long reference used often multiplies
# µs that one of them takes at most, from source to sanitised HTML, on a busy small machine.
_COSTS = {"[": 45, "![": 25, "|": 15, "<": 100, "\n": 30, "*": 20, "_": 20, "~": 15, "`": 9}
_COSTS |= {"&": 10, "]": 5, "!": 5, ">": 7, "#": 5, "-": 5, "\\": 5, "\t": 3, ":": 5}
_COSTS |= dict.fromkeys("+@=%${}^", 5) | {"[^": 200, "www.": 20, "WWW.": 20}
_MARKED_LINE = re.compile(r"^[ \t]*(?:[-*+#>]|\d+[.)])", re.MULTILINE)
_HTML_HEADING = re.compile(
    r"<h([1-6])\b[^<>]*>([^<]*(?:<(?!/?h[1-6]\b)[^<]*){0,20}?)</h\1\s*>", re.IGNORECASE
)
_NAMED = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"([\\`*_\[\]<>&!~#])")


class TooLaborious(Exception):
    """The text would take too long to parse as Markdown."""


class Blocks(Struct):
    """A body's block tokens; those of type "inline" have no children yet."""

    tokens: list[Token]
    environment: dict[str, Any] = field(default_factory=dict)
    pictures: Pictures = Pictures()

    def with_inlines(self) -> list[Token]:
        """The same tokens, inlines parsed. Raises TooLaborious when links grow too long."""
        state = StateCore("", parser(), self.environment, self.tokens)
        inline(state)
        text_join(state)
        for token in self.tokens:
            if token.children:
                token.children = with_links(token.children)
        size = sum(
            len(str(value))
            for token in self.tokens
            for child in token.children or ()
            for value in child.attrs.values()
        )
        if size > _MAX_TARGETS:
            raise TooLaborious
        return self.tokens


@cache
def parser() -> MarkdownIt:
    """CommonMark with what people write besides, and raw HTML (sanitised later, never trusted)."""
    wanted = {"html": True, "tasklists": True, "alerts": True}
    made = MarkdownIt("commonmark", wanted).enable(["table", "strikethrough"])
    footnote_plugin(made, inline=False, move_to_end=False)
    deflist_plugin(made)
    made.inline.ruler.before("link", "wiki_link", wiki_link)
    terminates = ["paragraph", "reference", "blockquote"]
    made.block.ruler.at("html_block", html_block_unless_blank, {"alt": terminates})
    made.add_render_rule("list_item_open", _list_item_open)
    made.add_render_rule("table_open", _table_open)
    made.add_render_rule("table_close", _table_close)
    made.render("*")  # compiles its rules now, as two threads compiling at once would not
    return made


def _table_open(*_: object) -> str:
    return '<div class="table-responsive" tabindex="0"><table class="table">\n'


def _list_item_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: Any
) -> str:
    """A task says in text whether it is done: on paper and in a copy as on the screen."""
    opened = renderer.renderToken(tokens, index, options, environment)
    if "checked" not in tokens[index].meta:
        return opened
    words = "done" if tokens[index].meta["checked"] else "to do"
    return f'{opened}<span role="img" aria-label="{words}">{box(tokens[index])}</span> '


def box(token: Token) -> str:
    """The sign of a task; "" for what is none."""
    checked = token.meta.get("checked")
    return "" if checked is None else "☑" if checked else "☐"


def _table_close(*_: object) -> str:
    return "</table></div>\n"


def blocks(body: str) -> Blocks:
    """The blocks of a body, headings written as HTML among them. Raises TooLaborious."""
    body, pictures = taken_out(body)
    if effort(body) > MAX_EFFORT:
        raise TooLaborious
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    closed = closed_tags(body)
    found = Blocks([], {CLOSED: closed}, pictures)
    parser().block.parse(body.replace("\0", ""), parser(), found.environment, found.tokens)
    without_headings(found.tokens)
    if "<" in body:
        _show_blanks(found.tokens, closed)
    if any(token.type == "html_block" and "<h" in token.content.lower() for token in found.tokens):
        found.tokens = [part for token in found.tokens for part in _with_headings(token)]
    if "{#" in body:
        _take_names(found.tokens)
    return found


def effort(body: str) -> int:
    """About how many µs a page takes at worst; an upper bound found by measuring.

    tests/documents/test_pathological.py holds it against the time that little of each takes.
    """
    marked = sum(1 for _ in _MARKED_LINE.finditer(body))
    signs = sum(body.count(sign) * cost for sign, cost in _COSTS.items())
    return len(body) // 8 + marked * 45 + signs


def _show_blanks(tokens: list[Token], closed: frozenset[str]) -> None:
    for token in tokens:
        if token.type == "inline":
            token.content = as_written_beside_code(token.content, closed)
        elif token.type == "html_block":
            token.content = as_written(token.content, closed)


def _take_names(tokens: list[Token]) -> None:
    """`## Heading {#name}`, as some Markdown has it: the name is no text."""
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open" and heading.content.endswith("}"):
            text, _, name = heading.content.rpartition("{#")
            if text.strip():
                heading.content = text.rstrip()
                heading.meta = {"name": name.removesuffix("}")}


def _with_headings(token: Token) -> list[Token]:
    """A block of raw HTML cut at its <h1> to <h6>, which become headings like all others."""
    if token.type != "html_block" or token.level > 0:
        return [token]
    pieces: list[Token] = []
    at = 0
    for found in _HTML_HEADING.finditer(token.content):
        text = tidy(_TAG.sub(" ", found[2]))
        if not text:
            continue
        pieces += [_html(token, token.content[at : found.start()]), *_heading(token, found, text)]
        at = found.end()
    return [*pieces, _html(token, token.content[at:])] if pieces else [token]


def _html(whole: Token, content: str) -> Token:
    return Token("html_block", "", 0, content=content, map=whole.map, block=True)


def _heading(whole: Token, found: re.Match[str], text: str) -> list[Token]:
    tag = f"h{found[1]}"
    content = _MARKUP.sub(r"\\\1", text)
    named = _NAMED.search(found[0].partition(">")[0])
    meta = {"name": named[1] or named[2] or named[3]} if named else {}
    return [
        Token("heading_open", tag, 1, map=whole.map, block=True),
        Token(
            *("inline", "", 0),
            content=content,
            map=whole.map,
            block=True,
            children=[],
            level=1,
            meta=meta,
        ),
        Token("heading_close", tag, -1, block=True),
    ]
