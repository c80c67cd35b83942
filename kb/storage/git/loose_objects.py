"""Git's loose objects, looked at before libgit2 reads them: it never ends with one cut short.

Each is a file of its own that never changes. One that is not whole is put aside under another
name, so that it is missing instead: that has an error, and costs what needs it alone.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kb.logs import log

ASIDE = ".damaged"
_EVERY = 1.0  # seconds between two looks
_PIECE = 1 << 16  # bytes
_FOLDERS = [f"{number:02x}" for number in range(256)]

Stamp = tuple[int, int]  # size and time of its last change


class LooseObjects:
    """Those of one repository. What was whole once is read again only when it changed."""

    def __init__(self) -> None:
        self._whole: dict[str, Stamp] = {}
        self._looked: dict[Path, float] = {}
        self._lock = threading.Lock()

    def look(self, objects: Path) -> bool:
        """Put aside what is not whole in the folder `objects`. Looks at most once a second; did it?

        Raises OSError where that cannot be put aside.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._looked.get(objects, -_EVERY) < _EVERY:
                return False
            self._looked[objects] = now
            for place, stamp in _loose(objects):
                if self._whole.get(place) != stamp:
                    if is_whole(Path(place)):
                        self._whole[place] = stamp
                    else:
                        _put_aside(Path(place))
        return True


def is_whole(file: Path) -> bool:
    """Can it be unpacked to its end, into as many bytes as it says? One gone meanwhile can."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        pieces = _unpacked(raw)
        head, sign, first = next(pieces, b"").partition(b"\0")
        told, length = int(head.split(b" ")[1]) if sign else -1, len(first)
        for piece in pieces:
            length += len(piece)
            if length > told:
                return False
    except (zlib.error, ValueError, IndexError):
        return False
    return length == told


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Piece by piece, to the end. Raises ValueError where that is missing."""
    unpacking = zlib.decompressobj()
    while not unpacking.eof:
        piece = unpacking.decompress(raw, _PIECE)
        if not (piece or unpacking.eof):
            raise ValueError("cut short")
        yield piece
        raw = unpacking.unconsumed_tail


def _loose(objects: Path) -> Iterator[tuple[str, Stamp]]:
    for name in _FOLDERS:
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(objects / name) as found:
            for entry in found:
                if len(entry.name) in (38, 62):
                    with suppress(FileNotFoundError):
                        told = entry.stat()
                        yield entry.path, (told.st_size, told.st_mtime_ns)


def _put_aside(file: Path) -> None:
    log().error("history_object_damaged", name=file.parent.name + file.name)
    file.replace(file.with_name(f"{file.name}{ASIDE}"))
