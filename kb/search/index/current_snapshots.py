"""The snapshots in service, of the sets of arrays that the index on disk names now."""

from __future__ import annotations

import threading
import time

from kb.search.index import array_file
from kb.search.index.index import Index, deleted_mask
from kb.search.index.snapshot import Snapshot

LOOK_AGAIN = 0.01  # seconds after which is looked what other processes did to the index
ATTEMPTS = 5  # to read an index that is being replaced


class CurrentSnapshots:
    """Loads what `index` puts in service; notices what other processes commit, after LOOK_AGAIN at
    most. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
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
                if not self._index.current.exists():
                    break
            except (OSError, array_file.Damaged):
                break
        self._seen, self._sets, self._looked_until = (), (), 0.0
        return ()

    def _load(self) -> None:
        """Take what is in service, if that is not what was seen last."""
        told = self._index.current.stat()
        seen = (told.st_ino, told.st_mtime_ns, told.st_size)
        if seen == self._seen:
            return
        with self._lock:
            if seen != self._seen:
                states = self._index.sets()
                sets = tuple(Snapshot(self._index.arrays(it), deleted_mask(it)) for it in states)
                self._sets, self._seen = sets, seen
