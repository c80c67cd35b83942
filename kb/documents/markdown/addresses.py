"""Bare addresses in a text made links: `https://…`, `www.…`, `mailto:…` and e-mail. Pure.

Looked for among the tokens, where code and links are told from text already, in one pass by one
pattern: the plugins that do it while parsing copy the rest of the text at each colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

BARE = re.compile(
    r"(?<![\w/@.&=+-])(?:"
    r"https?://[^\s<>]+"
    r"|(?-i:www|WWW)\.[^\s<>.]+\.[^\s<>]+"
    r"|(?:mailto:)?[\w.+-]{1,64}@[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,8}"
    r")",
    re.IGNORECASE,
)
_TRAILING = "?!.,:;*_~'\"”’»…"
_PAIRS = {")": "(", "]": "["}


def with_links(tokens: list[Token]) -> list[Token]:
    """The children of a paragraph with links where bare addresses stand."""
    made: list[Token] = []
    within = 0
    for token in tokens:
        within += _change(token)
        if token.type == "text" and not within and ("." in token.content):
            made += _split(token)
        else:
            made.append(token)
    return made


def bare_addresses(text: str) -> Iterator[tuple[int, str]]:
    """(Place, address as written) of each, without the punctuation behind it."""
    if "://" not in text and "@" not in text and "ww." not in text.lower():
        return
    for found in BARE.finditer(text):
        address = _trimmed(found[0])
        if not address.endswith(("://", "@", "www.")):
            yield found.start(), address


def leads_to(address: str) -> str:
    """Where a bare address leads."""
    lower = address.lower()
    if lower.startswith(("http://", "https://", "mailto:")):
        return address
    return f"http://{address}" if lower.startswith("www.") else f"mailto:{address}"


def _change(token: Token) -> int:
    """How many links more are open after it; HTML may hold them too."""
    if token.type in ("link_open", "link_close"):
        return token.nesting
    if token.type == "html_inline":
        lower = token.content.lower()
        return lower.startswith(("<a ", "<a>")) - lower.startswith("</a")
    return 0


def _split(token: Token) -> Iterator[Token]:
    text, at = token.content, 0
    for start, address in bare_addresses(text):
        yield _text(text[at:start])
        yield Token("link_open", "a", 1, attrs={"href": leads_to(address)}, markup="autolink")
        yield _text(address)
        yield Token("link_close", "a", -1, markup="autolink")
        at = start + len(address)
    yield _text(text[at:]) if at else token


def _trimmed(address: str) -> str:
    """Without the signs behind it that belong to the sentence, closing brackets among them."""
    opened = {closing: address.count(opening) for closing, opening in _PAIRS.items()}
    closed = {closing: address.count(closing) for closing in _PAIRS}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PAIRS and closed[last] > opened[last]:
            closed[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
