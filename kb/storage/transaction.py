"""Files and their history changed together: both or neither, and finished after a kill.

The order: write down the intent, write the new texts beside the old ones, write git's objects,
switch the names, move the branch, strike the intent. Whoever takes the lock next first ends what
a killed one began: when any of its files has its new text the rest follows, else it is forgotten.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from kb import durable
from kb.storage.files.atomic_writes import sweep, written
from kb.storage.files.bulk_reading import ManyFiles
from kb.storage.files.library import Library
from kb.storage.git.refs import Moved
from kb.storage.git.repository import CHANGED, FOUND, Note, Prepared, Repository, hash_of
from kb.storage.write_ahead_log import Intent, WriteAheadLog

Changes = Mapping[str, bytes | None]
Progress = Callable[[int], None]  # is told how many files are done
_TRIES = 5
_EVERY = 100  # files, progress is told


class Keeping:
    """The content folder together with its repository. One process at a time changes them."""

    def __init__(self, library: Library, repository: Repository, var: Path) -> None:
        self.library = library
        self.repository = repository
        self._log = WriteAheadLog(var / "saving")
        self._lock = var / "saving.lock"
        self._threads = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes files or history through kb meanwhile; what a kill left is ended."""
        with self._threads, durable.alone(self._lock):
            self._recover()
            yield

    def apply(self, changes: Changes, note: Note) -> str:
        """Change these files and commit that, inside `alone`; returns the commit.

        None removes a file. What is replaced must be in the newest version (`settled`). Raises
        OSError (GitTrouble and ChangedMeanwhile are some): then all is as it was.
        """
        self.repository.ensure_at_rest()
        changes = {path: self._cleaned(path, raw) for path, raw in changes.items()}
        own = [path for path in changes if not self.repository.is_filtered(path)]
        after = {path: self._named(path, changes[path]) for path in own}

        def prepare() -> Prepared:
            with self.repository.storing(len(own)) as store:
                for raw in (changes[path] for path in own):
                    if raw is not None:
                        store(raw)
            return self.repository.prepare(after, note)

        if not after:
            with written(self.library.root, changes) as switch:
                switch.switch()
            return self.repository.head() or ""
        return self._apply(changes, after, prepare, note, tries=_TRIES)

    def _cleaned(self, path: str, raw: bytes | None) -> bytes | None:
        return None if raw is None else self.repository.cleaned(path, raw)

    def _named(self, path: str, raw: bytes | None) -> str | None:
        """What git would call these bytes in that place."""
        return None if raw is None else hash_of(self.repository.cleaned(path, raw))

    def apply_prepared(
        self, prepared: Prepared, note: Note, anew: Collection[str] = frozenset()
    ) -> None:
        """Put a commit's files in their places, inside `alone`. Raises as `apply` does.

        `anew` are paths where the commit before has something that is no file, and is gone.
        """
        changes = {
            path: None if blob is None else self.repository.bytes_of(blob)
            for path, blob in prepared.blobs.items()
        }
        self._apply(changes, prepared.blobs, lambda: prepared, note, tries=1, anew=anew)

    def _apply(
        self,
        changes: Changes,
        after: dict[str, str | None],
        prepare: Callable[[], Prepared],
        note: Note,
        tries: int,
        anew: Collection[str] = frozenset(),
    ) -> str:
        blob = self.repository.blobs(self.repository.head())
        before = {path: None if path in anew else blob(path) for path in after}

        def may_go(path: str, raw: bytes | None) -> bool:
            return path not in after or self._named(path, raw) in (before[path], after[path])

        page = self._log.enter(Intent(before, after, note))
        try:
            with written(self.library.root, changes) as switch:
                prepared = prepare()
                switch.switch(may_go)
                prepared = self._published(prepared, note, before, tries)
        finally:
            page.unlink(missing_ok=True)
        return prepared.id

    def settled(self, path: str, now: datetime) -> bytes | None:
        """The file on disk, inside `alone`; other hands' change gets a version of its own first."""
        raw = self.on_disk(path)
        if self.differs(path):
            self.commit_found([path], Note(CHANGED, FOUND, now))
        return raw

    def differs(self, path: str) -> bool:
        """Is the file on disk another than in the newest version?"""
        return bool(self.differing([path]))

    def differing(self, paths: Collection[str]) -> list[str]:
        """Those of these files that are others on disk than in the newest version."""
        committed = self.repository.blobs(self.repository.head())
        differ = [path for path in paths if committed(path) != self.blob_on_disk(path)]
        return [path for path in differ if not self.repository.is_filtered(path)]

    def commit_found(
        self, paths: Collection[str], note: Note, progress: Progress = lambda done: None
    ) -> set[str]:
        """Commit what is on disk already where the history says otherwise; inside `alone`.

        What cannot be read is left out, and returned.
        """
        self.repository.ensure_at_rest()
        committed = self.repository.blobs(self.repository.head())
        files = ManyFiles(self.library)
        blobs: dict[str, str | None] = {}
        unreadable: set[str] = set()
        with self.repository.storing(len(paths)) as store:
            for done, path in enumerate(paths):
                try:
                    raw = _there(files, path)
                except OSError:
                    unreadable.add(path)
                else:
                    raw = self._cleaned(path, raw)
                    blob = None if raw is None else hash_of(raw)
                    if committed(path) != blob and not self.repository.is_filtered(path):
                        blobs[path] = None if raw is None else store(raw)
                if done % _EVERY == 0:
                    progress(done)
        if blobs:
            self._commit(blobs, note)
        return unreadable

    def _commit(self, blobs: dict[str, str | None], note: Note) -> str:
        return self._published(self.repository.prepare(blobs, note), note, {}, _TRIES).id

    def _published(
        self, prepared: Prepared, note: Note, before: Mapping[str, str | None], tries: int
    ) -> Prepared:
        """On the branch, behind what people commit meanwhile."""
        try:
            self.repository.publish(prepared, note, before)
        except Moved:
            if tries == 1:
                raise
        else:
            return prepared
        for _ in range(tries - 2):
            with suppress(Moved):
                return self.repository.publish_anew(prepared.blobs, note, before)
        return self.repository.publish_anew(prepared.blobs, note, before)

    def on_disk(self, path: str) -> bytes | None:
        """The file's bytes; None where there is none. Raises OSError."""
        try:
            return self.library.read_any(path)
        except FileNotFoundError:
            return None

    def blob_on_disk(self, path: str) -> str | None:
        """What git would call the file as it is now; None where there is none. Raises OSError."""
        file = self.library.root.joinpath(*path.split("/"))
        return self._named(path, file.read_bytes()) if file.is_file() else None

    def _recover(self) -> None:
        for page, intent in self._log.left():
            self.repository.release_locks()
            if intent is not None:
                self._finish(intent)
            page.unlink(missing_ok=True)

    def _finish(self, intent: Intent) -> None:
        for folder in {
            self.library.root.joinpath(*path.split("/")).parent for path in intent.after
        }:
            if folder.is_dir():
                sweep(folder)
        now = {path: self.blob_on_disk(path) for path in intent.after}
        changed = {path for path, blob in intent.after.items() if intent.before[path] != blob}
        if not any(now[path] == intent.after[path] for path in changed):
            return
        # A file that somebody changed since stays as it is; it is found as any other change.
        mine = {path for path in changed if now[path] in (intent.before[path], intent.after[path])}
        texts = {
            path: None if blob is None else self.repository.bytes_of(blob)
            for path, blob in intent.after.items()
            if path in mine
        }
        behind = {path: text for path, text in texts.items() if now[path] != intent.after[path]}
        with written(self.library.root, behind) as rest:
            rest.switch()
        self.commit_found(texts, intent.note)
        self.repository.stage({path: intent.after[path] for path in mine}, intent.before)


def _there(files: ManyFiles, path: str) -> bytes | None:
    """The file's bytes; None where there is none. Raises OSError."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None
