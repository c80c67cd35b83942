"""A close look at few documents: where the words stand, in which passages and how close.

All words and documents are looked at together, as *spots*: sorted numbers
word << WORD_BITS | document << PLACE_BITS | place in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.compiling import PASSAGE, PLACE_BITS, ranges
from kb.search.loaded import Floats, Loaded
from kb.search.passages import BODY, KEYWORDS

CLOSE = 3  # words apart, in any order
MOST_ROWS = 3  # options of a word that are looked at
MOST_DOCUMENTS = 1 << 12
WORD_BITS = PLACE_BITS + 12
PLACE = (1 << PLACE_BITS) - 1

Spots = NDArray[np.int64]


def spots(one: Loaded, docs: Array, words: Sequence[Sequence[tuple[int, float]]]) -> Spots:
    """Where the rows of each word stand in `docs` (ascending, at most MOST_DOCUMENTS)."""
    postings, bases = [], []
    several = False
    for nth, rows in enumerate(words):
        several = several or len(rows) > 1
        for row, _ in rows[:MOST_ROWS]:
            ids = one.table("words", row)[0]
            at = ids.searchsorted(docs)
            np.minimum(at, len(ids) - 1, out=at)
            having = (ids[at] == docs).nonzero()[0]
            postings.append(at[having] + one.start("words", row))
            bases.append((having << PLACE_BITS) + (nth << WORD_BITS))
    if not postings:
        return np.zeros(0, np.int64)
    posting = np.concatenate(postings)
    ends = one.arrays["places.ends"]
    last = ends[posting].astype(np.int64)
    first = np.where(posting > 0, ends[posting - 1], 0).astype(np.int64)
    sizes = last - first
    found = np.repeat(np.concatenate(bases), sizes) + one.arrays["places"][ranges(first, sizes)]
    if several:
        found.sort()
    return found


def closeness(found: Spots, count: int, words: Sequence[int], worth: Sequence[float]) -> Floats:
    """For each of `count` documents the worth of the pairs of neighbouring `words` close in it.

    A pair counts as its commoner word.
    """
    total = np.zeros(count, np.float32)
    edges = np.searchsorted(found, np.array([[n, n + 1] for n in words]) << WORD_BITS).tolist()
    for nth in range(len(words) - 1):
        left, right = found[slice(*edges[nth])], found[slice(*edges[nth + 1])]
        if len(left) and len(right):
            near = _near(left + ((words[nth + 1] - words[nth]) << WORD_BITS), right)
            if len(near):
                close = np.zeros(count, bool)
                close[(near >> PLACE_BITS) & (MOST_DOCUMENTS - 1)] = True
                total += close * np.float32(min(worth[nth], worth[nth + 1]))
    return total


def _near(left: Spots, right: Spots) -> Spots:
    """The spots of `left` that are at most CLOSE from one of `right`."""
    low = right.searchsorted(left - CLOSE)
    return left[low < right.searchsorted(left + CLOSE, "right")]


def passage_scores(
    one: Loaded, found: Spots, first: Array, sizes: Array, worth: Sequence[float]
) -> Floats:
    """BM25 of the passages of the documents that were looked at, the title counted in each.

    A document's passages begin at `first`, `sizes` many; `worth` is of each word.
    """
    rows = ranges(first, sizes)
    document = (found >> PLACE_BITS) & (MOST_DOCUMENTS - 1)
    place = found & PLACE
    word = found >> WORD_BITS
    body = (place >= BODY[0]).nonzero()[0]
    start, size = _within(one, rows, sizes, document[body], place[body] - BODY[0])
    keys = (word[body] * len(rows)).repeat(size) + ranges(start, size)
    shape = len(worth), len(rows)
    counts = np.bincount(keys, minlength=len(worth) * len(rows)).reshape(shape)
    title = (place < KEYWORDS[0]).nonzero()[0]
    if len(title):
        keys = word[title] * len(first) + document[title]
        titles = np.bincount(keys, minlength=len(worth) * len(first))
        counts += titles.reshape(len(worth), len(first)).repeat(sizes, axis=1)
    many = counts.astype(np.float32)
    many /= many + one.arrays["passages.norm"][rows]
    scale = np.array(worth, np.float32) * np.float32(PASSAGE.k1 + 1)
    return np.asarray(scale @ many, np.float32)


def _within(
    one: Loaded, rows: Array, sizes: Array, document: Array, place: Array
) -> tuple[Array, Array]:
    """The passages (of `rows`) that each place of a document stands in: the first, how many."""
    base = np.arange(len(sizes)).repeat(sizes) << PLACE_BITS
    table = one.arrays["passages"][rows]
    spot = (document << PLACE_BITS) + place
    # Passages of all documents on one line: their first words ascend, and so do their last ones.
    start = (base + table[:, 1]).searchsorted(spot, "right")
    after = (base + table[:, 0]).searchsorted(spot, "right")
    return start, np.maximum(after - start, 0)
