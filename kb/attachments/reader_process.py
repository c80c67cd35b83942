"""A process that reads files, within bounds of time and memory: if one kills it, it costs that one.

It is begun anew for the next file, and after many, so that nothing gathers in it.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, msgpack

from kb.search.index.attached_texts import TextOfFile

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

MOST_FILES = 100  # that one process reads
_SPLIT = "split it, or save it anew in a smaller size"
TOO_LONG = TextOfFile((), "reading it takes too long", _SPLIT)
TOO_MUCH = TextOfFile((), "reading it takes too much memory", _SPLIT)
DIED = TextOfFile((), "it breaks the program that reads it", "save it anew in the program it is of")


class Bounds(Struct, frozen=True):
    """What reading one file may take: seconds, and bytes of memory."""

    seconds: float = 60.0
    memory: int = 1_000_000_000


class ReaderProcess:
    """Reads one file after the other in another process. For one thread."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._process: BaseProcess | None = None
        self._files = 0

    def read(self, name: str, raw: bytes) -> TextOfFile:
        """What the file says, or why that cannot be known."""
        if self._process is None:
            self._begin()
        self._files += 1
        try:
            self._to.send_bytes(name.encode("utf-8", "replace"))
            self._to.send_bytes(raw)
            if not self._from.poll(self._bounds.seconds):
                self.end()
                return TOO_LONG
            found = msgpack.decode(self._from.recv_bytes(), type=TextOfFile)
        except (EOFError, OSError):
            self.end()
            return DIED
        if self._files >= MOST_FILES or found.why == TOO_MUCH.why:
            self.end()
        return found

    def end(self) -> None:
        """Whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._to.close()
            self._from.close()
            self._process = None

    def _begin(self) -> None:
        import multiprocessing  # only here: most processes begin none

        context = multiprocessing.get_context("spawn")
        theirs_to, self._to = context.Pipe(duplex=False)
        self._from, theirs_from = context.Pipe(duplex=False)
        arguments = (theirs_to, theirs_from, self._bounds)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        self._process.start()
        theirs_to.close()
        theirs_from.close()
        self._files = 0


@contextmanager
def reader_process(bounds: Bounds) -> Iterator[ReaderProcess]:
    """Begun with the first file."""
    process = ReaderProcess(bounds)
    try:
        yield process
    finally:
        process.end()


def serve(asked: Connection, told: Connection, bounds: Bounds) -> None:
    """In that process: read what is asked for, until nobody asks any more."""
    _bind(bounds)
    with suppress(EOFError, OSError):
        while True:
            name = asked.recv_bytes().decode()
            raw = asked.recv_bytes()
            _bound_time(bounds)
            told.send_bytes(msgpack.encode(_read(name, raw)))


def _read(name: str, raw: bytes) -> TextOfFile:
    from kb.attachments.readers.reading import read  # only in the process that reads

    try:
        return read(name, raw)
    except MemoryError:
        return TOO_MUCH


def _bind(bounds: Bounds) -> None:
    """Nothing but so much memory more than now, no file written, behind all others."""
    with suppress(OSError):
        os.nice(5)
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
