"""Pairs of procedures that say nearly the same, by the vectors of their passages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.procedures.model import Status
from kb.search.index.snapshot import Floats, Snapshot
from kb.search.similar.neighbours import document_vectors

ALIKE = 0.82  # likeness from which a pair is offered: docs/decisions/near-duplicates.md
_CANDIDATE = 0.7  # cosine of whole procedures below which passages are not compared
_AT_ONCE = 512  # procedures compared with all others at a time
_MOST_PASSAGES = 400  # of one procedure that are compared
_MOST_PAIRS = 20_000  # candidates; of more, the nearest


class Twins(Struct, frozen=True):
    """Two procedures, the id that sorts first first, and how alike they are, up to 1."""

    one_id: str
    other_id: str
    likeness: float


class _ProcedureVectors(Struct, frozen=True):
    """Every procedure in use: where it stands, and its whole vector, of length 1."""

    sets: Sequence[Snapshot]
    places: list[tuple[int, int]]
    vectors: Floats


def twins(sets: Sequence[Snapshot], alike: float = ALIKE) -> list[Twins]:
    """All pairs at least so alike, the most alike first.

    Takes time in proportion to the square of their number: 3 s of processor for 10,000, in
    blocks, so that memory grows with their number only.
    """
    shelf = _procedure_vectors(sets)
    found = []
    for one, other in _candidates(shelf):
        likeness = _likeness(_passages(shelf, one), _passages(shelf, other))
        if likeness >= alike:
            first, last = sorted((_id(shelf, one), _id(shelf, other)))
            found.append(Twins(first, last, likeness))
    return sorted(found, key=lambda pair: (-pair.likeness, pair.one_id, pair.other_id))


def _procedure_vectors(sets: Sequence[Snapshot]) -> _ProcedureVectors:
    places, vectors = [], []
    for nth, one in enumerate(sets):
        retired = np.array([name == Status.RETIRED for name in one.names.get("status") or [""]])
        used = np.flatnonzero(one.alive & ~retired[one.arrays["status"]])
        many = document_vectors(one)
        vectors.append(many.packed[used] / many.lengths[used, None])
        places += [(nth, int(number)) for number in used]
    joined = np.concatenate(vectors) if vectors else np.zeros((0, 1))
    return _ProcedureVectors(sets, places, np.asarray(joined, np.float32))


def _candidates(shelf: _ProcedureVectors) -> list[tuple[int, int]]:
    """Pairs whose whole vectors are near, the lower number first; the nearest _MOST_PAIRS."""
    pairs, floor = np.zeros((0, 3)), _CANDIDATE
    for start in range(0, len(shelf.places), _AT_ONCE):
        part = shelf.vectors[start : start + _AT_ONCE]
        cosines = part @ shelf.vectors[start:].T
        rows, columns = np.nonzero(np.triu(cosines >= floor, 1))
        near = cosines[rows, columns]
        found = np.stack([rows + start, columns + start, near], axis=1)
        pairs = np.concatenate([pairs, _nearest(found)])
        if len(pairs) > _MOST_PAIRS:
            pairs = _nearest(pairs)
            floor = float(pairs[:, 2].min())
    return [(int(one), int(other)) for one, other, _ in pairs]


def _nearest(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest _MOST_PAIRS of them: texts made by one template may all be near each other."""
    if len(pairs) <= _MOST_PAIRS:
        return pairs
    return pairs[np.argpartition(-pairs[:, 2], _MOST_PAIRS)[:_MOST_PAIRS]]


def _passages(shelf: _ProcedureVectors, nth: int) -> Floats:
    """The vectors of its passages, each of length 1."""
    one, number = shelf.sets[shelf.places[nth][0]], shelf.places[nth][1]
    ends = one.arrays["passages.ends"]
    first = (int(ends[number - 1]) if number else 0) + 1  # after the title
    rows = one.arrays["vectors"][first : min(int(ends[number]), first + _MOST_PASSAGES)]
    made = rows.astype(np.float32)
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made / np.maximum(lengths, 1e-9), np.float32)


def _likeness(some: Floats, others: Floats) -> float:
    """The mean, over the passages of both, of how near the nearest of the other's is."""
    cosines = some @ others.T
    nearest = cosines.max(axis=1).sum() + cosines.max(axis=0).sum()
    return round(float(nearest) / (len(some) + len(others)), 3)


def _id(shelf: _ProcedureVectors, nth: int) -> str:
    at, number = shelf.places[nth]
    return shelf.sets[at].names["id"][number]
