"""What of a home is not as it should be, seen from its files alone: no site need run, or could."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from kb import database
from kb.condition import git_locks, rights, safety
from kb.condition.concern import Concern, Weight
from kb.condition.promptly import PATIENCE, Promptly, Unanswered
from kb.database import DatabaseTrouble, Engine
from kb.secret_file import DamagedKey, key_in
from kb.settings import Settings

LEAST_FREE = 1_000_000_000  # bytes
_LEAST_SHARE = 0.05  # of the disk: a small one is not full with less than that
LARGEST_WAL = 64_000_000  # bytes: SQLite folds its log in at 4 MB, unless somebody keeps it
_SLACK = 300.0  # seconds by which two clocks may differ
_KEYS = {"secret_key": "everybody signs in again", "log_key": "everybody counts as somebody new"}


def private_files(settings: Settings) -> Iterator[Concern]:
    """Can others on this machine use what is kb's alone?"""
    found = rights.open_to_others(settings)
    if found:
        named = ", ".join(str(place) for place in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        told = f"Others on this machine may use {named}{more}."
        remedy = "kb takes that away whenever it starts; “kb doctor --fix” does so now."
        yield Concern("rights", told, remedy=remedy)


def mend_private_files(settings: Settings) -> Iterator[str]:
    """Give `var` and the index to their owner alone."""
    for place in rights.keep_private(settings.var, settings.search_index):
        yield f"{place} is its owner's alone now"


def unsafe_settings(settings: Settings) -> Iterator[Concern]:
    """What the start refuses, unless it is allowed."""
    for risk in safety.risks(settings, os.environ):
        weight = Weight.NOTE if risk.name in settings.allowed else Weight.UNREADY
        told = f"{risk.setting}: {risk.why}."
        allow = "it is allowed by KB_ALLOW" if weight is Weight.NOTE else "kb serve refuses it"
        yield Concern("safety", told, weight, f"{_sentence(risk.remedy)}; {allow}.")


def mend_unsafe_files(settings: Settings) -> Iterator[str]:
    """Of those, the rights of files and folders."""
    for risk in list(safety.risks(settings, os.environ)):
        place = Path(risk.setting)
        if risk.name == "writable" and rights.take_writing(place):
            yield f"{place} is no longer everybody's to write"
        if risk.name == "readable-settings" and rights.take_reading(place):
            yield f"{place} is no longer everybody's to read"


def keys(settings: Settings) -> Iterator[Concern]:
    """Can the secret files be used, where there are any?"""
    for name, cost in _KEYS.items():
        path = settings.var / name
        try:
            if path.exists():
                key_in(path, cost)
        except DamagedKey as damaged:
            yield Concern("keys", f"{path} cannot be used.", Weight.STOPS, _sentence(str(damaged)))


def space(settings: Settings) -> Iterator[Concern]:
    """Is there room on the disks of the home?"""
    seen = set()
    for folder in (settings.var, settings.content, settings.search_index):
        try:
            disk, told = folder.stat().st_dev, shutil.disk_usage(folder)
        except OSError:
            continue  # said elsewhere
        if disk not in seen and is_low(told.free, told.total):
            words = f"{told.free / 1e9:.1f} GB are free on the disk of {folder}."
            remedy = "Make room, or move the home to a larger disk: a full one saves nothing."
            yield Concern("disk", words, remedy=remedy)
        seen.add(disk)


def is_low(free: int, total: int) -> bool:
    """Is so little (bytes) free that somebody should see to it?"""
    return free < LEAST_FREE and free < _LEAST_SHARE * total


def clock(settings: Settings) -> Iterator[Concern]:
    """Does it go on from where it was?"""
    newest = max((_changed(place) for place in _files_in(settings.var)), default=0.0)
    if newest > time.time() + _SLACK:
        hours = (newest - time.time()) / 3600
        told = f"The clock stands {hours:.1f} hours before the newest file of {settings.var}."
        remedy = "Set the clock, and have the machine keep it (NTP)."
        yield Concern("clock", told, remedy=remedy)


def stale_locks(settings: Settings) -> Iterator[Concern]:
    """Locks of git that nobody holds any more."""
    for lock in git_locks.left_behind(settings):
        told = f"{lock} is from {(time.time() - _changed(lock)) / 60:.0f} minutes ago."
        remedy = "Where no git command runs, remove it; “kb doctor --fix” does so then."
        yield Concern(
            "locks", f"{told} As long as it is there nothing can be saved.", remedy=remedy
        )


def schema(settings: Settings) -> Iterator[Concern]:
    """Can the database be read, is it whole, and of this kb?"""
    engine = _engine(settings)
    if engine is None:
        return
    try:
        found = _MIGRATION.answer(engine, engine)
    except DatabaseTrouble as error:
        remedy = "Put it back from a backup, or start its server."
        yield Concern("database", _sentence(f"{error.strerror}."), Weight.STOPS, remedy)
        return
    except Unanswered:
        told = f"The database has not answered for {PATIENCE:.0f} second."
        yield Concern(
            "database", told, Weight.STOPS, "Look at its server, or at the disk it is on."
        )
        return
    finally:
        engine.dispose()
    newest = database.newest_migration()
    if found is not None and found != newest:
        told = f"The database is at migration {found}, this kb at {newest}."
        if found > newest:
            yield Concern("migrations", told, Weight.STOPS, "Install the kb that it is of.")
        else:
            remedy = "Make a backup; the next start brings the database up to it."
            yield Concern("migrations", told, Weight.UNREADY, remedy)


def wal(settings: Settings) -> Iterator[Concern]:
    """Is SQLite's log of writes folded into its file from time to time?"""
    size = _wal_size(settings)
    if size > LARGEST_WAL:
        told = f"The database's log of writes has {size / 1e6:.0f} MB: somebody reads for long."
        remedy = "“kb doctor --fix” folds it in; where it grows again, restart kb."
        yield Concern("wal", told, remedy=remedy)


def mend_wal(settings: Settings) -> Iterator[str]:
    """Fold it in, as far as nobody reads at this moment."""
    before, engine = _wal_size(settings), _engine(settings)
    if before > LARGEST_WAL and engine is not None:
        database.scrub(engine)
        engine.dispose()
        if (after := _wal_size(settings)) < before:
            yield f"the database's log of writes was folded in: {before:,} bytes, now {after:,}"


def mend_stale_locks(settings: Settings) -> Iterator[str]:
    """Remove those of which no git command can be the owner."""
    for lock in git_locks.left_behind(settings):
        if git_locks.remove(lock):
            yield f"{lock} was removed"


def _wal_size(settings: Settings) -> int:
    file = _sqlite_file(settings)
    try:
        return file.with_name(f"{file.name}-wal").stat().st_size if file else 0
    except OSError:
        return 0


def _engine(settings: Settings) -> Engine | None:
    """None where there is no database yet: one that is asked for would be made."""
    file = _sqlite_file(settings)
    if file is not None and not file.exists():
        return None
    return database.connect(settings.database_url)


def _sqlite_file(settings: Settings) -> Path | None:
    kind, _, path = settings.database_url.partition(":///")
    return Path(path) if kind == "sqlite" else None


def _migration(engine: Engine) -> str | None:
    found = database.migrated_to(engine)
    database.inspect_file(engine)
    return found


_MIGRATION = Promptly(_migration, patience=60.0)  # all of the file is read


def _files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _changed(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:
        return 0.0


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
