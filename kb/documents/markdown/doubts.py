"""What may not be shown as it was meant: open tags, links with blanks, answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from kb.documents.markdown.blanks import CLOSED, never_closed
from kb.documents.markdown.branches import doubts_in
from kb.documents.markdown.doubt import Doubt
from kb.documents.markdown.parser import Blocks
from kb.documents.markdown.strays import strays_in
from kb.documents.markdown.written_links import in_service, links_of

_WITH_BLANKS = re.compile(
    r"(?<!\\)(\[[^\[\]\n]*\])\(\s*"
    r"([^\s<>()\"'](?:[^<>()\"'\n]|(?<=\w)'(?=\w)|\([^<>()\"'\n]*\))*)\)"
)
_DATA = re.compile(
    r"\](?:\(|: ?)<?data:(?!image/(?:png|gif|jpeg|webp)\b)[\w.+-]+/[\w.+-]+[;,]", re.I
)
_FILE = re.compile(r".*\s.*\.\w{1,8}(?:#.*)?\s*|\S*/.*\s.*|.*\s\S*/.*")
_LONGEST = 60


def doubts_of(found: Blocks) -> tuple[Doubt, ...]:
    """In the order of the text."""
    closed = found.environment.get(CLOSED, frozenset())
    written = (
        doubt
        for token in found.tokens
        if token.type in ("inline", "html_block")
        for doubt in sorted(_of(token, closed), key=lambda one: one.line)
    )
    return (*written, *_pictures(found), *doubts_in(found.tokens), *strays_in(found.tokens))


def _pictures(found: Blocks) -> Iterator[Doubt]:
    for link in links_of(found):
        if found.pictures.refuses(link.target):
            yield _unshown(link.line)


def _unshown(line: int) -> Doubt:
    message = "a picture in the text itself is not shown: its kind or size is not allowed"
    remedy = "store it as a PNG, JPEG, GIF or WebP file beside the procedure, and show that"
    return Doubt(line, "unshown-picture", message, remedy)


def _of(token: Token, closed: frozenset[str]) -> Iterator[Doubt]:
    content = in_service(token)
    if "<" in content:
        for at, tag in never_closed(content, closed):
            message = f"{tag} is never closed, so it changes how what follows looks"
            remedy = f"close it; where it is a blank to fill in, write &lt;{tag[1:-1]}&gt;"
            yield Doubt(_line(token, at), "open-tag", message, remedy)
    if token.type == "html_block" and "<!--" in token.content:
        at = token.content.rfind("<!--")
        if "-->" not in token.content[at:]:
            message = "a comment begins here and never ends, so nothing below is shown"
            yield Doubt(_line(token, at), "open-comment", message, "end it with -->")
    if token.type == "inline":
        # No link for the parser, so its letters stand on the page.
        yield from (_unshown(_line(token, one.start())) for one in _DATA.finditer(content))
    if token.type == "inline" and "](" in content:
        for link in _WITH_BLANKS.finditer(content):
            if _FILE.fullmatch(link[2]):
                message = f'the link "{link[2].strip()[:_LONGEST]}" has a blank in it and is none'
                remedy = f"write {link[1]}(<{link[2].strip()}>)"
                yield Doubt(_line(token, link.start()), "blank-in-link", message, remedy)


def _line(token: Token, at: int) -> int:
    return (token.map[0] if token.map else 0) + 1 + token.content.count("\n", 0, at)
