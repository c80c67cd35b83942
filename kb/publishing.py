"""Verbs that touch two capabilities: the files first, the catalogue next, the index last."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from kb.content.cards import Stamp
from kb.content.catalogue import Catalogue
from kb.content.check import CrossRow, Staff, cross_faults
from kb.content.chronicle import Chronicle
from kb.content.departments import parse_departments
from kb.content.found import TROUBLE, Found
from kb.content.front_matter import parse, unreadable
from kb.content.keeping import Keeping
from kb.content.library import DEPARTMENTS_FILE, SYNONYMS_FILE, FileStamp, Library
from kb.content.reading import Filed, procedure_from
from kb.content.repository import FOUND, Note
from kb.content.synonyms import parse_synonyms
from kb.procedures.model import Departments, Entry, Fault, Section
from kb.procedures.visibility import Reader
from kb.search.index import Index
from kb.search.synonyms import Synonyms
from kb.search_tests import BrokenFind, Change, SearchTests

# Called with what is being done, how many are done and how many there are.
Progress = Callable[[str, int, int], None]
# Whom owners are checked against; None while nobody is registered.
Employed = Callable[[], Staff | None]
# Tells the time of what is found changed on disk, which nobody acknowledged.
Clock = Callable[[], datetime]

REBUILD = "rebuild"
_BATCH = 200
# Sections of so many files read are kept for the index; of more, files are read a second time.
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: counts of files, and the seconds it took."""

    files: int
    changed: int
    removed: int
    indexed: int
    seconds: float


def _silent(what: str, done: int, total: int) -> None:
    pass


def _by_the_clock() -> datetime:
    return datetime.now(UTC)


class LiveSynonyms:
    """synonyms.yml as it is now, as search wants it; called at each search."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._read: tuple[object, Synonyms] = (None, Synonyms())

    def __call__(self) -> Synonyms:
        """Looked at with every search: only what changed is read."""
        try:
            stamp = self._library.synonyms_stamp()
            if stamp != self._read[0]:
                lists = parse_synonyms(self._library.synonyms_source())
                self._read = (stamp, Synonyms(lists.two_way, lists.one_way))
        except OSError:
            pass  # what was read last still holds
        return self._read[1]


class Publisher:
    """Keeps catalogue and index in step with the files. One process at a time writes."""

    def __init__(
        self,
        keeping: Keeping,
        catalogue: Catalogue,
        index: Index,
        chronicle: Chronicle,
        staff: Employed,
        lock: Path,
        search_tests: SearchTests,
        clock: Clock = _by_the_clock,
    ) -> None:
        self._keeping = keeping
        self._library = keeping.library
        self._found = Found(keeping, catalogue)
        self._clock = clock
        self._catalogue = catalogue
        self._index = index
        self._chronicle = chronicle
        self._staff = staff
        self._lock = lock
        self._search_tests = search_tests

    def departments(self) -> Departments:
        """departments.yml as it is on disk now."""
        return parse_departments(self._library.departments_source())

    def refresh(
        self, today: date, progress: Progress = _silent, *, rebuild: bool = False
    ) -> Refreshed:
        """Bring catalogue and index up to the files; `rebuild` makes a whole new index.

        Only files whose size or time changed are read, only those whose content changed are
        indexed. Killed at any point, the next refresh finishes the work. Raises OSError, with
        nothing half done that a reader could see, when the disk is full.
        """
        started = time.monotonic()
        with self._alone():
            unlisted: list[Fault] = []
            self._found.finish_what_was_begun()
            files = list(self._library.files(unlisted.append))
            rebuild = rebuild or self._catalogue.state(REBUILD) == "wanted"
            read = self._catalogue_files(files, progress, everything=rebuild)
            indexed = self._index_entries(read.sections, progress, rebuild=rebuild)
            self._catalogue.set_state(REBUILD, "")
            moved = bool(indexed or read.changed or read.removed)
            self._recheck(unlisted, today, changed=moved)
        self._read_history(progress)
        seconds = time.monotonic() - started
        return Refreshed(len(files), read.changed, read.removed, indexed, seconds)

    def _read_history(self, progress: Progress) -> None:
        """Trouble with git stops no refresh: it is told, and the next refresh tries again."""
        try:
            self.read_history(progress)
        except OSError as error:
            if not self._catalogue.state(TROUBLE):
                self._catalogue.set_state(TROUBLE, error.strerror or str(error))

    def read_history(self, progress: Progress = _silent) -> None:
        """Bring the versions up to git. Where another process is at it already, it is left to that.

        The first time in a long history takes a while, in which saving and searching go on.
        Raises OSError where git cannot read.
        """
        while self._chronicle.behind():
            with self._lock.with_name("history.lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                done = self._chronicle.catch_up(
                    self.departments(), lambda done, total: progress("History", done, total)
                )
            if not done:
                return

    def check(self, today: date) -> list[Fault]:
        """All faults of all files, read afresh, by path and line."""
        departments = self.departments()
        faults = [*departments.faults]
        held = {path: stamp.id for path, stamp in self._catalogue.stamps().items()}
        faults += parse_synonyms(self._library.synonyms_source()).faults
        rows, read = [], []
        for stamp in self._library.files(faults.append):
            filed = self._filed(stamp.path, departments)
            if filed is not None:
                faults.extend(filed.faults)
                row, id = CrossRow.of(filed), held.get(stamp.path, filed.procedure.id)
                due = replace(filed.procedure, id=id).due
                rows.append(replace(row, holds=held.get(row.path) == row.id, due=due))
                read.append(filed)
        faults.extend(cross_faults(rows, departments, self._staff(), today, self._library.has))
        faults.extend(self._search_tests.faults_of(read, self._indexed_versions()))
        return sorted(faults, key=lambda fault: (fault.path, fault.line, fault.code))

    def broken_finds(self, change: Change, reader: Reader) -> tuple[BrokenFind, ...]:
        """Which search tests (`finds:`) the change would break, and what would win instead.

        Of any procedure in the base that `reader` may know of; nothing is written.
        """
        return self._search_tests.broken_by(change, reader)

    def change_synonyms(self, change: Callable[[bytes], bytes], note: Note | None = None) -> None:
        """Write synonyms.yml as `change` makes it; searches find by it at once."""
        self._change(SYNONYMS_FILE, change, note or Note("Synonyms changed", FOUND, self._clock()))

    def change_departments(self, change: Callable[[bytes], bytes], note: Note) -> None:
        """Write departments.yml as `change` makes it. Pages know it at once; review dates and

        departments of procedures follow with the next refresh, which the change on disk wakes.
        """
        self._change(DEPARTMENTS_FILE, change, note)

    def _change(self, name: str, change: Callable[[bytes], bytes], note: Note) -> None:
        """The file as `change` makes it from what it says now; nobody writes meanwhile.

        Raises what `change` does, and OSError; then all is as it was.
        """
        with self._keeping.alone():
            before = self._keeping.settled(name, note.at) or b""
            changed = change(before)
            if (self._library.root / name).is_symlink():
                self._library.save_settings(name, changed)
            elif changed != before:
                self._keeping.apply({name: changed}, note)

    def take_up(self, paths: Collection[str], wait: float = 5.0) -> bool:
        """Bring catalogue and index up to these files alone; the files and history are ahead.

        False when a refresh at work did not end within `wait` seconds: it, or the next one,
        does it. What is wrong across files is looked for by the next refresh. Raises OSError.
        """
        with self._alone(wait) as entered:
            if not entered:
                return False
            stamps = {path: self._library.stamp(path) for path in paths}
            gone = [path for path, stamp in stamps.items() if stamp is None]
            read = _Read(sections={}, changed=0, removed=0)
            there = [stamp for stamp in stamps.values() if stamp is not None]
            self._record(there, self.departments(), gone, read)
            self._catalogue.remove(gone)
            known = self._catalogue.stamps_of(paths)
            self._index.update(self._entries(known, read.sections), gone, lambda done: None)
            self._catalogue.set_state("checked", "")
        self.read_history()
        return True

    def want_rebuild(self) -> None:
        """The next refresh builds a whole new index, so that nothing of an old one is left."""
        self._catalogue.set_state(REBUILD, "wanted")

    def want_purge(self, procedure_id: str, paths: Collection[str]) -> None:
        """The next refresh takes an erased procedure's texts out of kb's own history."""
        self._found.want_purge(procedure_id, paths)

    @contextmanager
    def _alone(self, wait: float | None = None) -> Iterator[bool]:
        """One process at a time; after `wait` seconds of waiting it is False."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            if wait is None:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield True
            else:
                yield _locked_within(lock, wait)

    def _catalogue_files(
        self, files: list[FileStamp], progress: Progress, *, everything: bool
    ) -> _Read:
        source = self._library.departments_source()
        departments = parse_departments(source)
        digest = sha256(source).hexdigest()
        everything = everything or digest != self._catalogue.state("departments")
        known = self._catalogue.stamps()
        present = {stamp.path for stamp in files}
        gone = [path for path in known if path not in present]
        changed = [stamp for stamp in files if _differs(stamp, known)]
        self._found.take_down([stamp.path for stamp in changed], gone, self._clock(), progress)
        stale = files if everything else changed
        read = _Read(sections={}, changed=0, removed=len(gone))
        for start in range(0, len(stale), _BATCH):
            batch = stale[start : start + _BATCH]
            self._record(batch, departments, gone, read)
            progress("Reading", start + len(batch), len(stale))
        self._catalogue.remove(gone)
        self._catalogue.set_state("departments", digest)
        return read

    def _record(
        self, batch: list[FileStamp], departments: Departments, gone: list[str], read: _Read
    ) -> None:
        found = []
        for stamp in batch:
            filed = self._filed(stamp.path, departments)
            if filed is not None:
                found.append((stamp, filed))
                if len(read.sections) < _KEPT:
                    read.sections[stamp.path] = filed.sections
        self._catalogue.record(found, gone)
        read.changed += len(found)

    def _filed(self, path: str, departments: Departments) -> Filed | None:
        """The file as a procedure; None when it went away between listing and reading."""
        try:
            document = parse(self._library.read(path), path)
        except FileNotFoundError:
            return None
        except OSError as error:
            document = unreadable(path, error.strerror or "no reason given")
        return procedure_from(document, departments)

    def _index_entries(
        self, kept: dict[str, tuple[Section, ...]], progress: Progress, *, rebuild: bool
    ) -> int:
        stamps = self._catalogue.stamps()
        there = {} if rebuild else self._index.fingerprints()
        stale = [path for path, stamp in stamps.items() if there.get(path) != stamp.fingerprint]
        gone = [path for path in there if path not in stamps]
        entries = self._entries({path: stamps[path] for path in stale}, kept)

        def report(done: int) -> None:
            progress("Indexing", done, len(stale))

        if rebuild or not there:
            self._index.rebuild(entries, report)
        elif stale or gone:
            self._index.update(entries, gone, report)
        return len(stale) + len(gone)

    def _entries(
        self, stamps: Mapping[str, Stamp], kept: dict[str, tuple[Section, ...]]
    ) -> Iterator[Entry]:
        departments = self.departments()
        paths = list(stamps)
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            cards = self._catalogue.by_ids([stamps[path].id for path in batch])
            for path in batch:
                sections = kept.pop(path, None)
                if sections is None:
                    filed = self._filed(path, departments)
                    sections = filed.sections if filed is not None else ()
                card = cards[stamps[path].id]
                yield Entry(card.procedure, sections, stamps[path].fingerprint)

    def _indexed_versions(self) -> dict[str, str]:
        """Of the files whose newest known text is in the index, the version of that text."""
        indexed = self._index.fingerprints()
        stamps = self._catalogue.stamps()
        versions = dict.fromkeys(indexed, "")
        for path, stamp in stamps.items():
            if indexed.get(path) == stamp.fingerprint:
                versions[path] = stamp.version
        return versions

    def _recheck(self, unlisted: list[Fault], today: date, *, changed: bool) -> None:
        """Faults across files, for the warnings on pages: after a change, and on a new day."""
        staff = self._staff()
        seen = self._circumstances(today, staff)
        if not changed and not unlisted and seen == self._catalogue.state("checked"):
            return
        rows = self._catalogue.cross_rows()
        found = cross_faults(rows, self.departments(), staff, today, self._library.has)
        found += self._search_tests.faults()
        self._catalogue.record_cross_faults([*unlisted, *found])
        # What was just recorded made the catalogue move on.
        self._catalogue.set_state("checked", self._circumstances(today, staff))

    def _circumstances(self, today: date, staff: Staff | None) -> str:
        """All that the faults across files depend on, besides the index."""
        try:
            synonyms = self._library.synonyms_source()
        except OSError:
            synonyms = b""
        digest = sha256(repr((_told(staff or {}), synonyms)).encode()).hexdigest()
        return f"{today} {digest} {self._catalogue.generation()}"


@dataclass(slots=True)
class _Read:
    sections: dict[str, tuple[Section, ...]]
    changed: int
    removed: int


def _told(staff: Staff) -> list[tuple[str, list[str] | None]]:
    held = {email: None if some is None else sorted(some) for email, some in staff.items()}
    return sorted(held.items(), key=lambda one: one[0])


def _differs(stamp: FileStamp, known: Mapping[str, Stamp]) -> bool:
    before = known.get(stamp.path)
    return before is None or (before.size, before.modified_ns) != (stamp.size, stamp.modified_ns)


def _locked_within(lock: IO[str], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        else:
            return True
