"""A snapshot: one set of arrays in service, what stands where, and who may see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakMethod

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.procedures.model import KEPT_BACK, AttachedText, Status
from kb.procedures.visibility import Reader
from kb.search.index.array_file import Array
from kb.search.index.passages import unpacked
from kb.search.index.spelling import Spellings
from kb.search.results import IndexedProcedure
from kb.search.words.analysis import folded

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
COMMON = 16  # a stem in more than one document of so many is also kept as an array of them all
KEPT_BYTES = 32_000_000  # for those arrays


P = ParamSpec("P")
R = TypeVar("R")


def remembered(method: Callable[P, R], most: int) -> Callable[P, R]:
    """A cache of one's own method that keeps nobody alive: a set that is out of service goes at
    once, with its memory map, and not only when the collector finds the circle."""
    weak = WeakMethod(method)

    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        alive: Any = weak()
        found: R = alive(*args, **kwargs)
        return found

    return cast(Callable[P, R], lru_cache(maxsize=most)(answer))


class StoredSection(Struct, frozen=True):
    """A section's name and heading, where its text ends among all, what it promises, its steps
    (kb.procedures.model.Section).
    """

    anchor: str
    heading: str
    end: int
    kind: str
    steps: tuple[tuple[int, str], ...]

    def step(self, line: int | None) -> str:
        """The name of the step in which that line of its text stands; "" for none."""
        return next((name for nth, name in self.steps if nth == line), "")


class Stored(Struct, frozen=True):
    """A procedure as hits show it."""

    found: IndexedProcedure
    sections: tuple[StoredSection, ...]


class Snapshot:
    """The arrays of one set, by name, and the documents that are no longer there."""

    def __init__(self, arrays: dict[str, Array], deleted: list[bool]) -> None:
        self.arrays = arrays
        self.alive: Mask = ~np.array(deleted, bool)
        self.count = len(deleted)
        self.whole: Snapshot | None = None
        self.stems = arrays["stems"]
        self.layout, self.has_said = _layout(arrays)
        self.running, self.stem_kind = arrays["running"].data, arrays["running"].dtype
        self.no_stem = int(np.iinfo(self.stem_kind).max)  # stands nowhere in `running`
        self.within = arrays[
            "within.keys"
        ]  # what stands in attachments (kb.search.ranking.attached)
        # The rows of stems that share a place with another.
        self.sharing = frozenset(arrays["also.stems"].tolist())
        self.names: dict[str, list[str]] = json.loads(arrays["names"].tobytes())
        known = self._of("department")
        self.departments_of = [known[number] for number in arrays["department"].tolist()]
        self.numbers = {folded(name): n for n, name in enumerate(self.names.get("id", []))}
        # What is looked up again and again is kept: words repeat from one query to the next.
        self.visible = remembered(self._visible, 64)
        self.sees_all = remembered(self._sees_all, 64)
        self.row = remembered(self._row, 1 << 14)
        self.size = remembered(self._size, 1 << 14)
        self.table = remembered(self._table, 1 << 13)
        self.stored = remembered(self._stored, 1_000)
        self.attached = remembered(self._attached, 16)
        self.everywhere = remembered(self._everywhere, max(8, KEPT_BYTES // (4 * self.count + 1)))

    def without(self, numbers: list[int]) -> Snapshot:
        """The same set with these documents deleted as well."""
        if not numbers:
            return self
        other = copy(self)
        other.whole = self  # whose memory of words it shares
        other.alive = self.alive.copy()
        other.alive[numbers] = False
        other.visible = remembered(other._visible, 64)
        other.sees_all = remembered(other._sees_all, 64)
        return other

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
        draft = np.array([name in KEPT_BACK for name in self._of("status")], bool)
        own = np.array([name in reader.drafts_of for name in self._of("department")], bool)
        states, departments = self.arrays["status"], self.arrays["department"]
        seen = status[states] | (draft[states] & own[departments])
        mask = np.asarray(seen & self.alive, bool)
        mask.flags.writeable = False
        return mask

    def _sees_all(self, reader: Reader) -> bool:
        """May `reader` find every document?"""
        return bool(self.visible(reader).all())

    def any_visible(self, docs: Array, reader: Reader) -> bool:
        """Is any of these documents one that `reader` may find?"""
        if self.sees_all(reader):
            return len(docs) > 0
        mask = self.visible(reader)
        return bool(mask[docs[:64]].any() or mask[docs[64:]].any())

    def counts_visible(self, rows: range, reader: Reader) -> Array:
        """In how many documents that `reader` may find each of these surfaces stands."""
        if self.sees_all(reader):
            return self.surface_counts[rows.start : rows.stop]
        ends = self.arrays["surface.ends"][rows.start : rows.stop]
        first = int(self.arrays["surface.ends"][rows.start - 1]) if rows.start else 0
        docs = self.arrays["surface.ids"][first : int(ends[-1]) if len(ends) else first]
        until = np.cumsum(self.visible(reader)[docs])
        through = np.concatenate(([0], until))[ends - first]
        return np.diff(through, prepend=0)

    def _of(self, name: str) -> list[str]:
        return self.names.get(name) or [""]

    def _row(self, stem: bytes) -> int:
        """The row of a stem, -1 where no document has it."""
        if not len(self.stems):
            return -1
        at = int(np.searchsorted(self.stems, np.array(stem, self.stems.dtype)))
        return at if at < len(self.stems) and self.stems[at] == stem else -1

    def written(self, word: bytes, prefix: bool = False) -> range:
        """Rows of the surfaces that fold to `word`, or that begin with it."""
        surfaces = self.arrays["surfaces"]
        last = word + b"\xff" if prefix else word
        low, high = np.searchsorted(surfaces, np.array([word, last], surfaces.dtype))
        after = int(high) if prefix else int(np.searchsorted(surfaces, word, "right"))
        return range(int(low), after)

    def titled(self, key: int) -> Array:
        """The documents whose title has this key (kb.search.words.analysis)."""
        keys, docs = self._by_title
        wanted = keys.dtype.type(key)  # numpy would compare those of two types as floats
        first = int(keys.searchsorted(wanted))
        last = first
        while key and last < len(keys) and keys.item(last) == key:
            last += 1
        return docs[first:last]

    @cached_property
    def _by_title(self) -> tuple[Array, Array]:
        """The keys of the titles, ascending, and the documents; those of one title ascend."""
        order = self.arrays["titles"].argsort(kind="stable")
        return self.arrays["titles"].take(order), order

    def line(self, doc: int) -> Array:
        """The rows of a document's stems in the order of its text."""
        begin, length = self.layout[4:, doc].tolist()
        return np.frombuffer(self.running[begin : begin + length], self.stem_kind)

    def start(self, name: str, row: int) -> int:
        """Where the stem's rows begin in the table."""
        return int(self.arrays[f"{name}.ends"][row - 1]) if row else 0

    def _table(self, name: str, row: int) -> tuple[Array, Floats]:
        """(ids, adds) of the stem at `row`."""
        part = slice(self.start(name, row), int(self.arrays[f"{name}.ends"][row]))
        return self.arrays[f"{name}.ids"][part], self.arrays[f"{name}.adds"][part]

    def _size(self, row: int) -> int:
        """In how many documents the stem at `row` stands."""
        return int(self.arrays["words.ends"][row]) - self.start("words", row)

    def common(self, row: int) -> bool:
        """Does it stand in so many documents that an array of them all is quicker?"""
        return self.size(row) * COMMON > self.count

    def _everywhere(self, row: int) -> Floats:
        """What a common stem adds to each document of the set."""
        adds = np.zeros(self.count, np.float32)
        ids, values = self.table("words", row)
        adds[ids] = values
        return adds

    def stands_in(self, row: int, doc: int) -> bool:
        """Does the stem at `row` stand in a document of the set?"""
        if self.common(row):
            return bool(self.everywhere(row).item(doc) > 0)
        docs = self.table("words", row)[0]
        # Of their own type: numpy would make a wider copy of them all.
        at = int(docs.searchsorted(docs.dtype.type(doc)))
        return at < len(docs) and docs.item(at) == doc

    def surface_docs(self, row: int) -> Array:
        """The documents that have the surface at `row`."""
        ends = self.arrays["surface.ends"]
        return self.arrays["surface.ids"][(int(ends[row - 1]) if row else 0) : int(ends[row])]

    def _stored(self, number: int) -> Stored:
        """What a hit shows (kb.search.index.passages)."""
        first, last = self._stretch("stored", number)
        it: dict[str, Any] = json.loads(self.arrays["stored"][first:last].tobytes())
        found = IndexedProcedure(
            id=it["id"],
            title=it["title"],
            path=it["path"],
            department=it["department"],
            owner=it["owner"],
            keywords=tuple(it["keywords"]),
            reviewed=it["reviewed"] and date.fromisoformat(it["reviewed"]),
            due=it["due"] and date.fromisoformat(it["due"]),
            status=Status(it["status"]),
        )
        return Stored(found, tuple(StoredSection(*each) for each in it["sections"]))

    def text(self, number: int, start: int = 0, end: int | None = None) -> str:
        """The texts of a document's sections, one after the other; [start, end) in UTF-8."""
        first, last = self._stretch("texts", number)
        part = self.arrays["texts"][first + start : last if end is None else first + end]
        return part.tobytes().decode("utf-8", "surrogatepass")

    def _attached(self, number: int) -> tuple[AttachedText, ...]:
        """What the attachments of a document say."""
        first, last = self._stretch("files", number)
        return unpacked(self.arrays["files"][first:last].tobytes())

    def _stretch(self, name: str, number: int) -> tuple[int, int]:
        ends = self.arrays[f"{name}.ends"]
        return int(ends[number - 1]) if number else 0, int(ends[number])

    def having(self, name: str, accepted: list[bool]) -> Mask:
        """Documents with a category or keyword whose number is accepted."""
        mask = np.zeros(self.count, bool)
        if any(accepted):
            ends = self.arrays[f"{name}.ends"]
            owners = np.repeat(np.arange(self.count), np.diff(ends, prepend=0))
            mask[owners[np.array(accepted)[self.arrays[name]]]] = True
        return mask

    @cached_property
    def categories(self) -> tuple[list[str], ValueCounts]:
        """The categories as they are shown, and who has them. Case alone tells none apart."""
        shown: dict[str, str] = {}
        for name in self.names.get("category", []):
            shown.setdefault(name.casefold(), name)
        numbers = {name: nth for nth, name in enumerate(shown)}
        code = [numbers[name.casefold()] for name in self.names.get("category", [])]
        owners = np.repeat(np.arange(self.count), np.diff(self.arrays["category.ends"], prepend=0))
        codes = np.array(code, np.int64)[self.arrays["category"]]
        return list(shown.values()), ValueCounts(self.count, owners, codes, len(shown))

    @cached_property
    def departments(self) -> tuple[list[str], ValueCounts]:
        """The departments' ids, and who is of them."""
        names = self.names.get("department", [])
        codes = self.arrays["department"].astype(np.int64)
        return names, ValueCounts(self.count, np.arange(self.count), codes, len(names))


def _layout(arrays: dict[str, Array]) -> tuple[Array, bool]:
    """Where things of each document stand, (6, documents); and has any a keyword that says
    something?

    Rows 0 and 1: its first vector, which is the title's, and the first of its keywords, which all
    stand after those of titles and passages. A document without shares a vector of zeros. 2 and 3:
    how many they are. 4 and 5: where its stems begin in `running`, and how many there are.
    """
    kinds = ("passages", "said", "running")
    ends = np.array([arrays[f"{kind}.ends"] for kind in kinds])
    sizes = np.diff(ends, prepend=0)
    passages, said, running = ends - sizes
    every = len(arrays["passages"])
    none = sizes[1] == 0
    said = np.where(none, every, said + every + 1)
    layout = [passages, said, sizes[0], np.maximum(sizes[1], 1), running, sizes[2]]
    return np.array(layout), not bool(none.all())


class ValueCounts:
    """Counts, for any mask of the documents, how many have each of `size` values.

    Few values: a row of bits each. Many: their pairs (document, value) are counted.
    """

    MOST_ROWS = 64

    def __init__(self, count: int, owners: Array, codes: Array, size: int) -> None:
        ordered = np.sort(owners * max(size, 1) + codes)
        pairs = ordered[np.diff(ordered, prepend=-1) != 0]  # `np.unique` loads masked arrays
        self._owners, self._codes = np.divmod(pairs, max(size, 1))
        self._size = size
        self._bits: Array | None = None
        if 0 < size <= self.MOST_ROWS:
            having = np.zeros((size, -(-count // 64) * 64), bool)
            having[self._codes, self._owners] = True
            self._bits = np.packbits(having, axis=1).view(np.uint64)

    def counts(self, mask: Mask) -> list[int]:
        """How many documents of `mask` have each value."""
        if self._bits is None:
            pairs: list[int] = np.bincount(
                self._codes[mask[self._owners]], minlength=self._size
            ).tolist()
            return pairs
        packed = np.zeros(self._bits.shape[1] * 8, np.uint8)
        packed[: -(-len(mask) // 8)] = np.packbits(mask)
        found: list[int] = (
            np.bitwise_count(self._bits & packed.view(np.uint64)).sum(axis=1, dtype=int).tolist()
        )
        return found
