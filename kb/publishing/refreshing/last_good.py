"""A file of settings as it was when it could last be read: one slip in it costs nothing else.

What it said then is kept in var/, so that a restart knows it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from kb import durable
from kb.procedures.model import Fault


class Faulty(Protocol):
    """What was read of a file, with what is wrong in it."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of it."""


Settings = TypeVar("Settings", bound=Faulty)


class Holding(Struct, Generic[Settings], frozen=True):
    """What holds, and the bytes it is read from. `found` are the faults of the file as it is now;

    with `older`, it does not hold for them, but what it said before.
    """

    source: bytes
    settings: Settings
    found: tuple[Fault, ...] = ()
    older: bool = False


class LastGood(Generic[Settings]):
    """`source` gives the bytes of the file, `spoilt` says whether what they say cannot hold."""

    def __init__(
        self,
        source: Callable[[], bytes],
        parse: Callable[[bytes], Settings],
        spoilt: Callable[[Settings], bool],
        kept: Path,
    ) -> None:
        self._source = source
        self._parse = parse
        self._spoilt = spoilt
        self._kept = kept
        self._read: tuple[bytes | None, Holding[Settings]] = (None, Holding(b"", parse(b"")))
        self._good: Holding[Settings] | None = None

    def __call__(self) -> Holding[Settings]:
        """What holds now; looked at anew each time, parsed only when it changed."""
        try:
            raw = self._source()
        except OSError as error:
            return self._instead(b"#", (_unreadable(self._kept.name, error),))
        before, standing = self._read
        if raw != before:
            standing = self._new(raw)
            self._read = (raw, standing)
        return standing

    def keep(self) -> None:
        """Have what holds outlast this process. Raises OSError."""
        standing = self()
        if not standing.older and standing.source.strip() and standing.source != self._on_disk():
            self._kept.parent.mkdir(exist_ok=True)
            durable.replace(self._kept, standing.source)

    def _new(self, raw: bytes) -> Holding[Settings]:
        said = self._parse(raw)
        if not raw.strip():
            return self._instead(raw, (_missing(self._kept.name),))
        if self._spoilt(said):
            return self._instead(raw, said.faults)
        self._good = Holding(raw, said, said.faults)
        return self._good

    def _instead(self, raw: bytes, found: tuple[Fault, ...]) -> Holding[Settings]:
        """What was good last; where nothing was, the file as far as it goes."""
        kept = self._on_disk()
        said = self._parse(kept)
        if kept and not self._spoilt(said):
            return Holding(kept, said, found, older=True)
        if self._good is not None:
            return Holding(self._good.source, self._good.settings, found, older=True)
        return Holding(raw, self._parse(raw), found if raw.strip() else ())

    def _on_disk(self) -> bytes:
        try:
            return self._kept.read_bytes()
        except OSError:
            return b""


def _unreadable(name: str, error: OSError) -> Fault:
    return Fault(name, 1, "unreadable", f"it cannot be read: {error.strerror}", "see to its rights")


def _missing(name: str) -> Fault:
    remedy = 'put it back; where there shall be none of it, write a line that says so: "# none"'
    return Fault(name, 1, "missing", "it is empty or not there", remedy)
