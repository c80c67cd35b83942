"""Work of the background worker that takes long, done beside what must not wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from kb.logs import log


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
    ) -> None:
        self._name = name
        self._wanted = wanted
        self._work = work
        self._rest = rest
        self._rests_until = 0.0
        self._thread: threading.Thread | None = None

    def begin(self, _now: datetime) -> None:
        """Start it, unless it is at work already or nothing is to be done."""
        busy = self._thread is not None and self._thread.is_alive()
        rested = time.monotonic() >= self._rests_until
        if not busy and rested and self._wanted():
            self._thread = threading.Thread(target=self._quietly, daemon=True)
            self._thread.start()

    def _quietly(self) -> None:
        began = time.monotonic()
        try:
            self._work()
        except OSError as error:
            log().error("job_failed", job=self._name, why=str(error))
        ended = time.monotonic()
        self._rests_until = ended + self._rest * (ended - began)
