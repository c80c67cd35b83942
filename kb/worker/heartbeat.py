"""That the background worker lives, what it is at, and what fails: told in one small file.

Times are those of the monotonic clock, which all processes of a machine share.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from msgspec import MsgspecError, Struct, json

EVERY = 5.0  # seconds between two beats
SILENT = 60.0  # seconds without a beat, after which it hangs
STUCK = 1800.0  # seconds at one duty: the longest, a whole index anew, takes minutes
_OFTEN, _LATELY = 3, 600.0  # deaths within so many seconds that are more than bad luck


class Ran(Struct, frozen=True):
    """The last time that a duty was done: when it ended (seconds since 1970), how long it took."""

    at: float
    seconds: float


class Beat(Struct, frozen=True):
    """What was told last. `failing` says of each duty that fails why, `ran` when it was done."""

    at: float
    doing: str = ""
    since: float = 0.0
    failing: dict[str, str] = {}
    deaths: tuple[float, ...] = ()
    ran: dict[str, Ran] = {}

    def trouble(self, now: float) -> str:
        """What is wrong with the worker itself, as the end of a sentence; "" for nothing."""
        if now - self.at > SILENT / 2:
            return f"has not been heard of for {now - self.at:.0f} seconds"
        if self.stuck(now):
            return f"has been at {self.doing} for {(now - self.since) / 60:.0f} minutes"
        if len([1 for died in self.deaths if now - died < _LATELY]) >= _OFTEN:
            return "dies again and again"
        return ""

    def stuck(self, now: float) -> bool:
        """Is it at one duty for longer than any takes?"""
        return bool(self.doing) and now - self.since > STUCK


class Heartbeat:
    """The worker's side: a thread beats, so that a long duty is no silence."""

    def __init__(self, file: Path, deaths: tuple[float, ...] = ()) -> None:
        self._file = file
        self._deaths = deaths
        self._doing, self._since = "", time.monotonic()
        self._failing: dict[str, str] = {}
        self._ran: dict[str, Ran] = {}
        self._lock = threading.Lock()

    def begin(self, stop: threading.Event) -> None:
        """Beat from now on, until `stop`."""
        self.beat()
        threading.Thread(target=self._until, args=(stop,), name="heartbeat", daemon=True).start()

    def doing(self, what: str) -> None:
        """This is what it is at now; "" is waiting for something to do."""
        self._doing, self._since = what, time.monotonic()

    def tell(self, duty: str, why: str) -> None:
        """That duty fails, and why; or it does not, with ""."""
        with self._lock:
            failing = {name: told for name, told in self._failing.items() if name != duty}
            self._failing = {**failing, duty: why} if why else failing

    def ran(self, duty: str, seconds: float) -> None:
        """That duty was done just now, well or not."""
        with self._lock:
            self._ran = {**self._ran, duty: Ran(time.time(), seconds)}

    def beat(self) -> None:
        """Write it down. Where that cannot be, the silence tells."""
        now = time.monotonic()
        told = Beat(now, self._doing, self._since, self._failing, self._deaths, self._ran)
        beside = self._file.with_name(f"{self._file.name}.new")
        with suppress(OSError):
            beside.write_bytes(json.encode(told))
            beside.replace(self._file)

    def _until(self, stop: threading.Event) -> None:
        while not stop.wait(EVERY):
            self.beat()


def heartbeat_file(var: Path) -> Path:
    """Where the worker of this home tells."""
    return var / "worker.json"


def beat_in(file: Path) -> Beat | None:
    """What the worker told last; None where none has ever been, or before this machine's start."""
    try:
        found = json.decode(file.read_bytes(), type=Beat)
    except (OSError, MsgspecError, UnicodeDecodeError):
        return None
    return found if found.at <= time.monotonic() else None
