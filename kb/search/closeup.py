"""A close look at few documents: in which passages the words stand, and how close to each other.

The stems of these documents are read in the order of their texts, one document after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.compiling import GAP, NO_STEM, PASSAGE, RECORD
from kb.search.loaded import Floats, Loaded

CLOSE = GAP - 1  # words apart, in any order
MOST_ROWS = 3  # options of a word that are looked at
_AROUND = np.array([[-CLOSE], [CLOSE + 1]])


@dataclass(slots=True)
class Laid:
    """The passages (RECORD) and the stems (`line`) of a few `docs`, one document after the other.

    `firsts` is where the passages of each document begin among `records`, `sizes` how many they
    are; `begins` is where its stems begin in `line`.
    """

    one: Loaded
    docs: Array
    records: Array
    line: Array
    firsts: Array
    sizes: Array
    begins: Array


@dataclass(slots=True)
class Standing:
    """Where each of some words stands in a line of `length` stems, document after document.

    `places` ascend; each is the number of the word times `length`, plus the place in the line.
    `lines` (words, 1) is where each word's line begins.
    """

    places: NDArray[np.int64]
    length: int
    lines: NDArray[np.int64]


def laid_out(one: Loaded, docs: Array) -> Laid:
    """What the close look reads of `docs`."""
    layout = one.layout.take(docs, axis=0)
    sizes = layout[:, 1::2]
    starts = sizes.cumsum(axis=0) - sizes
    first, passages, begin, stems = layout.T.tolist()
    joined = (
        b"".join([whole[start : start + size] for start, size in zip(starts, sizes, strict=True)])
        for whole, starts, sizes in (
            (one.records.data, first, passages),
            (one.running, begin, stems),
        )
    )
    records, line = map(np.frombuffer, joined, (RECORD, one.stem_kind))
    return Laid(one, docs, records, line, starts[:, 0], sizes[:, 0], starts[:, 1])


def standing(laid: Laid, words: Sequence[Sequence[tuple[int, float]]]) -> Standing:
    """Where the rows of each word stand."""
    line, sharing = laid.line, laid.one.sharing
    first = [rows[0][0] if rows else NO_STEM for rows in words]
    having = line == np.array(first).astype(line.dtype)[:, None]
    for rows, cells in zip(words, having, strict=True):
        for nth, (row, _) in enumerate(rows[:MOST_ROWS]):
            if nth:
                cells |= line == row
            if row in sharing:
                cells[_sharing(laid, row)] = True
    lines = np.arange(0, having.size, len(line))[:, None]
    return Standing(having.reshape(-1).nonzero()[0], len(line), lines)


def _sharing(laid: Laid, row: int) -> Array:
    """The places in the line where the stem `row` stands beside another."""
    stems, cells, ends = (laid.one.arrays[f"also.{name}"] for name in ("stems", "cells", "ends"))
    stretches = [(int(ends[doc - 1]) if doc else 0, int(ends[doc])) for doc in laid.docs.tolist()]
    return np.concatenate(
        [
            cells[low:high][stems[low:high] == row] + start
            for (low, high), start in zip(stretches, laid.begins.tolist(), strict=True)
        ]
    )


def closeness(laid: Laid, found: Standing, worth: Sequence[float]) -> Floats:
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


def passage_scores(laid: Laid, found: Standing, worth: Sequence[float]) -> Floats:
    """BM25 of each passage, the title counted in; the titles themselves have 0.

    `worth` is of each word.
    """
    spans = laid.records["span"] + laid.begins.repeat(laid.sizes)[:, None]
    places = found.places.searchsorted(spans.reshape(-1) + found.lines)
    counts = places[:, 1::2] - places[:, ::2]
    counts += counts.take(laid.firsts, axis=1).repeat(laid.sizes, axis=1)
    many = counts.astype(np.float32)
    many /= many + laid.records["norm"]
    return np.asarray(np.array([(PASSAGE.k1 + 1) * each for each in worth], np.float32).dot(many))
