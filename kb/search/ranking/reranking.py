"""Reranking of a few documents: in which passages the words stand, and how close to each other.

The stems of these documents are read in the order of their texts, one document after the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.search.index.array_file import Array
from kb.search.index.compiling import GAP, ranges
from kb.search.index.snapshot import Floats, Snapshot

CLOSE = GAP - 1  # words apart, in any order
MOST_ROWS = 3  # options of a word that are looked at
_AROUND = np.array([[-CLOSE], [CLOSE + 1]])


class CandidateText(Struct):
    """A few `docs` of a set, one after the other: the rows of their passages, and their stems.

    `firsts` is where the passages of each document begin among `rows`, the title first; `sizes`
    is how many they are. `begins` is where the stems of each document begin in `line`. `compared`
    are the rows of all vectors: those of `rows`, then those of the keywords; `starts` is where
    each document's begin, first the passages of all, then their keywords, if any has some.
    """

    one: Snapshot
    docs: Array
    rows: Array
    firsts: Array
    sizes: Array
    line: Array
    begins: Array
    compared: Array
    starts: Array


class WordPlaces(Struct):
    """Where each of some words stands in a line of `length` stems.

    `places` ascend; each is the number of the word times `length`, plus the place in the line.
    `lines` (words, 1) is where each word's line begins.
    """

    places: NDArray[np.int64]
    length: int
    lines: NDArray[np.int64]


def candidate_text(one: Snapshot, docs: Array) -> CandidateText:
    """What reranking reads of `docs`."""
    layout, count = one.layout.take(docs, axis=1), len(docs)
    first, sizes = layout[:4].reshape(2, -1) if one.has_said else layout[:4:2]
    begin, lengths = layout[4:]
    starts, begins = sizes.cumsum() - sizes, lengths.cumsum() - lengths
    compared = (first - starts).repeat(sizes)
    compared += np.arange(len(compared))
    rows = compared[: starts.item(count)] if one.has_said else compared
    stretches = zip(begin.tolist(), (begin + lengths).tolist(), strict=True)
    stems = b"".join([one.running[start:end] for start, end in stretches])
    line = np.frombuffer(stems, one.stem_kind)
    return CandidateText(
        one, docs, rows, starts[:count], sizes[:count], line, begins, compared, starts
    )


def word_places(laid: CandidateText, words: Sequence[Sequence[tuple[int, float]]]) -> WordPlaces:
    """Where the rows of each word stand."""
    one, line = laid.one, laid.line
    rows = [found[0][0] if found else one.no_stem for found in words]
    having = line == np.array(rows, line.dtype)[:, None]
    sharing: tuple[Array, Array] | None = None
    for nth, found in enumerate(words):
        for row, _ in found[1:MOST_ROWS]:
            having[nth] |= line == row
        for row, _ in found[:MOST_ROWS]:
            if row in one.sharing:
                sharing = sharing or _sharing(laid)
                having[nth, sharing[1][sharing[0] == row]] = True
    lines = np.arange(len(words))[:, None] * len(line)
    return WordPlaces(having.reshape(-1).nonzero()[0], len(line), lines)


def _sharing(laid: CandidateText) -> tuple[Array, Array]:
    """The stems that stand beside another one, and their places in the line."""
    stems, cells, ends = (laid.one.arrays[f"also.{name}"] for name in ("stems", "cells", "ends"))
    first = np.where(laid.docs > 0, ends.take(laid.docs - 1, mode="wrap"), 0)
    sizes = ends.take(laid.docs) - first
    found = ranges(first, sizes)
    return stems.take(found), cells.take(found) + laid.begins.repeat(sizes)


def closeness(laid: CandidateText, found: WordPlaces, worth: Sequence[float]) -> Floats:
    """For each document the worth of the words that stand close to the next one in it.

    `worth` is of the first word with the second, of the second with the third, and so on; the
    words after these are not looked at.
    """
    low, high = found.places.searchsorted(found.places + (_AROUND + found.length))
    close = found.places[low < high]
    # The number of the word times that of the documents, plus the number of the document.
    cells = (laid.begins + found.lines).reshape(-1).searchsorted(close, "right") - 1
    having = np.zeros((len(found.lines), len(laid.begins)), np.float32)
    having.reshape(-1)[cells] = 1
    return np.asarray(np.array(worth, np.float32).dot(having[: len(worth)]))


def passage_scores(laid: CandidateText, found: WordPlaces, worth: Sequence[float]) -> Floats:
    """BM25 of each passage, the title counted in, over k1 + 1; the titles themselves have 0.

    `worth` is of each word.
    """
    arrays = laid.one.arrays
    spans = arrays["running.passages"].take(laid.rows, axis=0)
    edges = (spans + laid.begins.repeat(laid.sizes)[:, None]).reshape(-1)
    places = found.places.searchsorted(edges + found.lines)
    counts = places[:, 1::2] - places[:, ::2]
    counts += counts.take(laid.firsts, axis=1).repeat(laid.sizes, axis=1)
    many = counts.astype(np.float32)
    many /= many + arrays["passages.norm"].take(laid.rows)
    return np.asarray(np.array(worth, np.float32).dot(many))
