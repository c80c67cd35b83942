"""What of this installation is not as it should be: for administrators, `kb status`, `/healthz`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from kb.database import DatabaseTrouble
from kb.parts import Parts
from kb.storage.outside_changes import TROUBLE
from kb.worker.heartbeat import beat_in, heartbeat_file


class Concern(Struct, frozen=True):
    """`part` names what is concerned, for anybody; `told` is a sentence for administrators.

    `stops`: without it no page can be made.
    """

    part: str
    told: str
    stops: bool = False


def concerns(parts: Parts) -> tuple[Concern, ...]:
    """All of them, worst first; one statement."""
    return (*_stopping(parts), *quick_concerns(parts))


def quick_concerns(parts: Parts) -> tuple[Concern, ...]:
    """Those that are known without asking the database."""
    return (*_of_files(parts), *_of_the_worker(parts), *_of_backups(parts))


def _stopping(parts: Parts) -> Iterator[Concern]:
    if not parts.settings.content.is_dir():
        why = "The content folder is not there: nothing can be read. It is used again as it is back"
        yield Concern("content", f"{why}.", stops=True)
    try:
        trouble = parts.catalogue.state(TROUBLE)
    except DatabaseTrouble as error:
        why = error.strerror or "the database cannot be used"
        yield Concern("database", f"{why[0].upper()}{why[1:]}.", stops=True)
        return
    if trouble:
        told = f"Some changes of files have no version yet: {trouble}. It is tried again."
        yield Concern("history", told)


def _of_files(parts: Parts) -> Iterator[Concern]:
    if parts.search.index.was_damaged:
        told = "The index was damaged and is being built anew; until then search finds nothing."
        yield Concern("index", told)
    for fault in parts.publishing.live.older:
        told = f"{fault.path}:{fault.line}: {fault.told}"
        until = "Until that is fixed, what the file said before holds."
        yield Concern(fault.path, f"{told} {until}")


def _of_the_worker(parts: Parts) -> Iterator[Concern]:
    beat = beat_in(heartbeat_file(parts.settings.var))
    if beat is None:  # nobody has begun one here
        return
    if why := beat.trouble(time.monotonic()):
        told = f"The background worker {why}: no mails, no reminders, and changed files wait."
        yield Concern("worker", f"{told} It is started again; the log of the service says more.")
    for why in dict.fromkeys(beat.failing.values()):
        duties = sorted(duty for duty, told in beat.failing.items() if told == why)
        part = "database" if duties == ["database"] else "worker"
        named = ", ".join(f"“{duty}”" for duty in duties)
        told = f"In the background {named} cannot be done: {why}. It is tried again."
        yield Concern(part, told)


def _of_backups(parts: Parts) -> Iterator[Concern]:
    if told := parts.backups.trouble(datetime.now(UTC)):
        yield Concern("backup", told)
