"""What runs here, how much there is, how fast it is and what waits: for the status page and doctor.

No word of it is secret: passwords in addresses are left out.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct

from kb.database import migrated_to, server_name
from kb.delivery.messages import DeliveryState
from kb.measuring.timings import processes, spread, timings_folder
from kb.parts import Parts
from kb.procedures.counting import counted
from kb.storage.git.repository import git_version
from kb.worker.heartbeat import Beat, beat_in, heartbeat_file
from kb.worker.scheduler import Job

_SOON = 10.0  # seconds between two runs below which the next one is not worth telling
_UNTOLD = Beat(0.0)


class FactGroup(Struct, frozen=True):
    """Facts that belong together: each a name and words."""

    name: str
    facts: tuple[tuple[str, str], ...]


class DutyState(Struct, frozen=True):
    """A duty of the background worker: when it was last done, when it is next, why it fails."""

    name: str
    every: float
    ran: datetime | None
    seconds: float
    next: datetime | None
    failing: str


def fact_groups(parts: Parts, now: datetime) -> tuple[FactGroup, ...]:
    """All that is told, in the order in which it is shown. Some ten statements."""
    return (
        FactGroup("Versions", tuple(_versions(parts))),
        FactGroup("Processes", tuple(_processes(parts, now))),
        FactGroup("The last day", tuple(_speeds(parts, now))),
        FactGroup("Index", tuple(_index(parts, now))),
        FactGroup("Waiting", tuple(_queues(parts))),
        FactGroup("Disk and backups", tuple(_room(parts, now))),
    )


def duties(parts: Parts, jobs: Iterable[Job]) -> list[DutyState]:
    """Each with what its last run told; none has told anything where no worker runs."""
    beat = beat_in(heartbeat_file(parts.settings.var)) or _UNTOLD
    known = {job.name: job.every for job in jobs}
    return [_duty(name, known.get(name, 0.0), beat) for name in {**known, **beat.ran}]


def letters(parts: Parts) -> dict[str, int]:
    """How many there are in each state. Raises Unreadable."""
    counts = parts.delivery.failures.troubles(1, 1).counts
    return {state.value: counts.get(state.value, 0) for state in DeliveryState}


def attachments_unsearched(parts: Parts) -> int:
    """How many are not searched, or not wholly. Raises Unreadable."""
    return len(parts.attachments.files.unsearched())


def index_bytes(folder: Path) -> int:
    """All that lies there."""
    return sum(_sizes(folder))


def _duty(name: str, every: float, beat: Beat) -> DutyState:
    last = beat.ran.get(name)
    ran = datetime.fromtimestamp(last.at, UTC) if last else None
    following = ran + timedelta(seconds=every) if ran and every >= _SOON else None
    seconds = last.seconds if last else 0.0
    return DutyState(name, every, ran, seconds, following, beat.failing.get(name, ""))


def _versions(parts: Parts) -> Iterator[tuple[str, str]]:
    yield "kb", version("kb")
    yield "Python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    yield "Database", _told(lambda: server_name(parts.engine))
    yield "Migration", _told(lambda: migrated_to(parts.engine) or "none")
    yield "Git library", git_version()


def _processes(parts: Parts, now: datetime) -> Iterator[tuple[str, str]]:
    found = processes(timings_folder(parts.settings.var))
    for role, name in (("web", "Web workers"), ("worker", "Background worker")):
        ages = [_span(now.timestamp() - one.since) for one in found if one.role == role]
        up = f"up for {', '.join(ages)}"
        yield name, f"{len(ages)}, {up}" if ages else "none has told of itself"
    deaths = (beat_in(heartbeat_file(parts.settings.var)) or _UNTOLD).deaths
    if deaths:
        yield "Background worker died", f"{counted(len(deaths), 'time')} since the start"


def _speeds(parts: Parts, now: datetime) -> Iterator[tuple[str, str]]:
    folder = timings_folder(parts.settings.var)
    for kind, name in (("search", "Searches"), ("page", "Pages")):
        found = spread(folder, kind, now.timestamp())
        told = f"half within {_millis(found.half)}, 95 % within {_millis(found.most)}"
        yield name, f"{found.count:,}: {told}" if found.count else "none yet"


def _index(parts: Parts, now: datetime) -> Iterator[tuple[str, str]]:
    index = parts.search.index
    yield "Procedures", f"{len(index.fingerprints()):,}"
    yield "Attachments searched", _told(lambda: _attachments(parts))
    yield "Size", _size(index_bytes(index.folder))
    try:
        since = index.current.stat().st_mtime
    except OSError:
        yield "In service", "none is"
    else:
        yield "Last changed", f"{_span(now.timestamp() - since)} ago"


def _queues(parts: Parts) -> Iterator[tuple[str, str]]:
    try:
        counts = letters(parts)
    except OSError as error:
        yield "Letters", _untold(error)
    else:
        yield "Letters to send", f"{counts['queued']:,}"
        yield "Letters given up", f"{counts['gave up']:,}"
        yield "Letters of which nobody knows", f"{counts['unclear']:,}"
    yield "Links to look at", _told(lambda: _links(parts))
    yield "Attachments not searched", _told(lambda: f"{attachments_unsearched(parts):,}")


def _room(parts: Parts, now: datetime) -> Iterator[tuple[str, str]]:
    yield "Free on the disk of the home", _told(lambda: _free(parts.settings.home))
    if parts.backups.folder is None:
        yield "Last backup", "none are made by themselves: KB_BACKUP_FOLDER is not set"
        return
    entry = parts.backups.journal.read()
    if entry.last is None:
        yield "Last backup", "none yet"
    else:
        whole = "not whole" if entry.faults else "read back and whole"
        yield "Last backup", f"{_span((now - entry.last).total_seconds())} ago, {whole}"


def _attachments(parts: Parts) -> str:
    known = parts.attachments.files.known().values()
    return f"{sum(one.places > 0 for one in known):,} of {len(known):,}"


def _links(parts: Parts) -> str:
    waiting = parts.tidying.links.wanted()
    return f"those of {counted(len(waiting), 'department')}" if waiting else "none"


def _free(home: Path) -> str:
    told = shutil.disk_usage(home)
    return f"{_size(told.free)} of {_size(told.total)}"


def _sizes(folder: Path) -> Iterator[int]:
    for place in folder.rglob("*"):
        try:
            yield place.stat().st_size
        except OSError:  # switched away meanwhile
            continue


def _told(fact: Callable[[], str]) -> str:
    try:
        return fact()
    except OSError as error:
        return _untold(error)


def _untold(error: OSError) -> str:
    return f"cannot be told: {error.strerror or error}"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _millis(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def _span(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return counted(int(seconds // length), unit)
    return counted(max(int(seconds), 0), "second")
