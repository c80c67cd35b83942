"""Work of the background worker that takes long, done beside what must not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

log = structlog.get_logger()


class Beside:
    """A duty in a thread of its own: begun where `wanted` says so, and never twice at once."""

    def __init__(self, name: str, wanted: Callable[[], object], work: Callable[[], object]) -> None:
        self._name = name
        self._wanted = wanted
        self._work = work
        self._thread: threading.Thread | None = None

    def begin(self, _now: datetime) -> None:
        """Start it, unless it is at work already or nothing is to be done."""
        busy = self._thread is not None and self._thread.is_alive()
        if not busy and self._wanted():
            self._thread = threading.Thread(target=self._quietly, daemon=True)
            self._thread.start()

    def _quietly(self) -> None:
        try:
            self._work()
        except OSError as error:
            log.error("duty_failed", duty=self._name, why=str(error))
