"""The snapshots in service, of the sets of arrays that the index on disk names now."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from kb.search.index import array_file
from kb.search.index.array_file import Array
from kb.search.index.index import Index, OtherIndex, SetState, deleted_mask
from kb.search.index.snapshot import Snapshot

LOOK_AGAIN = 0.01  # seconds after which is looked what other processes did to the index
ATTEMPTS = 5  # to read an index that is being replaced

Seen = tuple[int, ...]


class CurrentSnapshots:
    """Loads what `index` puts in service; notices what other processes commit, after LOOK_AGAIN at
    most. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._seen: Seen = ()
        self._files: dict[Path, Seen] = {}  # of the sets, as they were when they were loaded
        self._known: dict[Path, dict[str, Array]] = {}
        self._sets: tuple[Snapshot, ...] = ()
        self._looked_until, self._switches = 0.0, 0

    def __call__(self) -> tuple[Snapshot, ...]:
        """The snapshots in service now; none where there is no usable index."""
        now, switches = time.monotonic(), self._index.switches
        if now < self._looked_until and switches == self._switches:
            return self._sets
        for _ in range(ATTEMPTS):
            try:
                self._load()
                self._looked_until, self._switches = now + LOOK_AGAIN, switches
                return self._sets
            except FileNotFoundError:
                if not self._index.in_service:
                    break
            except OtherIndex:
                break
            except array_file.Damaged as error:
                self._index.retire(str(error))
                break
            except OSError:
                break
        else:
            self._index.retire("a file of it is missing")
        self._seen, self._sets, self._looked_until = (), (), now + LOOK_AGAIN
        self._switches = self._index.switches
        return ()

    def _load(self) -> None:
        """Take what is in service, if that is not what was seen last."""
        seen = _stamp(self._index.current)
        if seen == self._seen and self._stand():
            return
        with self._lock:
            if seen != self._seen or not self._stand():
                states = self._index.sets()
                files = tuple((self._index.set_file(one), one) for one in states)
                known = {file: self._arrays(file, one) for file, one in files}
                self._sets = tuple(Snapshot(known[file], deleted_mask(one)) for file, one in files)
                self._files = {file: _stamp(file) for file in known}
                self._known, self._seen = known, seen

    def _stand(self) -> bool:
        """Did nobody write to their files? Whoever reads beyond the end of one is ended."""
        return all(_stamp(file) == seen for file, seen in self._files.items())

    def _arrays(self, file: Path, one: SetState) -> dict[str, Array]:
        """Every byte is compared with its checksum, once."""
        if file in self._known and self._files.get(file) == _stamp(file):
            return self._known[file]
        return self._index.arrays(one, whole=True)


def _stamp(file: Path) -> Seen:
    told = file.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size
