"""Words that were broken at the end of a line or a page, put together again. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import partial

# pdfium writes U+FFFE for a hyphen at a line's end, and may leave the line end out.
_BROKEN = re.compile(r"([^\W_]+)(?:([-‐\u00ad])[ \t]*\r?\n[ \t]*|(\ufffe)\s*)([^\W_]+)")
_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
_BY_A_PROGRAM = "‐\u00ad"  # hyphens that nobody types
_LEFT_OVER = str.maketrans({"\ufffe": "-", "\u00ad": None})
_OPEN = re.compile(r"([^\W_]+)[-‐]\s*(?:\n|\Z)")  # the beginning of a word
_FIRST = re.compile(r"\s*([^\W\d_]+)")
_FOOT = 200  # characters that may stand below the last line of a page: its running foot


def mended(texts: Iterable[str]) -> list[str]:
    """The texts of one file, their broken words whole; one broken at a page's end stands on both.

    A hyphen stays where the file has the word with it elsewhere, or nothing tells: then search
    finds it written either way.
    """
    every = list(texts)
    before = _words(every)
    every = [_BROKEN.sub(partial(_whole, before), text).translate(_LEFT_OVER) for text in every]
    known = _words(every)
    for nth, following in enumerate(every[1:]):
        every[nth] = _ended(every[nth], following, known)
    return every


def _words(texts: Iterable[str]) -> set[str]:
    return {word.casefold().replace("‐", "-") for text in texts for word in _WORD.findall(text)}


def _whole(known: Collection[str], found: re.Match[str]) -> str:
    left, hyphen, _, right = found.groups()
    parted, whole = f"{left}-{right}", f"{left}{right}"
    if parted.casefold() in known:
        return parted
    by_a_program = hyphen is not None and hyphen in _BY_A_PROGRAM
    if whole.casefold() in known or (by_a_program and right.islower()):
        return whole
    # What a program broke goes on in small letters: this is the foot of a page.
    return f"{left}-\n{right}" if by_a_program else parted


def _ended(page: str, following: str, known: Collection[str]) -> str:
    """The page with the end of its last word, which begins the following one."""
    start = max(0, len(page) - _FOOT)
    opened, first = list(_OPEN.finditer(page, start)), _FIRST.match(following)
    if opened and first and f"{opened[-1][1]}{first[1]}".casefold() in known:
        at = opened[-1].end(1)
        return f"{page[:at]}{first[1]}{page[at + 1 :]}"
    return page
