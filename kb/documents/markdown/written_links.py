"""The links of a body, found in its block tokens as they were written. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from kb.documents.markdown.addresses import bare_addresses, leads_to
from kb.documents.markdown.links import Link, wiki_target
from kb.documents.markdown.parser import Blocks
from kb.documents.text.plain_text import WIKI, code_spans

_TARGET = re.compile(
    r"""\]\(\s*(?:<([^<>\n]*)>|([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*))"""
    r"""(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)"""
)
_ATTRIBUTE = re.compile(
    r"""<(?:a|img)\s[^<>]{0,500}?\b(?:href|src)\s*=\s*("[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)""",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BRACKETS = re.compile(r"\[([^\[\]]{1,999})\]")
_INNER = re.compile(r"<[^<>]*>|\[[^\[\]]*\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]*)>", re.IGNORECASE)


def links_of(found: Blocks) -> tuple[Link, ...]:
    """Every address that a body links to or shows, in order, as written.

    What stands in code, in comments, or in a definition that nothing uses, is no link.
    """
    made = [link for token in found.tokens for link in _links(token)]
    references = found.environment.get("references", {})
    used = _used(found.tokens) if references else frozenset()
    made += [
        Link(reference["map"][0] + 1, reference["href"])
        for label, reference in references.items()
        if label in used
    ]
    return tuple(sorted(made, key=lambda link: link.line))


def in_service(token: Token) -> str:
    """The content without code and comments, blanks in their place, so that places stay."""
    content = token.content
    if token.type == "inline" and "`" in content:
        pieces, at = [], 0
        for start, end, _ in code_spans(content):
            pieces += [content[at:start], _blank(content[start:end])]
            at = end
        content = "".join([*pieces, content[at:]])
    if "<!--" in content:
        content = _COMMENT.sub(lambda comment: _blank(comment[0]), content)
    return content


def _links(token: Token) -> Iterator[Link]:
    if token.type not in ("inline", "html_block"):
        return
    first = token.map[0] + 1 if token.map else 1
    content = in_service(token)
    for at, target in _targets(content, markdown=token.type == "inline"):
        yield Link(first + content.count("\n", 0, at), target)


def _targets(content: str, *, markdown: bool) -> Iterator[tuple[int, str]]:
    if "<" in content:
        for found in _ATTRIBUTE.finditer(content):
            yield found.start(), html.unescape(found[1].strip("\"'"))
    if markdown:
        yield from _in_markdown(content)


def _in_markdown(content: str) -> Iterator[tuple[int, str]]:
    for found in _TARGET.finditer(content) if "](" in content else ():
        target = _ESCAPE.sub(r"\1", found[1] or found[2] or "")
        yield found.start(), html.unescape(target)
    for found in WIKI.finditer(content) if "[[" in content else ():
        yield found.start(), found[2].strip() if found[1] else wiki_target(found[2])
    for found in _AUTOLINK.finditer(content) if "<" in content else ():
        yield found.start(), found[1]
    for at, address in bare_addresses(_without_links(content)):
        yield at, leads_to(address)


def _without_links(content: str) -> str:
    """Without what is a link already, or within HTML."""
    return _INNER.sub(lambda found: _blank(found[0]), content)


def _used(tokens: list[Token]) -> frozenset[str]:
    """The labels in brackets, as markdown-it calls them."""
    return frozenset(
        normalizeReference(label)
        for token in tokens
        if token.type == "inline" and "[" in token.content
        for label in _BRACKETS.findall(in_service(token))
    )


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
