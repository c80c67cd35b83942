"""A close look at few documents: in which passages the words stand, and how close to each other.

The stems of these documents are read in the order of their texts, one document after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.compiling import GAP, PASSAGE
from kb.search.loaded import Floats, Loaded

CLOSE = GAP - 1  # words apart, in any order
MOST_ROWS = 3  # options of a word that are looked at
_AROUND = np.array([[-CLOSE], [CLOSE + 1]])


@dataclass(slots=True)
class Standing:
    """Where each of some words stands in a line of `length` stems, document after document.

    `places` ascend; each is the number of the word times `length`, plus the place in the line.
    `starts` is the place where each document begins, `lines` (words, 1) where each word's line.
    """

    places: NDArray[np.int64]
    length: int
    starts: NDArray[np.int64]
    lines: NDArray[np.int64]


def standing(
    one: Loaded, docs: Array, layout: Array, words: Sequence[Sequence[tuple[int, float]]]
) -> Standing:
    """Where the rows of each word stand in the texts of `docs`, whose `layout` (4, n) that is."""
    _, _, first, sizes = layout
    running, starts = one.running, sizes.cumsum() - sizes
    stretches = zip(first.tolist(), (first + sizes).tolist(), strict=True)
    line = np.frombuffer(b"".join([running[start:end] for start, end in stretches]), one.stem_kind)
    rows = [found[0][0] if found else one.no_stem for found in words]
    having = line == np.array(rows, line.dtype)[:, None]
    for found, cells in zip(words, having, strict=True):
        for row, _ in found[1:MOST_ROWS]:
            cells |= line == row
        for row, _ in found[:MOST_ROWS]:
            if row in one.sharing:
                cells[_sharing(one, row, docs, starts)] = True
    lines = np.arange(0, having.size, len(line))[:, None]
    return Standing(having.reshape(-1).nonzero()[0], len(line), starts, lines)


def _sharing(one: Loaded, row: int, docs: Array, starts: Array) -> Array:
    """The places in the line where the stem `row` stands beside another."""
    stems, cells, ends = (one.arrays[f"also.{name}"] for name in ("stems", "cells", "ends"))
    stretches = [(int(ends[doc - 1]) if doc else 0, int(ends[doc])) for doc in docs.tolist()]
    return np.concatenate(
        [
            cells[low:high][stems[low:high] == row] + start
            for (low, high), start in zip(stretches, starts.tolist(), strict=True)
        ]
    )


def closeness(found: Standing, worth: Sequence[float]) -> Floats:
    """For each document the worth of the words that stand close to the next one in it.

    `worth` is of the first word with the second, of the second with the third, and so on; the
    words after these are not looked at.
    """
    low, high = found.places.searchsorted(found.places + (_AROUND + found.length))
    close = found.places[low < high]
    # The number of the word times that of the documents, plus the number of the document.
    cells = (found.starts + found.lines).reshape(-1).searchsorted(close, "right") - 1
    having = np.zeros((len(found.lines), len(found.starts)), np.float32)
    having.reshape(-1)[cells] = 1
    return np.asarray(np.array(worth, np.float32).dot(having[: len(worth)]))


def passage_scores(
    one: Loaded, found: Standing, rows: Array, starts: Array, sizes: Array, worth: Sequence[float]
) -> Floats:
    """BM25 of the passages `rows` of the documents looked at, the title counted in each.

    `starts` is where the passages of each document begin among them, `sizes` how many they are.
    `worth` is of each word. The titles, the first of each document, have 0.
    """
    edges = one.arrays["running.passages"].take(rows, axis=0) + found.starts.repeat(sizes)[:, None]
    places = found.places.searchsorted(edges.reshape(-1) + found.lines)
    counts = places[:, 1::2] - places[:, ::2]
    counts += counts.take(starts, axis=1).repeat(sizes, axis=1)
    many = counts / (counts + one.arrays["passages.norm"].take(rows))
    return np.asarray(np.array([(PASSAGE.k1 + 1) * each for each in worth]).dot(many))
