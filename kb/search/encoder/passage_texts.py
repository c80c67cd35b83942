"""The texts that are encoded, read back from the index by their keys."""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np

from kb.search.index.array_file import Array
from kb.search.index.passages import passage_text, spoken
from kb.search.index.snapshot import Snapshot


def texts(one: Snapshot, keys: Container[int]) -> Iterator[tuple[int, str]]:
    """(key, text) of the titles, passages and keywords of a set whose keys are wanted.

    Each key once, as long as whoever takes it is quick to take it out of `keys`.
    """
    known = one.arrays["vectors.keys"].tolist()
    for doc in one.alive.nonzero()[0].tolist():
        first, said, size, spoken_of = one.layout[:4, doc].tolist()
        for place in range(size):
            if known[first + place] in keys:
                yield known[first + place], _passage(one, doc, first, place)
        if one.has_said:
            for place in range(spoken_of):
                if known[said + place] in keys:
                    keywords = spoken(one.stored(doc).found.keywords)
                    yield known[said + place], keywords[place]


def keys_of(one: Snapshot) -> Array:
    """The keys of all titles, passages and keywords of the documents that are still there."""
    rows = np.repeat(one.alive, one.layout[2])
    if one.has_said:
        said = np.repeat(one.alive, np.diff(one.arrays["said.ends"], prepend=0))
        rows = np.concatenate([rows, [False], said])
    return one.arrays["vectors.keys"][rows]


def _passage(one: Snapshot, doc: int, first: int, place: int) -> str:
    """The title, or the passage so many places after it."""
    it = one.stored(doc)
    if place == 0:
        return it.found.title
    _, _, section, start, end = one.arrays["passages"][first + place].tolist()
    heading = it.sections[section].heading if it.sections else ""
    return passage_text(it.found.title, heading, one.text(doc, start, end))
