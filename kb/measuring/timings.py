"""How long pages and searches took in each of the last hours, counted by every process in a file.

A file is mapped into memory: to count is to add one to a number there, no kill loses it, and nobody
writes to the database for it. It has a slot an hour, and in that a count for each kind and span of
time; spans grow by a fifth, so what is read off is exact to a tenth.
"""

from __future__ import annotations

import math
import mmap
import os
import secrets
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

KINDS = ("page", "search")
HOURS = 48  # slots
DAY = 24
_GROWTH = 1.2
_SHORTEST = 0.1  # milliseconds
_SPANS = 80  # the last one begins at three minutes
_HEAD = struct.Struct("<8sqqd8s")  # what it is, process, its start by the system, since when, role
_MAGIC = b"kb-time1"
_PER_KIND = _SPANS * 8
_PER_SLOT = 8 + len(KINDS) * _PER_KIND
_SIZE = _HEAD.size + HOURS * _PER_SLOT
_HOUR = 3600.0
_NUMBER = struct.Struct("<Q")


class Process(Struct, frozen=True):
    """One that counts: `since` is when it began, in seconds since 1970; `role` is web or worker."""

    id: int
    role: str
    since: float


class TimeSpread(Struct, frozen=True):
    """How many there were, and within how many milliseconds half and 95 % of them were done."""

    count: int
    half: float
    most: float


class Timings:
    """Counts for this process, after a fork for each of the two by itself."""

    def __init__(self, folder: Path, role: str) -> None:
        self._folder, self._role = folder, role
        self._lock = threading.Lock()
        self._pid = 0
        self._map: mmap.mmap | None = None

    def begin(self) -> None:
        """Have a file, so that whoever looks sees this process; a full disk hinders nobody."""
        with suppress(OSError), self._lock:
            self._mapped()

    def note(self, kind: str, ms: float, now: float | None = None) -> None:
        """That one took so long. Where there is no room for a file it is not counted."""
        hour = int((time.time() if now is None else now) // _HOUR)
        with suppress(OSError), self._lock:
            file, at = self._mapped(), _slot(hour)
            if _NUMBER.unpack_from(file, at)[0] != hour:
                file[at : at + _PER_SLOT] = bytes(_PER_SLOT)
                _NUMBER.pack_into(file, at, hour)
            at += 8 + KINDS.index(kind) * _PER_KIND + _span(ms) * 8
            _NUMBER.pack_into(file, at, _NUMBER.unpack_from(file, at)[0] + 1)

    def _mapped(self) -> mmap.mmap:
        if self._map is None or self._pid != os.getpid():
            self._map, self._pid = _made(self._folder, self._role), os.getpid()
        return self._map


def timings_folder(var: Path) -> Path:
    """Where the processes of a home count."""
    return var / "timings"


def spread(folder: Path, kind: str, now: float, hours: int = DAY) -> TimeSpread:
    """Of all processes, living and dead, in the last `hours` and the one that has begun."""
    newest, counts = int(now // _HOUR), [0] * _SPANS
    for raw in _files(folder):
        for hour in range(newest - hours, newest + 1):
            at = _slot(hour)
            if _NUMBER.unpack_from(raw, at)[0] == hour:
                at += 8 + KINDS.index(kind) * _PER_KIND
                found = struct.unpack_from(f"<{_SPANS}Q", raw, at)
                counts = [a + b for a, b in zip(counts, found, strict=True)]
    total = sum(counts)
    return TimeSpread(total, _within(counts, total * 0.5), _within(counts, total * 0.95))


def processes(folder: Path) -> list[Process]:
    """Those that live."""
    told = [_HEAD.unpack_from(raw) for raw in _files(folder)]
    return sorted(
        (
            Process(id, role.rstrip(b"\0").decode("ascii", "replace"), since)
            for _, id, begun, since, role in told
            if _lives(id, begun)
        ),
        key=lambda one: (one.role, one.since),
    )


def forget(folder: Path, now: float) -> None:
    """Delete the files of dead processes, once nothing in them counts any more."""
    for path in folder.glob("*.hours"):
        with suppress(OSError):
            raw = path.read_bytes()
            whole = len(raw) == _SIZE
            lives = whole and _lives(*_HEAD.unpack_from(raw)[1:3])
            if not lives and now - path.stat().st_mtime > HOURS * _HOUR:
                path.unlink()


def _made(folder: Path, role: str) -> mmap.mmap:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.hours"
    head = (_MAGIC, os.getpid(), _begun(os.getpid()), time.time(), role.encode())
    path.write_bytes(_HEAD.pack(*head) + bytes(_SIZE - _HEAD.size))  # a full disk says so here
    path.chmod(0o600)
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _SIZE)


def _files(folder: Path) -> Iterator[bytes]:
    for path in folder.glob("*.hours"):
        with suppress(OSError):
            raw = path.read_bytes()
            if len(raw) == _SIZE and raw.startswith(_MAGIC):
                yield raw


def _slot(hour: int) -> int:
    return _HEAD.size + hour % HOURS * _PER_SLOT


def _span(ms: float) -> int:
    if ms <= _SHORTEST:
        return 0
    return min(int(math.log(ms / _SHORTEST, _GROWTH)) + 1, _SPANS - 1)


def _within(counts: list[int], wanted: float) -> float:
    """The middle of the span in which so many are reached, in milliseconds."""
    reached = 0
    for span, count in enumerate(counts):
        reached += count
        if count and reached >= wanted:
            return float(_SHORTEST * _GROWTH ** (span - 0.5))
    return 0.0


def _lives(id: int, begun: int) -> bool:
    try:
        os.kill(id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return _begun(id) == begun
    return _begun(id) == begun


def _begun(id: int) -> int:
    """When the system began that process, which tells it from a later one of the same number.

    0 where the system does not tell.
    """
    try:
        told = Path(f"/proc/{id}/stat").read_text(encoding="ascii", errors="replace")
        return int(told.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0
