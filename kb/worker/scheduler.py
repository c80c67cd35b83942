"""What the background worker does every so often, each at its own pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct, field

from kb.logs import log
from kb.measuring.tracing import span

Tell = Callable[[str, str], None]  # takes a duty's name, and why it fails; "" where it does not
Note = Callable[[str, float], None]  # takes a duty's name, and how many seconds it took
_LONGEST = 60.0  # seconds between two attempts at what fails
_SHORTEST = 1.0


def silently(name: str, why: str) -> None:
    """Tell nobody."""


def unnoted(name: str, seconds: float) -> None:
    """Note nothing."""


class Job(Struct, frozen=True):
    """Something to do every `every` seconds. `run` gets the present time (aware, UTC).

    `apart`: it only begins work in a thread of its own, which tells itself how that goes.

    What it raises costs this job alone: it is told, and tried again after longer and longer
    pauses. So whatever it does must bear to be done twice, and to be killed in the middle.
    """

    name: str
    every: float
    run: Callable[[datetime], object]
    apart: bool = False


class Duty(Struct):
    """Something that may fail without stopping anything else."""

    name: str
    tell: Tell = silently
    note: Note = unnoted
    apart: bool = False
    _failures: int = 0

    def done(self, run: Callable[[], object]) -> bool:
        """Do it; whatever it raises is logged and told."""
        began = time.monotonic()
        try:
            with span("duty", **{"kb.duty": self.name}):
                run()
        except OSError as error:  # a full disk, a database or a mail server away
            self._failed(error.strerror or str(error))
            log().error("job_failed", job=self.name, why=str(error))
        except Exception as error:
            self._failed(f"{type(error).__name__}: {error}")
            logger = log()
            logger.exception("job_failed", job=self.name)
        else:
            if self._failures or not self.apart:
                self.tell(self.name, "")
            self._failures = 0
        if not self.apart:
            self.note(self.name, time.monotonic() - began)
        return self.well

    @property
    def well(self) -> bool:
        """Did it not fail the last time?"""
        return not self._failures

    def pause(self, every: float) -> float:
        """Seconds until it is to be done again, where that is every so many."""
        if self._failures < 2:
            return every
        longer = max(every, _SHORTEST) * 2.0 ** min(self._failures - 1, 16)
        return min(longer, max(_LONGEST, every))

    def _failed(self, why: str) -> None:
        self._failures += 1
        self.tell(self.name, why)


class Scheduler(Struct):
    """All jobs, with when each was last done (by the monotonic clock)."""

    of: tuple[Job, ...]
    tell: Tell = silently
    doing: Callable[[str], None] = lambda name: None
    note: Note = unnoted
    _done: dict[str, float] = field(default_factory=dict)
    _duties: dict[str, Duty] = field(default_factory=dict)

    def run_due(self) -> None:
        """Do those whose time has come; all of them the first time."""
        for job in self._due(self.of):
            self._done[job.name] = time.monotonic()
            self.doing(job.name)
            self._duty(job).done(partial(job.run, datetime.now(UTC)))
        self.doing("")

    def _due(self, jobs: Iterable[Job]) -> list[Job]:
        now = time.monotonic()
        return [
            job
            for job in jobs
            if job.name not in self._done
            or now - self._done[job.name] >= self._duty(job).pause(job.every)
        ]

    def _duty(self, job: Job) -> Duty:
        return self._duties.setdefault(job.name, Duty(job.name, self.tell, self.note, job.apart))
