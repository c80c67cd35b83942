"""Work of the background worker that takes long, done beside what must not wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from kb.worker.scheduler import Duty, Job, Note, Tell, silently, unnoted


class LongJob:
    """A job in a thread of its own: begun where `wanted` says so, and never twice at once.

    After the work it rests `rest` times as long as that took, so that it never fills the machine.
    """

    def __init__(
        self,
        name: str,
        wanted: Callable[[], object],
        work: Callable[[], object],
        rest: float = 0.0,
        tell: Tell = silently,
        note: Note = unnoted,
    ) -> None:
        self.name = name
        self._wanted = wanted
        self._work = work
        self._rest = rest
        self._rests_until = 0.0
        self._thread: threading.Thread | None = None
        self._duty = Duty(name, tell, note)

    def begin(self, _now: datetime) -> None:
        """Start it, unless it is at work already or nothing is to be done."""
        busy = self._thread is not None and self._thread.is_alive()
        rested = time.monotonic() >= self._rests_until
        if not busy and rested and self._wanted():
            self._thread = threading.Thread(target=self._quietly, daemon=True)
            self._thread.start()

    def job(self, every: float) -> Job:
        """Begin it every so many seconds, where it is wanted."""
        return Job(self.name, every, self.begin, apart=True)

    def _quietly(self) -> None:
        began = time.monotonic()
        self._duty.done(self._work)
        ended = time.monotonic()
        self._rests_until = ended + max(self._rest * (ended - began), self._duty.pause(0.0))
