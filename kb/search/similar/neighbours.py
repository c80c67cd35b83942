"""Procedures near in meaning to one: by the vectors of their passages, which the index holds."""

from __future__ import annotations

import threading
from contextlib import suppress

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.procedures.visibility import Reader
from kb.search.cache import AnswerCache, same
from kb.search.index.array_file import Damaged
from kb.search.index.embedding import packed
from kb.search.index.snapshot import Floats, Snapshot
from kb.search.searcher import Searcher
from kb.search.words.analysis import folded

NEAR = 0.6  # cosine of two procedures' vectors; docs/decisions/near-in-meaning.md
MOST = 8  # neighbours that are kept of one procedure
_KEPT = 4_000  # procedures whose neighbours are kept
_AT_ONCE = 512  # vectors that are unpacked at a time: they stay in the processor's cache


class Neighbour(Struct, frozen=True):
    """A procedure and how near it is, from NEAR to 1."""

    id: str
    near: float


class Vectors(Struct, frozen=True):
    """A vector of each document of a set, and its length."""

    packed: NDArray[np.int8]
    lengths: Floats


class Nearness:
    """Neighbours in what `searcher` has in service. Safe to share between threads."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._lock = threading.Lock()
        self._sets: tuple[Snapshot, ...] = ()
        self._vectors: tuple[Vectors, ...] = ()
        self._found: AnswerCache[tuple[Neighbour, ...]] = AnswerCache(_KEPT)

    def near(self, procedure_id: str, reader: Reader) -> tuple[Neighbour, ...]:
        """The nearest that `reader` may find, at most MOST; none of an id that is not indexed,

        nor where the index is damaged.
        """
        with suppress(Damaged), self._searcher.index.surely():
            return self._near(procedure_id, reader)
        return ()

    def _near(self, procedure_id: str, reader: Reader) -> tuple[Neighbour, ...]:
        sets = self._searcher.snapshots()

        def nearest() -> tuple[Neighbour, ...]:
            return _nearest(sets, self._vectors_of(sets), procedure_id, reader)

        return self._found.of(sets, (procedure_id, reader), nearest)

    def _vectors_of(self, sets: tuple[Snapshot, ...]) -> tuple[Vectors, ...]:
        """Made once for each change of the index, by the first who asks; the others wait."""
        with self._lock:
            if not same(sets, self._sets):
                self._sets, self._vectors = sets, tuple(map(document_vectors, sets))
            return self._vectors


def _nearest(
    sets: tuple[Snapshot, ...],
    vectors: tuple[Vectors, ...],
    procedure_id: str,
    reader: Reader,
) -> tuple[Neighbour, ...]:
    mine = _vector(sets, vectors, procedure_id)
    if mine is None:
        return ()
    found: list[Neighbour] = []
    for one, many in zip(sets, vectors, strict=True):
        alike = _cosines(many, mine) * one.visible(reader)
        best = np.argpartition(-alike, MOST)[: MOST + 1] if len(alike) > MOST else alike.argsort()
        found += [
            Neighbour(one.names["id"][number], round(float(alike[number]), 3))
            for number in best.tolist()
            if alike[number] >= NEAR and one.names["id"][number] != procedure_id
        ]
    return tuple(sorted(found, key=lambda each: (-each.near, each.id))[:MOST])


def _vector(
    sets: tuple[Snapshot, ...], vectors: tuple[Vectors, ...], procedure_id: str
) -> Floats | None:
    for one, many in zip(sets, vectors, strict=True):
        number = one.numbers.get(folded(procedure_id))
        if number is not None and one.alive[number]:
            return np.asarray(many.packed[number] / many.lengths[number], np.float32)
    return None


def _cosines(many: Vectors, vector: Floats) -> Floats:
    """Of each vector with `vector`, whose length is 1."""
    found = np.zeros(len(many.packed), np.float32)
    for start in range(0, len(found), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = many.packed[part].astype(np.float32) @ vector
    return found / many.lengths


def document_vectors(one: Snapshot) -> Vectors:
    """A vector of each document: the sum of its passages', packed."""
    ends = one.arrays["passages.ends"]
    made = np.zeros((one.count, one.arrays["vectors"].shape[1]), np.int8)
    first = 0
    while first < one.count:
        start = int(ends[first - 1]) if first else 0
        last = max(int(ends.searchsorted(start + _AT_ONCE, "right")), first + 1)
        rows = slice(start, int(ends[last - 1]))
        scaled = one.arrays["vectors"][rows].astype(np.float32)
        edges = np.concatenate(([0], ends[first : last - 1] - start))
        scaled[edges] = 0  # the title is none of them
        made[first:last] = packed(np.add.reduceat(scaled, edges, axis=0))
        first = last
    squares = [np.square(some, dtype=np.int32).sum(axis=1) for some in np.array_split(made, 16)]
    lengths = np.sqrt(np.concatenate(squares))
    return Vectors(made, np.maximum(lengths, 1).astype(np.float32))
