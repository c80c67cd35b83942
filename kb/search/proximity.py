"""Words that stand close together, as they were typed one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.arrayfile import Array
from kb.search.compiling import PLACE_BITS
from kb.search.loaded import Loaded

CLOSE = 3  # words apart, in any order
MOST_PAIRS = 10
MOST_ROWS = 3  # options of a word that are looked at


def closeness(
    one: Loaded, docs: Array, rows: Sequence[Sequence[int]], worth: Sequence[float]
) -> NDArray[np.float32]:
    """For each of `docs` (ascending) the worth of the pairs of neighbouring words close in it.

    `rows` are the stems that may stand for each word, `worth` how much each word counts; a pair
    counts as its commoner word.
    """
    total = np.zeros(len(docs), np.float32)
    pairs = len(rows) - 1
    spots = [_spots(one, docs, options) for options in rows[: MOST_PAIRS + 1]] if pairs > 0 else []
    for nth in range(len(spots) - 1):
        left, right = spots[nth], spots[nth + 1]
        if len(left) and len(right):
            total[_close(left, right)] += min(worth[nth], worth[nth + 1])
    return total


def _spots(one: Loaded, docs: Array, rows: Sequence[int]) -> NDArray[np.int64]:
    """Where the stems of `rows` stand: place in `docs` << PLACE_BITS | place in the text."""
    found = [_spots_of(one, docs, row) for row in rows[:MOST_ROWS]]
    if len(found) == 1:
        return found[0]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _spots_of(one: Loaded, docs: Array, row: int) -> NDArray[np.int64]:
    start = one.start("whole", row)
    ids = one.table("whole", row)[0]
    at = np.minimum(np.searchsorted(ids, docs), len(ids) - 1)
    having = np.flatnonzero(ids[at] == docs)
    posting = at[having] + start
    ends = one.arrays["places.ends"]
    last = ends[posting]
    first = np.where(posting > 0, ends[posting - 1], 0)
    sizes = last - first
    before = np.cumsum(sizes) - sizes
    places = one.arrays["places"][np.repeat(first - before, sizes) + np.arange(int(sizes.sum()))]
    return np.asarray((np.repeat(having, sizes) << PLACE_BITS) + places, np.int64)


def _close(left: Array, right: Array) -> NDArray[np.int64]:
    """Places in `docs` where a spot of `left` is at most CLOSE from one of `right`."""
    after = np.searchsorted(right, left)
    ahead = right[np.minimum(after, len(right) - 1)] - left
    behind = left - right[np.maximum(after - 1, 0)]
    near = ((ahead >= 0) & (ahead <= CLOSE)) | ((behind > 0) & (behind <= CLOSE))
    return np.unique(left[near] >> PLACE_BITS)
