"""Two edits of one text joined line by line (diff3): what does not touch is merged. Pure.

Lines are compared without their line ends; an end of line that only one side changed never makes
a clash. No marker is ever written: a clash is told as `Stretch`es for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from kb.documents.text.matching import TooManySteps, matches

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Stretch(Struct, frozen=True):
    """Some lines in the order of the file: agreed ones, or both sides' where they clash.

    Of an agreed stretch `mine`, `theirs` and `base` are the same text.
    """

    base: bytes
    mine: bytes
    theirs: bytes
    clash: bool = False


def merge(base: bytes, mine: bytes, theirs: bytes) -> tuple[Stretch, ...]:
    """Both edits of `base`, joined where they do not touch; lines end as they do in `theirs`.

    Texts that would take too long to compare are one clash.
    """
    lines = _lines(base), _lines(_with_ends_of(mine, theirs)), _lines(theirs)
    try:
        apart = list(_stretches(*lines))
    except TooManySteps:
        apart = [Stretch(base, mine, theirs, clash=True)]
    found: list[Stretch] = []
    for stretch in apart:
        if found and not stretch.clash and not found[-1].clash:
            text = _joined(found[-1].mine, stretch.mine, theirs)
            found[-1] = Stretch(text, text, text)
        else:
            found.append(stretch)
    return tuple(found)


def clashes(stretches: Sequence[Stretch]) -> bool:
    """Must somebody decide?"""
    return any(stretch.clash for stretch in stretches)


def merged(stretches: Sequence[Stretch], choices: Sequence[bytes] = ()) -> bytes:
    """The whole text, with one of `choices` in the place of each clash. Raises ValueError."""
    if len(choices) != sum(stretch.clash for stretch in stretches):
        raise ValueError("each clash needs one choice")
    chosen = iter(choices)
    texts = [next(chosen) if stretch.clash else stretch.mine for stretch in stretches]
    whole = b""
    for text in texts:
        whole = _joined(whole, text, whole)
    return whole


def _stretches(base: list[bytes], mine: list[bytes], theirs: list[bytes]) -> Iterator[Stretch]:
    at_base = at_mine = at_theirs = 0
    for in_base, in_mine, in_theirs, length in _common(base, mine, theirs):
        yield from _between(
            base[at_base:in_base], mine[at_mine:in_mine], theirs[at_theirs:in_theirs]
        )
        at_base, at_mine, at_theirs = in_base + length, in_mine + length, in_theirs + length
        # What nobody changed but for its line ends is as on disk.
        text = b"".join(theirs[in_theirs:at_theirs])
        if text:
            yield Stretch(text, text, text)


def _between(base: list[bytes], mine: list[bytes], theirs: list[bytes]) -> Iterator[Stretch]:
    if not (base or mine or theirs):
        return
    if _words(mine) == _words(base) or _words(mine) == _words(theirs):
        text = b"".join(theirs)
    elif _words(theirs) == _words(base):
        text = b"".join(mine)
    else:
        yield Stretch(b"".join(base), b"".join(mine), b"".join(theirs), clash=True)
        return
    if text:
        yield Stretch(text, text, text)


def _common(
    base: list[bytes], mine: list[bytes], theirs: list[bytes]
) -> Iterator[tuple[int, int, int, int]]:
    """(start in base, in mine, in theirs, length) of what all three have; the ends come last."""
    ours, others = (matches(_words(base), _words(one)) for one in (mine, theirs))
    nth = other = 0
    while nth < len(ours) and other < len(others):
        one, two = ours[nth], others[other]
        ends = one.at_old + one.length, two.at_old + two.length
        start, end = max(one.at_old, two.at_old), min(ends)
        if start < end:
            at_mine, at_theirs = (each.at_new + start - each.at_old for each in (one, two))
            yield start, at_mine, at_theirs, end - start
        if ends[0] < ends[1]:
            nth += 1
        else:
            other += 1
    yield len(base), len(mine), len(theirs), 0


def _lines(text: bytes) -> list[bytes]:
    return _LINE.findall(text)


def _words(lines: list[bytes]) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in lines]


def _ends(text: bytes) -> set[bytes]:
    return set(re.findall(rb"\r\n|\r|\n", text))


def _with_ends_of(text: bytes, other: bytes) -> bytes:
    """`text` with the line ends of `other`, where either has only one kind."""
    own, wanted = _ends(text), _ends(other)
    if len(own) == 1 and len(wanted) == 1 and own != wanted:
        return text.replace(own.pop(), wanted.pop())
    return text


def _joined(before: bytes, after: bytes, like: bytes) -> bytes:
    """A line that was the last one without an end gets one when more follows."""
    if before and after and not before.endswith((b"\n", b"\r")):
        return before + (b"\r\n" if b"\r\n" in like else b"\n") + after
    return before + after
