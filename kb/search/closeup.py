"""A close look at few documents: in which passages the words stand, and how close to each other.

The stems of these documents are read in the order of their texts, one document after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.compiling import GAP, PASSAGE
from kb.search.loaded import Floats, Loaded, Mask

CLOSE = GAP - 1  # words apart, in any order
MOST_ROWS = 3  # options of a word that are looked at


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each word stands: (words, places), CLOSE places at both ends without any.

    `starts` is the place where each document begins.
    """

    having: Mask
    starts: NDArray[np.int64]


def standing(one: Loaded, docs: Array, words: Sequence[Sequence[tuple[int, float]]]) -> Standing:
    """Where the rows of each word stand in the texts of `docs`."""
    last, sizes = one.arrays["running.ends"].take(docs), one.running_sizes.take(docs)
    running, starts = one.arrays["running"], sizes.cumsum() - sizes
    stretches = zip((last - sizes).tolist(), last.tolist(), strict=True)
    line = np.concatenate([running[start:end] for start, end in stretches])
    also, cells = _also(one, docs, starts)
    having = np.zeros((len(words), len(line) + 2 * CLOSE), bool)
    for rows, found in zip(words, having[:, CLOSE:-CLOSE], strict=True):
        for nth, (row, _) in enumerate(rows[:MOST_ROWS]):
            if nth:
                found |= line == row
            else:
                np.equal(line, row, out=found)
            if len(also):
                found[cells[also == row]] = True
    return Standing(having, starts + CLOSE)


def _also(one: Loaded, docs: Array, starts: Array) -> tuple[Array, Array]:
    """The stems that share a place with another, and their places in the line."""
    stems, cells, ends = (one.arrays[f"also.{name}"] for name in ("stems", "cells", "ends"))
    if not len(stems):
        return stems, cells
    stretches = [(int(ends[doc - 1]) if doc else 0, int(ends[doc])) for doc in docs.tolist()]
    parts = [
        cells[low:high] + start
        for (low, high), start in zip(stretches, starts.tolist(), strict=True)
    ]
    return np.concatenate([stems[low:high] for low, high in stretches]), np.concatenate(parts)


def closeness(found: Standing, words: Sequence[int], worth: Sequence[float]) -> Floats:
    """For each document the worth of the pairs of neighbouring `words` that are close in it.

    A pair counts as its commoner word.
    """
    typed = found.having if len(words) == len(found.having) else found.having.take(words, axis=0)
    around = typed[1:]
    for step in (1, 2, 3):  # two places at once, then four, then all seven around each
        around = around[:, :-step] | around[:, step:]
    close = typed[:-1, CLOSE:-CLOSE] & around
    pairs = np.logical_or.reduceat(close, found.starts - CLOSE, axis=1)
    return np.asarray(np.array([min(pair) for pair in pairwise(worth)], np.float32).dot(pairs))


def passage_scores(
    one: Loaded, found: Standing, docs: Array, rows: Array, sizes: Array, worth: Sequence[float]
) -> Floats:
    """BM25 of the passages `rows` of the `docs` looked at, the title counted in each.

    Each document has `sizes` passages; `worth` is of each word.
    """
    owner = np.arange(len(docs)).repeat(sizes)
    inside = one.arrays["running.passages"].take(rows, axis=0) + found.starts.take(owner)[:, None]
    titles = np.array((found.starts, found.starts + one.arrays["running.title"].take(docs))).T
    edges = np.concatenate((inside, titles))
    counts = np.add.reduceat(found.having.view(np.uint8), edges.ravel(), axis=1, dtype=np.int32)
    counts = counts[:, ::2] * (edges[:, 0] < edges[:, 1])
    in_title = counts[:, len(rows) :].take(owner, axis=1)
    many = (counts[:, : len(rows)] + in_title).astype(np.float32)
    many /= many + one.arrays["passages.norm"].take(rows)
    return np.asarray((np.array(worth, np.float32) * np.float32(PASSAGE.k1 + 1)).dot(many))
