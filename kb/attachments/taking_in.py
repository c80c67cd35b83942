"""Files beside procedures taken in: those that are new or changed are read, then found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from kb import durable
from kb.attachments.reader_process import ReaderProcess, reader_process
from kb.bounded_process import Bounds
from kb.catalogue.sql.attached_files import AttachedFiles, KnownFile
from kb.catalogue.sql.catalogue import Catalogue
from kb.publishing.refreshing.publisher import Publisher
from kb.search.index.attached_texts import AttachedTexts, TextOfFile
from kb.storage.files.library import Library

LARGEST = 50_000_000  # bytes of a file
_FOUND_WITHIN = 60.0  # seconds after which what was read so far is taken up, while more waits
Progress = Callable[[str, int, int], None]


class _File(Struct, frozen=True):
    """A file that is there: its path, its place on disk, and what tells that it changed."""

    path: str
    place: Path
    size: int
    times: int


class TakingIn:
    """Reads what procedures show, each content once. One process at a time does."""

    def __init__(
        self,
        library: Library,
        files: AttachedFiles,
        texts: AttachedTexts,
        catalogue: Catalogue,
        publisher: Publisher,
        lock: Path,
        bounds: Bounds,
    ) -> None:
        self._library = library
        self._files = files
        self._texts = texts
        self._catalogue = catalogue
        self._publisher = publisher
        self._lock = lock
        self._bounds = bounds

    def keep_up(
        self,
        today: Callable[[], date] = date.today,
        progress: Progress = lambda what, done, total: None,
        wait: float | None = 0.0,
    ) -> int:
        """Read what is new or changed; returns how many files that was.

        Where another process is at it still after `wait` seconds (None: however long it takes),
        it is left to that. Raises OSError.
        """
        with durable.alone(self._lock, wait) as entered:
            return self._kept_up(today, progress) if entered else 0

    def _kept_up(self, today: Callable[[], date], progress: Progress) -> int:
        known, there = self._files.known(), list(self._there())
        gone = known.keys() - {file.path for file in there}
        stale = [file for file in there if self._differs(file, known.get(file.path))]
        self._files.forget(gone)
        taken_up = time.monotonic()
        with reader_process(self._bounds) as reader:
            for nth, file in enumerate(stale):
                progress("Attachments", nth, len(stale))
                self._read(file, reader)
                if time.monotonic() - taken_up > _FOUND_WITHIN:
                    self._take_up(today())
                    taken_up = time.monotonic()
        if stale or gone:
            self._take_up(today())
            self._texts.forget_but({one.digest for one in self._files.known().values()})
            progress("Attachments", len(stale), len(stale))
        return len(stale)

    def _there(self) -> Iterator[_File]:
        for path in self._files.shown():
            try:
                place = self._library.attachment(path)
                found = place.stat()
            except OSError:  # a link to nowhere is told with the procedure's faults
                continue
            yield _File(path, place, found.st_size, found.st_mtime_ns + found.st_ctime_ns)

    def _differs(self, file: _File, before: KnownFile | None) -> bool:
        if before is None or (before.size, before.times) != (file.size, file.times):
            return True
        return bool(before.digest) and not self._texts.has(before.digest)

    def _read(self, file: _File, reader: ReaderProcess) -> None:
        if file.size > LARGEST:
            most = LARGEST // 1_000_000
            told = ("", 0, f"it is larger than {most} MB", "split it, or save it in a smaller size")
            self._files.record(file.path, KnownFile(file.size, file.times, *told))
            return
        try:
            raw = file.place.read_bytes()
        except OSError as error:
            why = f"it cannot be read: {error.strerror}"
            told = ("", 0, why, "see to its rights")
            self._files.record(file.path, KnownFile(file.size, file.times, *told))
            return
        digest = sha256(raw).hexdigest()
        text = self._texts.get(digest) or self._anew(file.path, raw, digest, reader)
        found = KnownFile(file.size, file.times, digest, len(text.places), text.why, text.remedy)
        self._files.record(file.path, found)

    def _anew(self, path: str, raw: bytes, digest: str, reader: ReaderProcess) -> TextOfFile:
        text = reader.read(path.rpartition("/")[2], raw)
        self._texts.keep(digest, text)
        return text

    def _take_up(self, today: date) -> None:
        self._catalogue.set_state("checked", "")  # what is not searched is a fault
        self._publisher.refresh(today)
