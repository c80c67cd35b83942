"""A process that does one kind of work on files, within bounds of time and memory, and may die.

It is begun with the first file, kept for the next, and begun anew after many, so that nothing
gathers in it. What was not asked for a while ends itself.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Work = Callable[[bytes, bytes], bytes]  # a function of a module, so that the process can load it
MOST_FILES = 100  # that one process does
_IDLE = 60.0  # seconds after which a process that nobody asks ends itself
_DONE, _NO_MEMORY = b"+", b"-"


class Bounds(Struct, frozen=True):
    """What one file may take: seconds, and bytes of memory; and how far it stands behind others."""

    seconds: float = 60.0
    memory: int = 1_000_000_000
    nice: int = 5


class EndedBy(Enum):
    """Why nothing came of it, as what is said of the file."""

    TIME = "reading it takes too long"
    MEMORY = "reading it takes too much memory"
    DEATH = "it breaks the program that reads it"


class Unfinished(Exception):
    """The work on a file was given up."""

    def __init__(self, by: EndedBy) -> None:
        super().__init__(by.value)
        self.by = by


class BoundedProcess:
    """Does one file after the other in another process. For one thread at a time."""

    def __init__(self, work: Work, bounds: Bounds) -> None:
        self._work = work
        self._bounds = bounds
        self._process: BaseProcess | None = None
        self._files = 0
        self._used = 0.0

    def do(self, asked: bytes, raw: bytes) -> bytes:
        """What the work makes of what is asked of a file. Raises Unfinished."""
        if time.monotonic() - self._used > _IDLE / 2:
            self.end()
        if self._process is None:
            self._begin()
        self._files += 1
        try:
            return self._answer(asked, raw)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._to.close()
            self._from.close()
            self._process = None

    def _answer(self, asked: bytes, raw: bytes) -> bytes:
        try:
            self._to.send_bytes(asked)
            self._to.send_bytes(raw)
            if not self._from.poll(self._bounds.seconds):
                raise Unfinished(EndedBy.TIME)
            how, made = self._from.recv_bytes(), self._from.recv_bytes()
        except (EOFError, OSError) as error:
            raise Unfinished(EndedBy.DEATH) from error
        if how == _NO_MEMORY:
            raise Unfinished(EndedBy.MEMORY)
        self._used = time.monotonic()
        if self._files >= MOST_FILES:
            self.end()
        return made

    def _begin(self) -> None:
        import multiprocessing  # only here: most processes begin none

        context = multiprocessing.get_context("spawn")
        theirs_to, self._to = context.Pipe(duplex=False)
        self._from, theirs_from = context.Pipe(duplex=False)
        arguments = (theirs_to, theirs_from, self._work, self._bounds)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        self._process.start()
        theirs_to.close()
        theirs_from.close()
        self._files = 0


def serve(asked: Connection, told: Connection, work: Work, bounds: Bounds) -> None:
    """In that process: do what is asked for, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts its parent ends it by that
    _bind(bounds)
    with suppress(EOFError, OSError):
        while asked.poll(_IDLE):
            _bound_time(bounds)
            # Whatever is raised here ends it: its parent waits until all is taken.
            how, made = _done(work, asked.recv_bytes(), asked.recv_bytes())
            told.send_bytes(how)
            told.send_bytes(made)


def _done(work: Work, asked: bytes, raw: bytes) -> tuple[bytes, bytes]:
    try:
        return _DONE, work(asked, raw)
    except MemoryError:
        return _NO_MEMORY, b""


def _bind(bounds: Bounds) -> None:
    """Nothing but so much memory more than now, no file written, behind others."""
    with suppress(OSError):
        os.nice(bounds.nice)
    taken = 0
    with suppress(OSError):  # elsewhere than on Linux
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        taken = pages * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, taken + bounds.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def _bound_time(bounds: Bounds) -> None:
    """Also where its parent is gone and no longer looks at the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + bounds.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
