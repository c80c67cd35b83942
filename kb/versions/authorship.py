"""Who wrote which passage: each line of a text with the version that it came from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Generic, TypeVar

from msgspec import Struct

from kb.storage.git.alignment import stretches

V = TypeVar("V")


class AuthoredLines(Struct, Generic[V], frozen=True):
    """Lines in a row that came with one version; `first` counts from 1. None: from before those."""

    version: V | None
    first: int
    lines: tuple[str, ...]


def passages(texts: Iterable[tuple[V, str]], *, complete: bool) -> list[AuthoredLines[V]]:
    """The newest of the texts, given oldest first, by where its lines came from.

    Where the texts are not `complete`, the lines of the oldest are from before it.
    """
    lines: Sequence[str] = ()
    sources: list[V | None] = []
    begun = False
    for version, text in texts:
        new = text.removesuffix("\n").split("\n")
        origin = version if begun or complete else None
        sources = _carried(lines, sources, new, origin)
        lines, begun = new, True
    return list(_grouped(lines, sources))


def _carried(
    old: Sequence[str], sources: list[V | None], new: Sequence[str], origin: V | None
) -> list[V | None]:
    """Where each new line came from: the same lines from where they did, the others from here."""
    carried: list[V | None] = []
    for stretch in stretches(old, new):
        if stretch.same:
            carried += sources[stretch.old_start : stretch.old_end]
        else:
            carried += [origin] * (stretch.new_end - stretch.new_start)
    return carried


def _grouped(lines: Sequence[str], sources: list[V | None]) -> Iterable[AuthoredLines[V]]:
    at = 0
    for _, run in groupby(sources, key=id):
        length = len(list(run))
        yield AuthoredLines(sources[at], at + 1, tuple(lines[at : at + length]))
        at += length
