"""A process of its own that saves until it is killed, and tells what it was promised."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

from kb.app import build
from kb.parts import Parts
from tests.databases import load


def forked(home: Path, work: Callable[[Parts, Callable[[str], None]], None]) -> tuple[int, int]:
    """Run `work` over a knowledge base of its own in a child; (its pid, what it tells)."""
    return forked_with(lambda: build(load({}, home)), work)


def forked_with(
    make: Callable[[], Parts], work: Callable[[Parts, Callable[[str], None]], None]
) -> tuple[int, int]:
    """The same over the parts that `make` builds in the child.

    Forked, because starting Python and loading the search anew takes a second each time.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        work(make(), lambda text: _tell(writing, text))
        status = 0
    finally:
        # Whatever it raised is told; then this process ends, with nothing of pytest's.
        if status:
            _tell(writing, f"failed {traceback.format_exc()!r}")
        os._exit(status)


def _tell(pipe: int, text: str) -> None:
    os.write(pipe, f"{text}\n".encode())


def told(pipe: int, until: str | None = None) -> list[str]:
    """Whole lines that the child wrote: all before it ended, or up to the one that says `until`."""
    written = b""
    while until is None or f"{until}\n".encode() not in written:
        some = os.read(pipe, 65536)
        if not some:
            break
        written += some
    return written.decode().split("\n")[:-1]
