"""Backups that are made by themselves: when, how many are kept, and who is told of trouble."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kb import durable, page_addresses
from kb.backup.folder import Folder, Kept
from kb.backup.journal import Entry, Journal
from kb.backup.making import Made, Making
from kb.logs import log
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.sql.receivers import Receivers

_AGAIN = timedelta(hours=1)  # after one that failed
_GRACE = timedelta(hours=2)  # a night's work may take that long
_CUT_OFF = "kb was ended while it was made"
_TELL_EVERY = 0.5  # seconds


class Backups(Struct, frozen=True):
    """Makes them, tells of them. `folder` is None where nobody has said where they go.

    It may be on a disk that hangs. So it is looked into by whoever makes backups or asks for their
    list, and all else goes by the journal.
    """

    making: Making
    journal: Journal
    folder: Folder | None
    every: timedelta
    most: int
    reminders: Reminders
    receivers: Receivers

    def kept(self) -> tuple[Kept, ...]:
        """Those in the folder, the newest first."""
        return self.folder.kept() if self.folder else ()

    def ask(self) -> None:
        """The worker makes one within seconds. Raises OSError."""
        self.journal.change(asked=True)

    def at_work(self) -> bool:
        """Is one being made now, by whatever process?"""
        if not self.making.lock.exists():
            return False
        with durable.alone(self.making.lock, 0) as alone:
            return not alone

    def wanted(self, now: datetime) -> bool:
        """Is it time for one, or has somebody asked for it?"""
        if self.folder is None:
            return False
        entry = self.journal.read()
        return entry.asked or self._due(entry, now)

    def keep_up(self, now: datetime) -> None:
        """Make the one that is wanted. Trouble is written down and told, not raised."""
        if self.folder is None:
            return
        entry, last = self.journal.read(), self._newest()
        if not entry.asked and last is not None and not self._due(replace(entry, last=last), now):
            self.journal.change(last=last)  # made by the kb of another day
            return
        # Whoever kills it leaves this behind.
        self._ended(trouble=_CUT_OFF, failed_at=now, since=entry.since or now)
        try:
            made = self.making.make(self.folder.new(now), now, report=_Progress(self.journal))
            self.folder.thin_out(self.most, now)
        except OSError as error:
            self._failed(now, error.strerror or str(error))
        else:
            self._succeeded(made, now)

    def trouble(self, now: datetime) -> str:
        """What is wrong with them, in sentences; "" for nothing."""
        if self.folder is None:
            return ""
        entry = self.journal.read()
        if entry.trouble and not self.at_work():
            return f"The last backup failed: {entry.trouble}. It is tried again within the hour."
        if self.overdue(entry, now):
            return f"There is no new backup, though one is due every {self._pace}."
        return f"The last backup is not whole: {entry.faults[0]}" if entry.faults else ""

    def overdue(self, entry: Entry, now: datetime) -> bool:
        """Has one been missing for long?"""
        last = entry.last or entry.since
        late = last is not None and now - last > self.every + max(self.every / 2, _GRACE)
        return bool(self.every) and late

    def tell(self, now: datetime) -> None:
        """Administrators, once a day as long as something is wrong."""
        if why := self.trouble(now):

            def words(_fresh: Collection[ReminderMark]) -> Iterator[Notice]:
                for one in self.receivers.administrators():
                    yield Notice(
                        person_id=one.id,
                        kind=Kind.BACKUP,
                        key=f"backup:{now.date()}",
                        title="Something is wrong with the backups",
                        text=why,
                        link=page_addresses.BACKUPS,
                    )

            self.reminders.once([ReminderMark(f"backup:{now.date()}", "trouble")], words, now)

    @property
    def _pace(self) -> str:
        hours = self.every // timedelta(hours=1)
        return "hour" if hours == 1 else "day" if hours == 24 else f"{hours} hours"

    def _due(self, entry: Entry, now: datetime) -> bool:
        # A time to come is that of a clock that was set back since: it does not count.
        if not self.every or (entry.failed_at and timedelta() <= now - entry.failed_at < _AGAIN):
            return False
        return entry.last is None or not timedelta() <= now - entry.last < self.every

    def _newest(self) -> datetime | None:
        return max((one.at for one in self.kept()), default=None)

    def _succeeded(self, made: Made, now: datetime) -> None:
        names = {one.file.name for one in self.kept()}
        before = self.journal.read().seconds.items()
        seconds = {name: took for name, took in before if name in names}
        seconds[made.file.name] = made.seconds
        faults = made.checked.faults
        self._ended(trouble="", failed_at=None, last=now, seconds=seconds, faults=faults)

    def _failed(self, now: datetime, why: str) -> None:
        log().error("backup_failed", why=why)
        self._ended(trouble=why, failed_at=now)

    def _ended(self, **how: object) -> None:
        self.journal.change_if_possible(asked=False, doing="", done=0, total=0, **how)


class _Progress:
    """Written down so often that a page shows it move."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._next = 0.0

    def __call__(self, doing: str, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            self._journal.change_if_possible(doing=doing, done=done, total=total)
            self._next = time.monotonic() + _TELL_EVERY
