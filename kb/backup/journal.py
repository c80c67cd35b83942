"""How backups go, in one small file that all processes read: the one at work, the last failure."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import MsgspecError, Struct, json
from msgspec.structs import replace

from kb import durable


class Entry(Struct, frozen=True):
    """What was told last.

    `since` is the moment from which backups were expected, `last` that of the newest one; `asked`:
    somebody wants one now. `doing`, `done` and `total` tell how far the one at work is. `trouble`
    is of the last attempt, at `failed_at`; "" where it went well. `seconds` says of each backup how
    long it took.
    """

    since: datetime | None = None
    last: datetime | None = None
    asked: bool = False
    doing: str = ""
    done: int = 0
    total: int = 0
    failed_at: datetime | None = None
    trouble: str = ""
    faults: tuple[str, ...] = ()
    seconds: dict[str, float] = {}


class Journal:
    """Written by whoever is at work; read by the pages."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> Entry:
        """What it says; nothing where there is none, or it cannot be read."""
        try:
            return json.decode(self._file.read_bytes(), type=Entry)
        except (OSError, MsgspecError, UnicodeDecodeError):
            return Entry()

    def change(self, **what: object) -> None:
        """Raises OSError."""
        with durable.alone(self._file.with_name("backup-journal.lock")):
            entry = replace(self.read(), **what)
            durable.replace(self._file, json.encode(entry))

    def change_if_possible(self, **what: object) -> None:
        """For what may be lost: a full disk is told elsewhere."""
        with suppress(OSError):
            self.change(**what)
