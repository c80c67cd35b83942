"""The words of a query and what may stand for each, weighed against the sets in service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

from msgspec import Struct

from kb.search.index.snapshot import Snapshot


class Option(Struct, frozen=True):
    """One stem that may stand for the typed word, how well (0 to 1), and why."""

    stem: bytes
    factor: float
    why: str


class Slot(Struct, frozen=True):
    """A word: what may stand for it, and how much it counts. `added` ones were not typed.

    `rows` are for each set (row, factor) of the options that it has, `best` is the largest factor
    of all sets. `worth` is BM25's idf, times `weight`; a slot is as common as the commonest of its
    options. `as_typed` is the share of the query that must stand so to be meant: 1 for "2.4.1"
    alone, 0 for a common word.
    """

    word: str
    options: tuple[Option, ...]
    weight: float
    stop_word: bool
    added: bool
    rows: tuple[tuple[tuple[int, float], ...], ...]
    best: float
    worth: float
    as_typed: float = 0.0

    @classmethod
    def among(
        cls,
        sets: Sequence[Snapshot],
        word: str,
        options: Iterable[Option],
        weight: float = 1.0,
        stop_word: bool = False,
        added: bool = False,
    ) -> Slot:
        """The slot with what `sets` know of its options."""
        options = tuple(options)
        rows = [[(one.row(option.stem), option.factor) for option in options] for one in sets]
        sizes = [
            [one.size(row) if row >= 0 else 0 for row, _ in found]
            for one, found in zip(sets, rows, strict=True)
        ]
        having = max(map(sum, zip(*sizes, strict=True)), default=0)
        rarity = log(1 + (sum(one.count for one in sets) - having + 0.5) / (having + 0.5))
        present = tuple([tuple([each for each in found if each[0] >= 0]) for found in rows])
        best = max((factor for found in present for _, factor in found), default=0.0)
        return cls(word, options, weight, stop_word, added, present, best, rarity * weight)
