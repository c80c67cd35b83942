"""Where in the attachments of documents the words of a query stand: the best page of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.search.index.array_file import Array
from kb.search.index.compiling import PLACE_BITS, ranges
from kb.search.index.snapshot import Floats, Snapshot

Options = Sequence[Sequence[tuple[int, float]]]  # of each word: rows of stems, with their worth


class BestPlaces(Struct):
    """Of some documents the place of their attachments with the most worth of the words.

    `places` count within a document's attachments; where none has any word `worth` is 0.
    """

    places: NDArray[np.int64]
    worth: Floats


def best_places(one: Snapshot, docs: Array, words: Options, worth: Sequence[float]) -> BestPlaces:
    """The best place of each of `docs` (ascending), by what the words on it are worth."""
    best = BestPlaces(np.zeros(len(docs), np.int64), np.zeros(len(docs), np.float32))
    rows = [
        (row, factor * much, nth)
        for nth, (options, much) in enumerate(zip(words, worth, strict=True))
        for row, factor in options
    ]
    if not rows or not len(one.within):
        return best
    stems, worths, numbers = (np.array(values) for values in zip(*rows, strict=True))
    found = _found(one, docs, stems)
    if len(found.places):
        _choose(best, found, numbers, worths)
    return best


def places_with_all(one: Snapshot, doc: int, words: Iterable[Sequence[int]]) -> list[int]:
    """The places of a document's attachments on which all words stand, each by any of its rows."""
    common: set[int] | None = None
    for rows in words:
        found = _found(one, np.array([doc]), np.array(rows, np.int64))
        here = set(found.places.tolist())
        common = here if common is None else common & here
    return sorted(common or ())


class _Found(Struct):
    """Each occurrence: which of the documents, which of the stems, at which place."""

    docs: Array
    stems: Array
    places: Array


def _found(one: Snapshot, docs: Array, stems: Array) -> _Found:
    keys = (docs.astype(np.int64)[:, None] * len(one.stems) + stems).reshape(-1)
    first, last = (one.within.searchsorted(keys, side) for side in ("left", "right"))
    sizes = last - first
    which = np.arange(len(keys)).repeat(sizes)
    places = one.arrays["within.places"].take(ranges(first, sizes)).astype(np.int64)
    return _Found(which // len(stems), which % len(stems), places)


def _choose(best: BestPlaces, found: _Found, numbers: Array, worths: Array) -> None:
    # A word counts once on a place, by the best of what stands for it there.
    spot = (found.docs << PLACE_BITS) | found.places
    values = worths.take(found.stems).astype(np.float32)
    order = np.lexsort((numbers.take(found.stems), spot))
    spot, word, values = spot[order], numbers.take(found.stems)[order], values[order]
    once = np.flatnonzero((np.diff(spot, prepend=-1) != 0) | (np.diff(word, prepend=-1) != 0))
    values, spot = np.maximum.reduceat(values, once), spot[once]
    # All words of a place together; then the best place of a document, of equal ones the first.
    starts = np.flatnonzero(np.diff(spot, prepend=-1))
    sums, spot = np.add.reduceat(values, starts), spot[starts]
    order = np.lexsort((spot, -sums, spot >> PLACE_BITS))
    spot, sums = spot[order], sums[order]
    doc = spot >> PLACE_BITS
    heads = np.flatnonzero(np.diff(doc, prepend=-1))
    best.places[doc[heads]] = spot[heads] & ((1 << PLACE_BITS) - 1)
    best.worth[doc[heads]] = sums[heads]
