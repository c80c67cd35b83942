"""Plain text, in pieces that are named by their line."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from kb.attachments.readers.broken_words import mended
from kb.attachments.readers.unreadable import UnreadableText
from kb.procedures.model import TextPlace

PIECE = 2000  # characters of a place, about
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def places(raw: bytes) -> Iterator[TextPlace]:
    """Its lines, some together."""
    (text,) = mended([decoded(raw)])
    if "\0" in text:
        raise UnreadableText("it holds no text, whatever its name says", "give it its own ending")
    number = 1
    for piece in pieces(text.splitlines()):
        yield TextPlace(f"line {number}", "\n".join(piece))
        number += len(piece)


def decoded(raw: bytes) -> str:
    """By its mark, else UTF-8, else Windows' Western European."""
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def pieces(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines or paragraphs in lots of about PIECE characters."""
    lot: list[str] = []
    for line in lines:
        lot.append(line)
        if sum(map(len, lot)) >= PIECE:
            yield lot
            lot = []
    if lot:
        yield lot
