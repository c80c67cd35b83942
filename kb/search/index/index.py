"""The search index on disk: written in parts, compiled into sets of arrays, switched at once.

search_index/CURRENT (JSON) names what is in service; every other file is written once and never
changed. A write builds new files beside the old ones and replaces CURRENT last, so that being
killed at any moment leaves the old index in service. Files that CURRENT no longer names are
deleted after the switch; processes that still read them keep them until they let go.

Every file tells its checksum. Where one is not as it was written, CURRENT is renamed to DAMAGED:
nothing is found then until a refresh has built all of it anew, which takes seconds.

  parts/NAME/       a Whoosh segment and its postings as arrays (kb.search.index.segment)
  sets/NAME.arrays  one or more parts compiled for scoring (kb.search.index.compiling)
"""

from __future__ import annotations

import itertools
import json
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from kb import durable
from kb.logs import log
from kb.procedures.model import Entry
from kb.process_pool import ProcessPool, advance, process_pool
from kb.search.index import array_file, embedding, segment
from kb.search.index.compiling import compiled
from kb.search.index.embedding import Meaning
from kb.search.words.analysis import Stems

FORMAT = 18  # raised whenever files of an older kb can no longer be read
CHUNK = 500  # procedures that one process writes at least; a smaller change is written here
MOST = 2500  # procedures of a part as it is first written: what a word costs is paid once a part
SMALL = 1000  # a set with fewer procedures is compiled again together with what changes
MOST_PARTS = 8  # small parts of one set before they are merged
SMALL_PART = 200  # procedures; a bigger part is not merged again
Progress = Callable[[int], None]  # is told how many procedures are written so far


class Work(Struct, frozen=True):
    """Entries to be written by processes at hand: those of each lot become one part.

    A lot is sent as it is, so it had better fetch its entries when it is asked for them.
    `meanwhile` is called once all is handed out.
    """

    lots: Iterable[Iterable[Entry]]
    pool: ProcessPool
    meanwhile: Callable[[], None] = lambda: None


Entries = Iterable[Entry] | Work


class OtherIndex(array_file.Damaged):
    """An index that another kb, for another language or with another model, may well read."""


class PartState(Struct, frozen=True):
    """A part and the numbers of its documents that are deleted."""

    name: str
    size: int
    deleted: tuple[int, ...] = ()


class SetState(Struct, frozen=True):
    """A set of arrays and the parts in it, in the order of their documents."""

    name: str
    parts: tuple[PartState, ...]

    @property
    def size(self) -> int:
        """How many documents, the deleted ones too."""
        return sum(one.size for one in self.parts)


class Index:
    """The index in `folder` (created at the first write), its words stemmed for `language`."""

    def __init__(self, folder: Path, language: str = "english") -> None:
        self.folder = folder
        self.current = folder / "CURRENT"  # the file that names what is in service
        self._damaged = folder / "DAMAGED"  # what CURRENT was, once it is out of service
        self.switches = 0  # how often this object put sets in service
        self.language = language
        self.stems = Stems(language)
        self.meaning = Meaning()
        self._writing = threading.Lock()

    @property
    def made(self) -> list[object]:
        """What an index must have been made with to be read here."""
        return [FORMAT, self.language, embedding.installed()]

    def fingerprints(self) -> dict[str, str]:
        """Path → fingerprint of all that is indexed; empty where there is no usable index."""
        found: dict[str, str] = {}
        try:
            with self.surely():
                for one in self.sets():
                    for path, fingerprint, deleted in _listed(self.arrays(one), one):
                        if not deleted:
                            found[path] = fingerprint
        except (OSError, array_file.Damaged):
            return {}
        return found

    def update(self, changed: Entries, removed_paths: Iterable[str], progress: Progress) -> None:
        """Add or replace `changed`, drop `removed_paths`; all of it becomes visible at once.

        Where the index turns out to be damaged, it is out of service afterwards.
        """
        with suppress(array_file.Damaged), self._lock(), self.surely(locked=True):
            before = self._usable_sets()
            parts, paths = self._write_parts(changed, progress)
            gone = paths | set(removed_paths)
            kept = [self._without(one, gone) for one in before]
            if parts or kept != before:
                self._switch(self._joined(kept, parts))

    def rebuild(self, entries: Entries, progress: Progress) -> None:
        """Build anew beside the live index and switch over; killed midway, the old one stays."""
        with self._lock():
            parts, _ = self._write_parts(entries, progress)
            self._switch([self._compile(parts, None)] if parts else [])

    def sets(self) -> list[SetState]:
        """What is in service. Raises OSError without an index, Damaged for an unusable one."""
        raw = self.current.read_bytes()
        try:
            told = _summed(raw)
            if told["made"] != self.made:
                raise OtherIndex(f"{self.current} is of another kb, language or model")
            return [
                SetState(s["name"], tuple(PartState(n, z, tuple(d)) for n, z, d in s["parts"]))
                for s in told["sets"]
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise array_file.Damaged(f"{self.current} is damaged: {error}") from error

    def arrays(self, one: SetState, *, whole: bool = False) -> dict[str, array_file.Array]:
        """The arrays of a set, memory-mapped. Raises OSError or Damaged."""
        arrays = array_file.load(self.set_file(one), whole=whole)
        if arrays["name"].tolist() != [one.name.encode()]:
            raise array_file.Damaged(f"{self.set_file(one)} is damaged: it is another set's")
        return arrays

    def set_file(self, one: SetState) -> Path:
        """Where the arrays of a set stand."""
        return self.folder / "sets" / f"{one.name}.arrays"

    @property
    def in_service(self) -> bool:
        """Is there an index? Else one is being built."""
        return self.current.exists()

    @property
    def was_damaged(self) -> bool:
        """Was it taken out of service, and is not built again yet?"""
        return not self.in_service and self._damaged.exists()

    @contextmanager
    def surely(self, *, locked: bool = False) -> Iterator[None]:
        """Whatever goes wrong in the block: where damage is why, the index is out of service after

        it, and the block has raised Damaged. `locked`: by whoever writes the index.
        """
        try:
            yield
        except OtherIndex:
            raise
        except Exception as error:
            why = self.damage()
            if not why:
                raise
            self.retire(why, locked=locked)
            raise array_file.Damaged(why) from error

    def damage(self) -> str:
        """What of the index is not as it was written, of all its bytes; "" for nothing."""
        try:
            for one in self.sets():
                self.arrays(one, whole=True)
                for part in one.parts:
                    segment.whole(self.folder / "parts" / part.name)
        except OtherIndex:
            return ""
        except FileNotFoundError as error:
            return f"{error.filename} is missing" if self.in_service else ""
        except array_file.Damaged as error:
            return str(error)
        return ""

    def inspect(self) -> None:
        """Read every byte, and take a damaged index out of service."""
        if why := self.damage():
            self.retire(why)

    def retire(self, why: str, *, locked: bool = False) -> None:
        """Out of service, so that it is built anew. Whoever writes it just now comes first."""
        with suppress(OSError), _held() if locked else self._unless_written() as mine:
            if mine:
                self.current.replace(self._damaged)
                self.switches += 1
                log().error("index_damaged", why=why)

    def _unless_written(self) -> AbstractContextManager[bool]:
        return durable.alone(self._lock_file(), wait=0)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One writer at a time, over all threads and processes; the others wait for it."""
        with self._writing, durable.alone(self._lock_file()):
            yield

    def _lock_file(self) -> Path:
        """In its folder; that may be deleted at any time, with all of the index."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / "LOCK"

    def _usable_sets(self) -> list[SetState]:
        try:
            sets = self.sets()
            for one in sets:
                self.arrays(one)
            return sets
        except (OSError, array_file.Damaged):
            return []

    def _write_parts(
        self, entries: Entries, progress: Progress
    ) -> tuple[list[PartState], set[str]]:
        """Few entries are written here, many by a process for each core; and what paths they had.

        The parts come in the order of their entries.
        """
        paths: set[str] = set()
        if isinstance(entries, Work):
            return self._write_work(entries, paths, progress), paths
        chunks = _chunks(_once(entries, paths), CHUNK)
        first = list(itertools.islice(chunks, 2))
        if len(first) < 2:
            return [self._write_part(chunk, progress) for chunk in first], paths
        with process_pool() as pool:
            work = Work(itertools.chain(first, chunks), pool)
            return self._write_work(work, set(), progress), paths

    def _write_part(self, entries: list[Entry], progress: Progress) -> PartState:
        name = _name()
        segment.write(self.folder / "parts" / name, entries, self.meaning)
        progress(len(entries))
        return PartState(name, len(entries))

    def _write_work(self, work: Work, paths: set[str], progress: Progress) -> list[PartState]:
        before = work.pool.done
        parts: dict[str, PartState] = {}
        running: dict[Future[segment.Written], str] = {}

        def gather(until: int) -> None:
            while len(running) > until:
                done, _ = wait(running, timeout=_TOLD_EVERY, return_when=FIRST_COMPLETED)
                for task in done:
                    written, name = task.result(), running.pop(task)
                    parts[name] = PartState(name, len(written.paths))
                    paths.update(written.paths)
                progress(work.pool.done - before)

        for lot in work.lots:
            name = _name()
            parts[name] = PartState(name, 0)
            running[work.pool.submit(_write_apart, self.folder / "parts" / name, lot)] = name
            if isinstance(lot, list):
                gather(until=work.pool.count)  # they wait in memory
        work.meanwhile()
        gather(until=0)
        return [state for state in parts.values() if state.size]

    def _without(self, one: SetState, gone: set[str]) -> SetState:
        """The set with the documents of those paths marked as deleted."""
        numbers = [
            number
            for number, (path, _, deleted) in enumerate(_listed(self.arrays(one), one))
            if path in gone and not deleted
        ]
        parts, base = [], 0
        for state in one.parts:
            mine = [number - base for number in numbers if base <= number < base + state.size]
            parts.append(replace(state, deleted=(*state.deleted, *mine)) if mine else state)
            base += state.size
        return replace(one, parts=tuple(parts))

    def _joined(self, kept: list[SetState], parts: list[PartState]) -> list[SetState]:
        """Compile new parts together with the small sets, so that there are never many sets."""
        alive = [one for one in kept if any(len(p.deleted) < p.size for p in one.parts)]
        if not parts:
            return alive
        large = [one for one in alive if one.size >= SMALL]
        small = [state for one in alive if one.size < SMALL for state in one.parts]
        usable = [state for state in small if len(state.deleted) < state.size]
        largest = max(large, key=lambda one: one.size, default=None)
        return [*large, self._compile(self._merged([*usable, *parts]), largest)]

    def _merged(self, parts: list[PartState]) -> list[PartState]:
        """Where small parts are many, one part written from them."""
        small = [state for state in parts if state.size < SMALL_PART]
        if len(small) <= MOST_PARTS:
            return parts
        small = sorted(small, key=lambda state: state.size)[:MOST_PARTS]
        name = _name()
        home = self.folder / "parts"
        segment.merge(home / name, [(home / state.name, list(state.deleted)) for state in small])
        size = sum(state.size - len(state.deleted) for state in small)
        return [*(state for state in parts if state not in small), PartState(name, size)]

    def _compile(self, parts: list[PartState], like: SetState | None) -> SetState:
        """Arrays of `parts`; text lengths are measured against the averages of the set `like`."""
        raws = [segment.whole(self.folder / "parts" / one.name) for one in parts]
        averages = self.arrays(like)["averages"] if like else None
        made = SetState(_name(), tuple(parts))
        (self.folder / "sets").mkdir(exist_ok=True)
        arrays = compiled(raws, self.stems, averages)
        arrays["name"] = np.array([made.name.encode()])
        array_file.save(self.folder / "sets" / f"{made.name}.arrays", arrays)
        return made

    def _switch(self, sets: list[SetState]) -> None:
        """Put `sets` in service and delete what is no longer named."""
        told = {
            "made": self.made,
            "sets": [
                {"name": s.name, "parts": [(p.name, p.size, p.deleted) for p in s.parts]}
                for s in sets
            ],
        }
        durable.replace(self.current, _with_sum(told))
        self.switches += 1
        self._damaged.unlink(missing_ok=True)
        self._sweep(
            {f"{one.name}.arrays" for one in sets}, {p.name for one in sets for p in one.parts}
        )

    def _sweep(self, sets: set[str], parts: set[str]) -> None:
        for file in (self.folder / "sets").glob("*"):
            if file.name not in sets:
                file.unlink(missing_ok=True)
        for folder in (self.folder / "parts").glob("*"):
            if folder.name not in parts:
                shutil.rmtree(folder, ignore_errors=True)


def _with_sum(told: dict[str, object]) -> bytes:
    """A line of JSON, and its checksum in the next."""
    line = json.dumps(told).encode()
    return b"%s\n%08x" % (line, crc32(line))


def _summed(raw: bytes) -> dict[str, Any]:
    """What `_with_sum` wrote. Raises ValueError."""
    line, _, told = raw.partition(b"\n")
    if told != b"%08x" % crc32(line):
        raise ValueError("it is not as it was written")
    found: dict[str, Any] = json.loads(line)
    return found


@contextmanager
def _held() -> Iterator[bool]:
    yield True


def _name() -> str:
    return secrets.token_hex(6)


def _once(entries: Iterable[Entry], seen: set[str]) -> Iterator[Entry]:
    """Each path once; `seen` holds them all in the end."""
    for entry in entries:
        if entry.procedure.path not in seen:
            seen.add(entry.procedure.path)
            yield entry


def _chunks(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while chunk := list(itertools.islice(rest, size)):
        yield chunk


_TOLD_EVERY = 0.2  # seconds
_apart = Meaning(most_known=100_000)


def _write_apart(folder: Path, entries: Iterable[Entry]) -> segment.Written:
    """Runs in a process of its own, which keeps its model from one lot to the next."""
    return segment.write(folder, entries, _apart, advance)


def _listed(arrays: dict[str, array_file.Array], one: SetState) -> list[tuple[str, str, bool]]:
    """(path, fingerprint, deleted) of each document of a set."""
    deleted = deleted_mask(one)
    flat, ends = arrays["paths"].tobytes(), arrays["paths.ends"].tolist()
    starts = [0, *ends[:-1]]
    fingerprints = arrays["fingerprints"].tolist()
    return [
        (flat[start:end].decode("utf-8", "surrogatepass"), fingerprint.decode(), gone)
        for start, end, fingerprint, gone in zip(starts, ends, fingerprints, deleted, strict=True)
    ]


def deleted_mask(one: SetState) -> list[bool]:
    """Which documents of a set are deleted."""
    mask = np.zeros(one.size, bool)
    base = 0
    for state in one.parts:
        mask[[base + number for number in state.deleted]] = True
        base += state.size
    found: list[bool] = mask.tolist()
    return found
