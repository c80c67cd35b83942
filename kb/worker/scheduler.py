"""What the background worker does every so often, each at its own pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct, field

from kb.logs import log


class Job(Struct, frozen=True):
    """Something to do every `every` seconds. `run` gets the present time (aware, UTC).

    It may raise OSError (a full disk, a database or a mail server away): the next time tries
    again, so whatever it does must bear to be done twice, and to be killed in the middle.
    """

    name: str
    every: float
    run: Callable[[datetime], object]


class Scheduler(Struct):
    """All jobs, with when each was last done (by the monotonic clock)."""

    of: tuple[Job, ...]
    _done: dict[str, float] = field(default_factory=dict)

    def run_due(self) -> None:
        """Do those whose time has come; all of them the first time."""
        for job in self._due(self.of):
            self._done[job.name] = time.monotonic()
            try:
                job.run(datetime.now(UTC))
            except OSError as error:
                log().error("job_failed", job=job.name, why=str(error))

    def _due(self, jobs: Iterable[Job]) -> list[Job]:
        now = time.monotonic()
        return [
            job
            for job in jobs
            if job.name not in self._done or now - self._done[job.name] >= job.every
        ]
