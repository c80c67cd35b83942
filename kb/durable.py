"""What one process may do at a time, and what a crash may not lose. Standard library only."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_PATIENCE = 0.01  # seconds between two looks at a lock


@contextmanager
def alone(lock: Path, wait: float | None = None) -> Iterator[bool]:
    """Hold the file `lock`, which is made where it is missing; a process that dies lets go of it.

    Waits as long as it takes. With `wait`, at most that many seconds: False when somebody else
    holds it still. Raises OSError where its folder is not there: that may be a home that is away.
    """
    with lock.open("w") as file:
        if wait is None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield wait is None or _taken_within(file, wait)


def write_new(path: Path, raw: bytes, mode: int | None = None) -> None:
    """Write a file that was not there. No crash loses its bytes; its name, until `sync`, it may.

    `mode` is what it may be used for, by whom; else what is usual. Raises OSError: then it is not
    there.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o666 if mode is None else mode), "wb") as file:
        try:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(raw)
            settle(file)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def replace(path: Path, raw: bytes) -> None:
    """Write a file anew; at any moment it is the old one or the new one, whole. Raises OSError.

    Only for whoever is alone with it.
    """
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    write_new(beside, raw)
    switch(beside, path)


def switch(beside: Path, path: Path) -> None:
    """Give a settled file the name of another, which is gone with it."""
    beside.replace(path)
    sync(path.parent)


def settle(file: IO[bytes]) -> None:
    """Have what was written so far on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make names given and taken in `folder` outlast a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _taken_within(file: IO[str], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_PATIENCE)
        else:
            return True
