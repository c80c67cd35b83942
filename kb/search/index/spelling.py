"""Near spellings from the words of the procedures themselves."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from kb.search.index.array_file import Array

LEAST_LETTERS = 4
TWO_SLIPS = 8  # letters; a shorter word is taken to have one slip
NEAREST = 3  # spellings considered of one word
MOST_NEAR = 200  # spellings that are looked at for those that a reader may know of


class Spelling(Struct, frozen=True):
    """A word of the procedures (row of the surfaces), how many slips away, in how many of them."""

    row: int
    slips: float
    count: int


def may_be_misspelt(word: str) -> bool:
    """Long enough to tell, and a word rather than a number."""
    return len(word) >= LEAST_LETTERS and word.isalpha() and word[0] < "\u0e00"


class Spellings:
    """The surfaces of one set, made ready for comparison; built at the first misspelt word."""

    def __init__(self, surfaces: Array, ends: Array) -> None:
        self._surfaces = surfaces
        self._matrix: NDArray[np.uint8] = surfaces.view(np.uint8).reshape(
            len(surfaces), surfaces.itemsize
        )
        self._sizes = np.char.str_len(surfaces).astype(np.int16)
        self._letters = np.zeros(len(surfaces), np.uint32)
        for column in range(self._matrix.shape[1]):
            letters = self._matrix[:, column]
            self._letters |= np.where(letters > 0, _bit(letters), 0).astype(np.uint32)
        self._counts = np.diff(ends, prepend=0)

    def near(self, word: bytes) -> list[Spelling]:
        """Surfaces within one slip (two in long words) of `word`, nearest first."""
        most = 2 if len(word) >= TWO_SLIPS else 1
        typed = np.frombuffer(word, np.uint8)
        letters = np.bitwise_or.reduce(_bit(typed))
        near_size = np.abs(self._sizes - len(word)) <= most
        rows = np.flatnonzero(
            near_size & (np.bitwise_count(self._letters ^ letters) <= 2 * most) & (self._sizes > 2)
        )
        some = self._surfaces[rows].tolist()
        # Damerau's optimal string alignment: a letter added, left out, changed, or two swapped.
        slips = cdist([word], some, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        # The first letter is seldom wrong.
        slips = slips + 0.5 * (self._matrix[rows, 0] != typed[0])
        kept = np.flatnonzero((slips <= most + 0.5) & (slips > 0))
        order = kept[np.lexsort((-self._counts[rows[kept]], slips[kept]))]
        return [
            Spelling(int(rows[n]), float(slips[n]), int(self._counts[rows[n]]))
            for n in order[:MOST_NEAR].tolist()
        ]


def _bit(letters: Array) -> NDArray[np.uint32]:
    return np.left_shift(np.uint32(1), (letters & 31).astype(np.uint32))
