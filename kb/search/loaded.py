"""One set of arrays in service: what stands where, and who may see it."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search.analysis import folded
from kb.search.arrayfile import Array
from kb.search.spelling import Spellings

Mask = NDArray[np.bool_]


class Loaded:
    """The arrays of one set, by name, and the documents that are no longer there."""

    def __init__(self, arrays: dict[str, Array], deleted: list[bool]) -> None:
        self.arrays = arrays
        self.alive: Mask = ~np.array(deleted, bool)
        self.count = len(deleted)
        self.passage_ends = arrays["passages.ends"]
        self.names: dict[str, list[str]] = json.loads(arrays["names"].tobytes())
        self.numbers = {folded(name): n for n, name in enumerate(self.names.get("id", []))}
        self.visible = lru_cache(maxsize=256)(self._visible)

    @cached_property
    def spellings(self) -> Spellings:
        """The words as they are written, made ready for finding near spellings."""
        return Spellings(self.arrays["surfaces"], self.arrays["surface.ends"])

    @cached_property
    def surface_counts(self) -> Array:
        """In how many documents each surface stands."""
        return np.diff(self.arrays["surface.ends"], prepend=0)

    def _visible(self, reader: Reader) -> Mask:
        """Reader's rule as a mask: which documents `reader` may find."""
        status = np.array([name == Status.PUBLISHED for name in self._of("status")], bool)
        draft = np.array([name == Status.DRAFT for name in self._of("status")], bool)
        own = np.array([name in reader.drafts_of for name in self._of("department")], bool)
        states, departments = self.arrays["status"], self.arrays["department"]
        seen = status[states] | (draft[states] & own[departments])
        return np.asarray(seen & self.alive, bool)

    def any_visible(self, docs: Array, reader: Reader) -> bool:
        """Is any of these documents one that `reader` may find?"""
        mask = self.visible(reader)
        return bool(mask[docs[:64]].any() or mask[docs[64:]].any())

    def _of(self, name: str) -> list[str]:
        return self.names.get(name) or [""]

    def rows(self, stems: Array) -> NDArray[np.int64]:
        """The row of each stem, -1 where no document has it."""
        return _found(self.arrays["stems"], stems)

    def written(self, word: bytes, prefix: bool = False) -> range:
        """Rows of the surfaces that fold to `word`, or that begin with it."""
        surfaces = self.arrays["surfaces"]
        last = word + b"\xff" if prefix else word
        low, high = np.searchsorted(surfaces, np.array([word, last], surfaces.dtype))
        after = int(high) if prefix else int(np.searchsorted(surfaces, word, "right"))
        return range(int(low), after)

    def start(self, name: str, row: int) -> int:
        """Where the stem's rows begin in the table."""
        return int(self.arrays[f"{name}.ends"][row - 1]) if row else 0

    def table(self, name: str, row: int) -> tuple[Array, Array]:
        """(ids, adds) of the stem at `row`."""
        part = slice(self.start(name, row), int(self.arrays[f"{name}.ends"][row]))
        return self.arrays[f"{name}.ids"][part], self.arrays[f"{name}.adds"][part]

    def size(self, name: str, row: int) -> int:
        """In how many documents (or passages) the stem at `row` stands."""
        return int(self.arrays[f"{name}.ends"][row]) - self.start(name, row)

    def surface_docs(self, row: int) -> Array:
        """The documents that have the surface at `row`."""
        ends = self.arrays["surface.ends"]
        return self.arrays["surface.ids"][(int(ends[row - 1]) if row else 0) : int(ends[row])]

    def passages_of(self, number: int) -> range:
        """The passages of a document."""
        return range(
            int(self.passage_ends[number - 1]) if number else 0, int(self.passage_ends[number])
        )

    def stored(self, number: int) -> dict[str, Any]:
        """What a hit shows (kb.search.passages.stored)."""
        ends = self.arrays["stored.ends"]
        start = int(ends[number - 1]) if number else 0
        found: dict[str, Any] = json.loads(
            self.arrays["stored"][start : int(ends[number])].tobytes()
        )
        return found

    def having(self, name: str, accepted: list[bool]) -> Mask:
        """Documents with a category or keyword whose number is accepted."""
        mask = np.zeros(self.count, bool)
        if any(accepted):
            ends = self.arrays[f"{name}.ends"]
            owners = np.repeat(np.arange(self.count), np.diff(ends, prepend=0))
            mask[owners[np.array(accepted)[self.arrays[name]]]] = True
        return mask


def _found(haystack: Array, needles: Array) -> NDArray[np.int64]:
    if not len(haystack):
        return np.full(len(needles), -1)
    at = np.minimum(np.searchsorted(haystack, needles), len(haystack) - 1)
    return np.where(haystack[at] == needles, at, -1)
