"""The numbers of an installation as they are at this moment, for Prometheus."""

from __future__ import annotations

import platform
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version

from kb.condition.checks import concerns
from kb.condition.facts import attachments_unsearched, index_bytes, letters
from kb.measuring.metrics import Figure
from kb.measuring.timings import processes, timings_folder
from kb.parts import Parts
from kb.worker.heartbeat import beat_in, heartbeat_file


def figures(parts: Parts, now: datetime) -> Iterator[Figure]:
    """Those of the database only where it answers; a handful of statements."""
    found = concerns(parts)
    for one in found:
        labels = {"part": one.part, "weight": one.weight.name.lower()}
        yield Figure("kb_concern", "What is not as it should be.", 1, labels)
    kb = {"version": version("kb"), "python": platform.python_version()}
    yield Figure("kb_build_info", "What runs.", 1, kb)
    yield from _of_processes(parts)
    yield from _of_index(parts)
    yield from _of_duties(parts)
    yield from _of_disk(parts)
    if not any(one.part == "database" and one.stops for one in found):
        with suppress(OSError):  # it went away just now
            yield from _of_database(parts)


def _of_processes(parts: Parts) -> Iterator[Figure]:
    running = Counter(one.role for one in processes(timings_folder(parts.settings.var)))
    for role in ("web", "worker"):
        yield Figure("kb_processes", "Processes that have told of themselves.", running[role],
                     {"role": role})  # fmt: skip
    beat = beat_in(heartbeat_file(parts.settings.var))
    deaths = len(beat.deaths) if beat else 0
    yield Figure("kb_worker_deaths", "Background workers that died since the start.", deaths)


def _of_index(parts: Parts) -> Iterator[Figure]:
    index = parts.search.index
    count = len(index.fingerprints())
    yield Figure("kb_index_procedures", "Procedures that search knows.", count)
    yield Figure("kb_index_bytes", "Size of the index on disk.", index_bytes(index.folder))
    with suppress(OSError):
        since = index.current.stat().st_mtime
        yield Figure("kb_index_changed_timestamp_seconds", "When another was switched to.", since)


def _of_duties(parts: Parts) -> Iterator[Figure]:
    beat = beat_in(heartbeat_file(parts.settings.var))
    for name, ran in beat.ran.items() if beat else ():
        duty = {"duty": name}
        yield Figure("kb_duty_last_run_timestamp_seconds", "When it was last done.", ran.at, duty)
        yield Figure("kb_duty_seconds", "How long it took.", ran.seconds, duty)
        fails = float(name in beat.failing) if beat else 0.0
        yield Figure("kb_duty_failing", "Did it fail the last time?", fails, duty)


def _of_disk(parts: Parts) -> Iterator[Figure]:
    free = shutil.disk_usage(parts.settings.home).free
    yield Figure("kb_disk_free_bytes", "On the disk of the home.", free)
    if parts.backups.folder is not None:
        entry = parts.backups.journal.read()
        if entry.last is not None:
            last = entry.last.timestamp()
            yield Figure("kb_backup_last_timestamp_seconds", "When the last one was made.", last)
        wrong = float(bool(entry.trouble or entry.faults))
        yield Figure("kb_backup_faulty", "Did the last one fail, or is it not whole?", wrong)


def _of_database(parts: Parts) -> Iterator[Figure]:
    for state, count in letters(parts).items():
        yield Figure("kb_letters", "Letters and chats by state.", count, {"state": state})
    waiting = len(parts.tidying.links.wanted())
    yield Figure("kb_links_waiting", "Departments whose links are being looked at.", waiting)
    unsearched = attachments_unsearched(parts)
    yield Figure("kb_attachments_unsearched", "Those that search does not know.", unsearched)
