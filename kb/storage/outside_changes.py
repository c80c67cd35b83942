"""Changes made on disk by other hands, taken down in the history.

In kb's own repository they are committed at once, as "Changed on disk" by kb: nobody knows whose
hand it was. In a department's clone they are left to the person, whose commit bears their name;
what nobody has committed or touched for `QUIET` is committed likewise, so that the history has
no gap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.storage.git.purging import pack, purge
from kb.storage.git.refs import GitTrouble
from kb.storage.git.repository import CHANGED, FIRST, FOUND, Note
from kb.storage.memory import Memory
from kb.storage.transaction import Keeping

QUIET = timedelta(minutes=15)
TROUBLE = "history trouble"  # the name under which is remembered why changes are not in the history
_PENDING = "uncommitted"
_PURGE = "purge"

Progress = Callable[[str, int, int], None]


class OutsideChanges:
    """Compares files with the newest version and commits what differs."""

    def __init__(self, keeping: Keeping, memory: Memory) -> None:
        self._keeping = keeping
        self._memory = memory

    def take_down(
        self, changed: Collection[str], gone: Collection[str], now: datetime, progress: Progress
    ) -> None:
        """Commit these changes now, or remember them for later. Raises no trouble of git's.

        What cannot be committed is tried again each time; why not is the state `TROUBLE`.
        """
        waiting: dict[str, str] = json.loads(self._memory.state(_PENDING) or "{}")
        paths = {*changed, *gone, *waiting, DEPARTMENTS_FILE, SYNONYMS_FILE}
        trouble = ""
        try:
            with self._keeping.alone():
                left = self._committed(paths, waiting, now, progress)
                self._purge(now)
            pack(self._keeping.repository)
        except OSError as error:
            left, trouble = paths, error.strerror or str(error)
        self._remember(_PENDING, _told({path: waiting.get(path, now.isoformat()) for path in left}))
        self._remember(TROUBLE, trouble)

    def finish_what_was_begun(self) -> None:
        """End a killed save before files are listed; trouble with that is told by `take_down`."""
        with suppress(OSError), self._keeping.alone():
            pass

    def want_purge(self, procedure_id: str, paths: Collection[str]) -> None:
        """Take an erased procedure out of the history at the next chance."""
        wanted: dict[str, list[str]] = json.loads(self._memory.state(_PURGE) or "{}")
        wanted[procedure_id] = sorted(paths)
        self._memory.set_state(_PURGE, json.dumps(wanted))

    def _purge(self, now: datetime) -> None:
        asked = self._memory.state(_PURGE) or "{}"
        wanted: dict[str, list[str]] = json.loads(asked)
        for procedure_id, paths in wanted.items():
            note = Note(f"Erased {procedure_id}", FOUND, now)
            purge(self._keeping.repository, procedure_id, paths, note)
        self._memory.end_state(_PURGE, asked)

    def _committed(
        self, paths: set[str], waiting: dict[str, str], now: datetime, progress: Progress
    ) -> set[str]:
        """Commit what is due; returns what differs and is not."""
        if self._keeping.repository.head() is None:
            every = [*self._keeping.library.everything()]
            unreadable = self._commit(every, Note(FIRST, FOUND, now), progress)
            # What is changed from now on is found by its time, as ever.
            paths = unreadable.union(paths.difference(every))
        differing = [path for path in sorted(paths) if self._differs(path)]
        left_alone = self._keeping.repository.left_alone(differing)
        differing = [path for path in differing if path not in left_alone]
        due = [path for path in differing if self._due(path, waiting, now)]
        if due:
            self._commit(due, Note(CHANGED, FOUND, now), progress)
        return {path for path in differing if path not in due or self._differs(path)}

    def _commit(self, paths: list[str], note: Note, progress: Progress) -> set[str]:
        """Returns what could not be read."""

        def report(done: int) -> None:
            progress("Taking down", done, len(paths))

        return self._keeping.commit_found(paths, note, report)

    def _differs(self, path: str) -> bool:
        """A file that cannot be read does; it has its fault, and hides no other."""
        try:
            return self._keeping.differs(path)
        except GitTrouble:
            raise
        except OSError:
            return True

    def _due(self, path: str, waiting: dict[str, str], now: datetime) -> bool:
        if not self._keeping.repository.shared:
            return True
        if self._keeping.repository.is_ignored(path):
            return False
        stamp = self._keeping.library.stamp(path)
        since = datetime.fromisoformat(waiting.get(path, now.isoformat()))
        if stamp is not None:
            since = max(since, datetime.fromtimestamp(stamp.modified_ns / 1e9, now.tzinfo))
        return now - since >= QUIET

    def _remember(self, name: str, value: str) -> None:
        if (self._memory.state(name) or "") != value:
            self._memory.set_state(name, value)


def _told(waiting: dict[str, str]) -> str:
    return json.dumps(waiting, sort_keys=True) if waiting else ""
