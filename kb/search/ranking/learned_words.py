"""Learned words: what people typed before they opened a procedure and stayed, as a weak field.

Who counts is decided elsewhere (kb.insight.learning); here are counts of people by word and
procedure, kept in one file that all processes share and that is replaced as a whole.
"""

from __future__ import annotations

import filecmp
import json
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from msgspec import Struct

from kb import durable
from kb.search.index import array_file
from kb.search.index.array_file import Array
from kb.search.index.snapshot import Floats, Snapshot
from kb.search.query import parse
from kb.search.ranking.query_words import Slot
from kb.search.words.analysis import LONGEST_WORD, Stems
from kb.search.words.stop_words import stop_words

SHORTEST = 2  # letters
DOUBT = 12.0  # people imagined to have gone elsewhere: few people say little
LEAST = 0.01  # strength; below it a word says nothing of a procedure, so it stands for 100 at most
Where = tuple[Array, Floats]  # documents of a set, and how strongly the word stands for each
Row = tuple[str, str, int]  # procedure id, stem, people


class LearnableWords:
    """The words of a query that can be learned, cut and stemmed as the index does."""

    def __init__(self, stems: Stems) -> None:
        self._stems = stems
        self._stop_words = stop_words(stems.language)

    def __call__(self, text: str) -> Mapping[str, str]:
        """Stem → the word as it was typed. No stop word, nothing with a digit, no single letter."""
        found: dict[str, str] = {}
        for word in parse(text).words:
            if len(word) >= SHORTEST and word.isalpha() and word not in self._stop_words:
                found.setdefault(self._stems.of(word), word)
        return found


class Learned:
    """How strongly words stand for procedures. Never changed once it is made."""

    def __init__(self, arrays: dict[str, Array] | None = None) -> None:
        arrays = _arrays([]) if arrays is None else arrays
        self._ids: list[str] = json.loads(arrays["ids"].tobytes())
        self._rows = {stem: row for row, stem in enumerate(arrays["words"].tolist())}
        self._ends: list[int] = arrays["ends"].tolist()
        self._procedures, self._people = arrays["procedures"], arrays["people"]
        self._placed: WeakKeyDictionary[Snapshot, _Placed] = WeakKeyDictionary()

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Learned:
        """From counts of people, each word and procedure once."""
        return cls(_arrays(rows))

    def __bool__(self) -> bool:
        return bool(self._rows)

    def where(self, stem: bytes, one: Snapshot) -> Where | None:
        """The documents of a set that the word stands for; None for none.

        The strength is the share of its people who went there, DOUBT people more imagined to have
        gone elsewhere: 0 to 1, less the more procedures a word leads to.
        """
        row = self._rows.get(stem)
        if row is None:
            return None
        placed = self._placed.get(one)
        if placed is None:
            placed = self._placed[one] = _Placed(one)
        if row not in placed.known:
            placed.known[row] = self._place(row, placed)
        return placed.known[row]

    def _place(self, row: int, placed: _Placed) -> Where | None:
        part = slice(self._ends[row - 1] if row else 0, self._ends[row])
        people = self._people[part].astype(np.float32)
        strengths = people / np.float32(people.sum() + DOUBT)
        telling = strengths >= LEAST
        ids = [self._ids[number] for number in self._procedures[part][telling].tolist()]
        docs = np.array([placed.numbers.get(id, -1) for id in ids], np.int64)
        there = docs >= 0
        return (docs[there], strengths[telling][there]) if there.any() else None


class Recall(Struct, frozen=True):
    """The learned words for one query: `weight` is what they add at most, before rarity."""

    learned: Learned
    stems: Stems
    weight: float

    def of(self, slots: Sequence[Slot], one: Snapshot) -> list[tuple[Where, float]]:
        """Where the words that say something are learned, with what each is worth there."""
        found = []
        for slot in slots:
            if not slot.stop_word and (known := self._known(slot, one)):
                where, factor = known
                found.append((where, slot.worth * factor * self.weight))
        return found

    def _known(self, slot: Slot, one: Snapshot) -> tuple[Where, float] | None:
        """The word as it was typed, or else what it is taken for."""
        typed = self.stems.of(slot.word).encode("utf-8", "replace")[:LONGEST_WORD]
        for stem, factor in ((typed, 1.0), *((o.stem, o.factor) for o in slot.options)):
            if (where := self.learned.where(stem, one)) is not None:
                return where, factor
        return None


class _Placed:
    """Where the procedures stand in one set, and the learned words that were looked up there."""

    def __init__(self, one: Snapshot) -> None:
        self.numbers = {name: number for number, name in enumerate(one.names.get("id", []))}
        self.known: dict[int, Where | None] = {}


class LearnedFile:
    """The learned words as the file at `path` says now; called at each search, costs one stat."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, ...], Learned] = ((), Learned())

    def __call__(self) -> Learned:
        """Where there is no file, or a damaged one, nothing is learned."""
        try:
            told = self._path.stat()
        except OSError:
            return Learned() if self._read[0] else self._read[1]
        seen = (told.st_ino, told.st_mtime_ns, told.st_size)
        if seen != self._read[0]:
            self._load(seen)
        return self._read[1]

    def write(self, rows: Iterable[Row]) -> None:
        """Replace what is learned, for all processes at once, unless it says so already.

        Raises OSError.
        """
        beside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            array_file.save(beside, _arrays(rows))
            if not (self._path.exists() and filecmp.cmp(beside, self._path, shallow=False)):
                durable.switch(beside, self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _load(self, seen: tuple[int, ...]) -> None:
        with self._lock:
            if seen == self._read[0]:
                return
            try:
                found = Learned(array_file.load(self._path, whole=True))
            except (OSError, ValueError, KeyError, array_file.Damaged):
                found = Learned()
            self._read = (seen, found)


def _arrays(rows: Iterable[Row]) -> dict[str, Array]:
    """words (sorted stems), ends (of each word's pairs), procedures (numbers of ids), people."""
    encoded = sorted(
        (stem.encode("utf-8", "replace")[:LONGEST_WORD], id, people) for id, stem, people in rows
    )
    numbers: dict[str, int] = {}
    procedures = [numbers.setdefault(id, len(numbers)) for _, id, _ in encoded]
    every = np.array([stem for stem, _, _ in encoded], f"S{LONGEST_WORD}")
    words = np.array(list(dict.fromkeys(every.tolist())), every.dtype)
    return {
        "words": words,
        "ends": np.searchsorted(every, words, "right"),
        "procedures": np.array(procedures, np.int32),
        "people": np.array([people for _, _, people in encoded], np.int32),
        "ids": np.frombuffer(json.dumps(list(numbers)).encode(), np.uint8),
    }
