"""A rendered page as a list of blocks, to be compared with another: what a reader sees. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import groupby

from msgspec.structs import replace

from kb.documents.markdown.rendering import Page
from kb.versions.differences import Piece, Unit

_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_BLOCKS = _HEADINGS | frozenset(
    "p li dt dd pre td th tr caption summary div blockquote ul ol dl table figure figcaption"
    " details hr thead tbody tfoot".split()
)
_STYLES = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "code": "code", "kbd": "code"}
_STYLES |= {"samp": "code", "a": "link", "s": "gone", "del": "gone"}
_BETWEEN = frozenset("table thead tbody tfoot tr ul ol dl".split())  # hold no text themselves
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})


def blocks(page: Page, title: str) -> list[Unit]:
    """The blocks of a page in reading order, its title first."""
    return list(_blocks(page, title))


def _blocks(page: Page, title: str) -> Iterator[Unit]:
    yield Unit("h1", (Piece(title),))
    for part in page.parts:
        if part.heading:
            yield Unit("h2", (Piece(part.heading),))
        yield from _read(part.html)
        for method in part.methods:
            yield Unit("h3", (Piece(method.name),))
            yield from _read(method.html)


def _read(html: str) -> list[Unit]:
    reading = _Reading()
    reading.feed(html)
    reading.close()
    reading.flush()
    return reading.found


class _Reading(HTMLParser):
    """Sanitised HTML taken apart; a block ends where another begins or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Unit] = []
        self._open: list[str] = []
        self._counters: list[int | None] = []  # of each list that is open: None has no numbers
        self._pieces: list[Piece] = []
        self._mark = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            self.flush()
            name = given.get("alt") or (given.get("src") or "").rpartition("/")[2]
            self.found.append(Unit("picture", (Piece(name or "picture"),)))
            return
        if tag == "br":
            self._pieces.append(Piece("\n"))
        elif tag in ("td", "th"):
            if self._pieces:
                self._pieces.append(Piece(" │ "))
        elif tag in _BLOCKS:
            self.flush()
        if tag in ("ol", "ul"):
            self._counters.append(_number(given.get("start"), 1) if tag == "ol" else None)
        elif tag == "li":
            self._begin_item(given.get("value"))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        if tag in _BLOCKS and tag not in ("td", "th"):
            self.flush()
        while self._open.pop() != tag:
            pass
        if tag in ("ol", "ul") and self._counters:
            self._counters.pop()

    def handle_data(self, text: str) -> None:
        if "pre" not in self._open:
            text = " ".join(f"|{text}|".split()).strip("|")
        if text.isspace() and self._open[-1:] and self._open[-1] in _BETWEEN:
            return
        styles = {_STYLES[tag] for tag in self._open if tag in _STYLES}
        if text and not (text.isspace() and not self._pieces):
            self._pieces.append(Piece(text, style=" ".join(sorted(styles))))

    def flush(self) -> None:
        """End the block that is being read."""
        pieces = tuple(_trimmed(self._pieces, self._kind() == "pre"))
        self._pieces = []
        if pieces:
            depth = max(0, len(self._counters) - 1)
            self.found.append(Unit(self._kind(), pieces, self._mark, depth))
            self._mark = ""

    def _kind(self) -> str:
        for tag in reversed(self._open):
            if tag in _HEADINGS or tag == "pre":
                return tag
            if tag in ("tr", "td", "th"):
                return "row"
            if tag == "li":
                return "li"
        return "quote" if "blockquote" in self._open else "p"

    def _begin_item(self, value: str | None) -> None:
        if not self._counters:
            self._mark = "•"
            return
        at = self._counters[-1]
        if at is None:
            self._mark = "•"
        else:
            number = _number(value, at)
            self._mark = f"{number}."
            self._counters[-1] = number + 1


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _trimmed(pieces: list[Piece], verbatim: bool) -> Iterator[Piece]:
    """Pieces of one style joined; the block's blanks at either end gone."""
    joined = [
        Piece("".join(piece.text for piece in run), style=style)
        for style, run in groupby(pieces, key=lambda piece: piece.style)
    ]
    if joined and not verbatim:
        joined[0] = replace(joined[0], text=joined[0].text.lstrip())
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    if any(piece.text.strip() for piece in joined):
        yield from (piece for piece in joined if piece.text)
