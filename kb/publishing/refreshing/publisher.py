"""Bringing catalogue, index and history up to the files, and changing the files of settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from msgspec import Struct, field

from kb import durable
from kb.catalogue.listings import Stamp
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.reading import Filed, read_as
from kb.documents.settings_files.departments import parse_departments
from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.procedures.model import Departments, Entry, Fault, Section
from kb.procedures.visibility import Reader
from kb.publishing.refreshing.attached import Attached, Shown, marked
from kb.publishing.refreshing.checking import Checking, Employed
from kb.publishing.refreshing.live_settings import LiveSettings
from kb.publishing.refreshing.parallel_indexing import Begun, Together, together
from kb.publishing.refreshing.parallel_reading import Beside
from kb.publishing.search_tests import BrokenFind, ProposedChange, SearchTests
from kb.search.index.index import Index
from kb.storage.files.library import FileStamp
from kb.storage.git.repository import FOUND, Note
from kb.storage.outside_changes import TROUBLE, OutsideChanges
from kb.storage.transaction import Keeping
from kb.versions.lineage import Described
from kb.versions.sql.chronicle import Chronicle, Read

# Called with what is being done, how many are done and how many there are.
Progress = Callable[[str, int, int], None]
# Tells the time of what is found changed on disk, which nobody acknowledged.
Clock = Callable[[], datetime]

REBUILD = "rebuild"
_NONE = b"# none\n"
_BATCH = 200


class Refreshed(Struct, frozen=True):
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
        live: LiveSettings,
        attached: Attached,
        clock: Clock = _by_the_clock,
    ) -> None:
        self._keeping = keeping
        self._library = keeping.library
        self._found = OutsideChanges(keeping, catalogue)
        self._clock = clock
        self._catalogue = catalogue
        self._index = index
        self._chronicle = chronicle
        self._lock = lock
        self._search_tests = search_tests
        self.live = live
        self._attached = attached
        self._checking = Checking(
            self._library, catalogue, index, staff, search_tests, live, attached
        )

    def departments(self) -> Departments:
        """departments.yml as it is on disk now, or was when it could last be read."""
        return self.live.departments().settings

    def refresh(
        self, today: date, progress: Progress = _silent, *, rebuild: bool = False
    ) -> Refreshed:
        """Bring catalogue and index up to the files; `rebuild` makes a whole new index.

        Only files whose size or time changed are read, only those whose content changed are
        indexed. Killed at any point, the next refresh finishes the work. Raises OSError, with
        nothing half done that a reader could see, when the disk is full or the content is away.
        """
        started = time.monotonic()
        with durable.alone(self._lock):
            unlisted: list[Fault] = []
            self._found.finish_what_was_begun()
            files = list(self._library.files(unlisted.append))
            if not files and self._catalogue.stamps():
                self._library.ensure_there()  # else all of it would be taken down as removed
            asked = self._catalogue.state(REBUILD) or ""
            rebuild = rebuild or bool(asked)
            self.live.keep()
            source = self.live.departments().source
            with self._together() as begun:
                read = self._catalogue_files(files, source, begun, progress, everything=rebuild)
                indexed = self._index_entries(read, begun, progress, rebuild=rebuild)
            self._catalogue.end_state(REBUILD, asked)  # it may be wanted anew meanwhile
            self._search_tests.renew_threshold()
            moved = bool(indexed or read.changed or read.removed)
            self._checking.across(unlisted, today, changed=moved)
        self._read_history(progress, read)
        seconds = time.monotonic() - started
        return Refreshed(len(files), read.changed, read.removed, indexed, seconds)

    def _read_history(self, progress: Progress, read: _Read, *, new: bool = False) -> None:
        """Trouble with git stops no refresh: it is told, and the next refresh tries again.

        With `new` only where it has just begun: a long one is not for inside the lock.
        """
        try:
            if not new or self._chronicle.begins():
                self.read_history(progress, read.said)
        except OSError as error:
            if not self._catalogue.state(TROUBLE):
                self._catalogue.set_state(TROUBLE, error.strerror or str(error))

    def read_history(self, progress: Progress = _silent, said: Read | None = None) -> None:
        """Bring the versions up to git. Where another process is at it already, it is left to that.

        What files say that were read just now (`said`) is not read again.
        The first time in a long history takes a while, in which saving and searching go on.
        Raises OSError where git cannot read.
        """
        while self._chronicle.behind():
            with durable.alone(self._lock.with_name("history.lock"), wait=0) as entered:
                if not entered:
                    return
                done = self._chronicle.catch_up(
                    self.departments(),
                    lambda done, total: progress("History", done, total),
                    said,
                )
            if not done:
                return

    def check(self, today: date) -> list[Fault]:
        """All faults of all files, read afresh, by path and line."""
        return self._checking.everything(today)

    def unread(self) -> list[Fault]:
        """The files beside the procedures that nobody reads, once a kind."""
        return self._checking.unread()

    def broken_finds(self, change: ProposedChange, reader: Reader) -> tuple[BrokenFind, ...]:
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
            if before.strip() and not changed.strip():
                changed = _NONE  # an empty file would count as a slip
            if (self._library.root / name).is_symlink():
                self._library.save_settings(name, changed)
            elif changed != before:
                self._keeping.apply({name: changed}, note)

    def take_up(self, paths: Collection[str], wait: float = 5.0) -> bool:
        """Bring catalogue and index up to these files alone; the files and history are ahead.

        False when a refresh at work did not end within `wait` seconds: it, or the next one,
        does it. What is wrong across files is looked for by the next refresh. Raises OSError.
        """
        with durable.alone(self._lock, wait) as entered:
            if not entered:
                return False
            stamps = {path: self._library.stamp(path) for path in paths}
            gone = [path for path, stamp in stamps.items() if stamp is None]
            read = _Read()
            there = [stamp for stamp in stamps.values() if stamp is not None]
            with self._together() as begun:
                several = begun.for_many([stamp.path for stamp in there])
                if several is None:
                    self._record(there, self.departments(), gone, read)
                else:
                    several.ask([stamp.path for stamp in there])
                    self._record_told(there, several, gone, read, _silent)
                self._catalogue.remove(gone)
                shown = self._attached.shown_by(paths)
                known = marked(self._catalogue.stamps_of(paths), shown)
                entries = (
                    self._entries(known, read.sections, shown)
                    if several is None
                    else several.work(known, Beside(shown, self._attached.texts), lambda: None)
                )
                self._index.update(entries, gone, lambda done: None)
            self._catalogue.set_state("checked", "")
        self.read_history(said=read.said)
        return True

    def _together(self) -> AbstractContextManager[Begun]:
        source = self.live.departments().source
        return together(self._library, source, self._lock.with_name("reading"))

    def want_rebuild(self) -> None:
        """The next refresh builds a whole new index, so that nothing of an old one is left."""
        self._catalogue.set_state(REBUILD, uuid4().hex)

    def want_purge(self, procedure_id: str, paths: Collection[str]) -> None:
        """The next refresh takes an erased procedure's texts out of kb's own history."""
        self._found.want_purge(procedure_id, paths)

    def _catalogue_files(
        self,
        files: list[FileStamp],
        source: bytes,
        begun: Begun,
        progress: Progress,
        *,
        everything: bool,
    ) -> _Read:
        departments = parse_departments(source)
        digest = sha256(source).hexdigest()
        everything = everything or digest != self._catalogue.state("departments")
        known = self._catalogue.stamps()
        present = {stamp.path for stamp in files}
        gone = [path for path in known if path not in present]
        changed = [stamp for stamp in files if _differs(stamp, known)]
        stale = files if everything else changed
        paths = [stamp.path for stamp in stale]
        several = begun.for_many(paths)
        if several is not None:
            several.ask(paths)  # before git takes them down: both take a while
        self._found.take_down([stamp.path for stamp in changed], gone, self._clock(), progress)
        read = _Read(removed=len(gone))
        if several is None:
            for start in range(0, len(stale), _BATCH):
                batch = stale[start : start + _BATCH]
                self._record(batch, departments, gone, read)
                progress("Reading", start + len(batch), len(stale))
        else:
            self._record_told(stale, several, gone, read, progress)
        self._catalogue.remove(gone)
        self._catalogue.set_state("departments", digest)
        return read

    def _record(
        self, batch: list[FileStamp], departments: Departments, gone: list[str], read: _Read
    ) -> None:
        found = []
        for stamp in batch:
            with suppress(FileNotFoundError):  # gone between listing and reading
                filed, blob = read_as(self._library.read, stamp.path, departments)
                found.append((stamp, filed))
                read.sections[stamp.path] = filed.sections
                read.note(filed, blob)
        self._catalogue.record(found, gone)
        read.changed += len(found)

    def _record_told(
        self,
        stale: list[FileStamp],
        several: Together,
        gone: list[str],
        read: _Read,
        progress: Progress,
    ) -> None:
        stamps = iter(stale)
        done = 0
        for lot in several.told():
            told = [(stamp, one) for one, stamp in zip(lot, stamps, strict=False) if one]
            self._catalogue.record([(stamp, one.filed) for stamp, one in told], gone)
            for _, one in told:
                read.note(one.filed, one.blob)
            read.changed += len(told)
            done += len(lot)
            progress("Reading", done, len(stale))

    def _index_entries(
        self, read: _Read, begun: Begun, progress: Progress, *, rebuild: bool
    ) -> int:
        shown = self._attached.shown_by()
        stamps = marked(self._catalogue.stamps(), shown)
        there = {} if rebuild else self._index.fingerprints()
        stale = [path for path, stamp in stamps.items() if there.get(path) != stamp.fingerprint]
        gone = [path for path in there if path not in stamps]
        wanted = {path: stamps[path] for path in stale}
        several = begun.for_many(stale)
        entries = (
            self._entries(wanted, read.sections, shown)
            if several is None
            else several.work(
                wanted,
                Beside(shown, self._attached.texts),
                lambda: self._read_history(progress, read, new=True),
            )
        )

        def report(done: int) -> None:
            progress("Indexing", done, len(stale))

        if rebuild or not there:
            self._index.rebuild(entries, report)
        elif stale or gone:
            self._index.update(entries, gone, report)
        return len(stale) + len(gone)

    def _entries(
        self, stamps: Mapping[str, Stamp], kept: dict[str, tuple[Section, ...]], shown: Shown
    ) -> Iterator[Entry]:
        departments = self.departments()
        paths = list(stamps)
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            cards = self._catalogue.by_ids([stamps[path].id for path in batch])
            for path in batch:
                sections = kept.pop(path, None)
                if sections is None:
                    with suppress(FileNotFoundError):
                        filed, _ = read_as(self._library.read, path, departments)
                        sections = filed.sections
                card = cards[stamps[path].id]
                attached = self._attached.texts.of(shown.get(path, ()))
                yield Entry(card.procedure, sections or (), stamps[path].fingerprint, attached)


class _Read(Struct):
    """What a refresh read of files: sections of few, and of all what their history takes."""

    sections: dict[str, tuple[Section, ...]] = field(default_factory=dict)
    said: dict[tuple[str, str], Described] = field(default_factory=dict)
    changed: int = 0
    removed: int = 0

    def note(self, filed: Filed, blob: str) -> None:
        said = filed.procedure
        self.said[said.path, blob] = Described.of(said, filed.named, filed.words)


def _differs(stamp: FileStamp, known: Mapping[str, Stamp]) -> bool:
    before = known.get(stamp.path)
    return before is None or (before.size, before.times) != (stamp.size, stamp.times)
