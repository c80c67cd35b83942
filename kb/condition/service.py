"""What of the running service is not as it should be: files, database, index, worker, backups."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from kb.condition.concern import Concern, Weight
from kb.condition.promptly import PATIENCE, Promptly, Unanswered
from kb.database import DatabaseTrouble, migrated_to, newest_migration
from kb.parts import Parts
from kb.storage.outside_changes import TROUBLE
from kb.worker.heartbeat import beat_in, heartbeat_file


def content(parts: Parts) -> Iterator[Concern]:
    """Can files be read?"""
    told = "The content folder is not there: nothing can be read. It is used again as it is back."
    remedy = f"Put {parts.settings.content} back, or mount its disk."
    try:
        _CONTENT.answer(parts.engine, parts)
    except (FileNotFoundError, NotADirectoryError):
        yield Concern("content", told, Weight.STOPS, remedy)
    except OSError as error:
        told = f"The content folder cannot be read: {error.strerror}."
        yield Concern("content", told, Weight.STOPS, "Let the user that kb runs as read it.")
    except Unanswered:
        told = f"The disk of the content folder has not answered for {PATIENCE:.0f} second."
        yield Concern("content", told, Weight.STOPS, "See to that disk, or to its mount.")


def database(parts: Parts) -> Iterator[Concern]:
    """Does it answer, has it the tables of this kb, and does the history follow the files?"""
    remedy = "Put it back or start its server: kb goes on by itself, without a restart."
    try:
        migration, trouble = _DATABASE.answer(parts.engine, parts)
    except DatabaseTrouble as error:
        why = error.strerror or "the database cannot be used"
        yield Concern("database", f"{why[0].upper()}{why[1:]}.", Weight.STOPS, remedy)
        return
    except Unanswered:
        told = f"The database has not answered for {PATIENCE:.0f} second."
        yield Concern(
            "database", told, Weight.STOPS, "Look at its server, or at the disk it is on."
        )
        return
    if migration != newest_migration():
        told = f"The database is at migration {migration}, this kb at {newest_migration()}."
        remedy = "Restart kb, or install the kb that the database is of."
        yield Concern("migrations", told, Weight.UNREADY, remedy)
    if trouble:
        told = f"Some changes of files have no version yet: {trouble}. It is tried again."
        remedy = "Put the missing objects back from a backup: docs/operating.md says how."
        yield Concern("history", told, remedy=remedy)


def index(parts: Parts) -> Iterator[Concern]:
    """Is there one in service?"""
    found = parts.search.index
    if found.was_damaged:
        told = "The index was damaged and is being built anew; until then search finds nothing."
        yield Concern("index", told, Weight.UNREADY)
    elif not found.in_service:
        told = "There is no index yet: it is being built, and until then search finds nothing."
        yield Concern("index", told, Weight.UNREADY)


def settings_files(parts: Parts) -> Iterator[Concern]:
    """Can departments.yml and synonyms.yml be read?"""
    for fault in parts.publishing.live.older:
        told = f"{fault.path}:{fault.line}: {fault.told}"
        until = "Until that is fixed, what the file said before holds."
        yield Concern(fault.path, f"{told} {until}", remedy="Fix that line of the file.")


def worker(parts: Parts) -> Iterator[Concern]:
    """Does it live, and does it get done what it is to do?"""
    beat = beat_in(heartbeat_file(parts.settings.var))
    if beat is None:  # nobody has begun one here
        return
    if why := beat.trouble(time.monotonic()):
        told = f"The background worker {why}: no mails, no reminders, and changed files wait."
        told = f"{told} It is started again; the log of the service says more."
        yield Concern("worker", told, remedy="Where that does not end, restart the service.")
    for why in dict.fromkeys(beat.failing.values()):
        duties = sorted(duty for duty, told in beat.failing.items() if told == why)
        part = "database" if duties == ["database"] else "worker"
        named = ", ".join(f"“{duty}”" for duty in duties)
        told = f"In the background {named} cannot be done: {why}. It is tried again."
        yield Concern(part, told, remedy="Do away with what it names.")


def backups(parts: Parts) -> Iterator[Concern]:
    """Are those made that are due, and are they whole?"""
    if told := parts.backups.trouble(datetime.now(UTC)):
        remedy = "See the page of backups; “kb backup FILE” makes one elsewhere meanwhile."
        yield Concern("backup", told, remedy=remedy)


def _look_into_content(parts: Parts) -> None:
    for _ in parts.settings.content.iterdir():
        return


def _ask_database(parts: Parts) -> tuple[str | None, str]:
    return migrated_to(parts.engine), parts.catalogue.state(TROUBLE) or ""


_CONTENT = Promptly(_look_into_content)
_DATABASE = Promptly(_ask_database)
