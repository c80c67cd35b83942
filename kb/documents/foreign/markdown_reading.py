"""Markdown that somebody else wrote as blocks, and its links led elsewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from markdown_it.token import Token

from kb.documents.foreign.blocks import Block
from kb.documents.foreign.code_apart import outside_code
from kb.documents.markdown.parser import TooLaborious, blocks
from kb.documents.text.plain_text import WIKI, plain, tidy, wiki_words

# What a link is to lead to: "" where only its words stay, None where it stays as it is.
Change = Callable[[str, bool], str | None]
_LINK = (
    r"(?P<mark>!?)\[(?P<words>(?:[^\[\]\\]|\\."
    r"|!\[[^\[\]]{0,300}\]\([^()\s]{0,500}\)|\[[^\[\]]{0,300}\]){0,1000})\]"
    r"\(\s*(?P<target><[^<>\n]{1,1000}>|[^\s()<>]{1,1000}(?:\([^\s()]{0,300}\)[^\s()]{0,300}){0,5})"
    r"(?P<title>\s+\"[^\"\n]{0,300}\")?\s*\)"
)
_DEFINED = r"^(?P<before> {0,3}\[(?!\^)[^\]\n]{1,300}\]:\s*)(?P<defined>\S{1,1000})"
_HTML = r"(?P<tag><(?:a|img)\b[^<>]{0,500}?\b(?:href|src)=[\"'])(?P<html>[^\"'<>]{1,1000})(?=[\"'])"
_WIKI = re.compile(
    r"(?<!\\)(?P<embedded>!?)\[\[(?P<at>[^\[\]|\n]{1,300})(?:\\?\|[^\[\]\n]{1,300})?\]\]"
)
_EVERY = re.compile(f"{_LINK}|{_DEFINED}|{_HTML}", re.MULTILINE)


def blocks_of(body: str) -> tuple[Block, ...]:
    """Parted where its own blocks begin; one block where that would take too long."""
    try:
        tokens = blocks(body).tokens
    except TooLaborious:
        return (Block(body.strip("\n")),)
    return tuple(_blocks(tokens, body.split("\n")))


def relinked(markdown: str, change: Change) -> str:
    """The text with its links as `change` wants them; code stays as it is."""

    def one(found: re.Match[str]) -> str:
        if found["defined"] is not None:
            new = change(found["defined"].strip("<>"), False)
            return found["before"] + new if new else found[0]
        if found["html"] is not None:
            new = change(found["html"], found["tag"].startswith("<img"))
            return found["tag"] + new if new else found[0]
        return _link(found, change)

    return outside_code(markdown, lambda text: _EVERY.sub(one, text))


def without_wiki_links(markdown: str) -> str:
    """`[[Page#Heading|words]]` and `![[picture.png]]` as links of Markdown, for `relinked`."""

    def one(found: re.Match[str]) -> str:
        target = found["at"].strip().removesuffix("\\")
        words = wiki_words(WIKI.match(found[0]) or found) if WIKI.match(found[0]) else target
        words = words.replace("]", "\\]")
        if found["embedded"] and re.fullmatch(r"\d+(x\d+)?", words):
            words = target  # Obsidian's width of a picture
        return f"{found['embedded']}[{words}](<{target}>)"

    return outside_code(markdown, lambda text: _WIKI.sub(one, text))


def _link(found: re.Match[str], change: Change) -> str:
    words = found["words"]
    if "](" in words:
        words = relinked(words, change)
    target = found["target"].removeprefix("<").removesuffix(">")
    new = change(target, bool(found["mark"]))
    if new is None:
        new = found["target"]
    elif not new:
        return words
    return f"{found['mark']}[{words}]({new}{found['title'] or ''})"


def _blocks(tokens: list[Token], lines: list[str]) -> Iterator[Block]:
    starts = [
        (nth, token)
        for nth, token in enumerate(tokens)
        if token.level == 0 and token.nesting >= 0 and token.map
    ]
    first = starts[0][1].map[0] if starts and starts[0][1].map else len(lines)
    yield from _if_any("\n".join(lines[:first]))
    for place, (nth, token) in enumerate(starts):
        start = (token.map or [0])[0]
        after = starts[place + 1][1].map if place + 1 < len(starts) else None
        text = "\n".join(lines[start : after[0] if after else len(lines)])
        if token.type == "heading_open":
            title = tidy(plain(tokens[nth + 1].content))
            level = int(token.tag[1:])
            head, rest = _apart(text, (token.map or [0, 1])[1] - start)
            heading = head if head.lstrip().startswith("#") else f"{'#' * level} {title}"
            yield Block(heading.strip(), level, title)
            yield from _if_any(rest)
        else:
            yield from _if_any(text, ordered=token.type == "ordered_list_open")


def _apart(text: str, lines: int) -> tuple[str, str]:
    every = text.split("\n")
    return "\n".join(every[:lines]), "\n".join(every[lines:])


def _if_any(text: str, *, ordered: bool = False) -> Iterator[Block]:
    if text.strip():
        yield Block(text.strip("\n").rstrip(), ordered=ordered)
