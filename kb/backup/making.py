"""Making a backup while people work.

While nobody saves, the database is held at one moment and the files are read: what is in the backup
is what a kill at that moment would have left, and that heals. The objects of git, which never
change, and the rows, which are held, are read when saving goes on.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import ExitStack
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct, json

from kb import durable
from kb.backup import archive
from kb.backup.archive import About, Damaged
from kb.backup.checking import Checked, verify
from kb.backup.taking import Report, Taking
from kb.backup.written_settings import written
from kb.database import Engine, newest_migration, snapshot
from kb.settings import Settings
from kb.storage.transaction import Keeping

KEYS = ("secret_key", "log_key")
_PATIENCE = 2.0  # seconds, for somebody who only looks whether one is being made
_TRIES = 2  # where somebody erased for good, and the history lacks what it had at the beginning


class NotMade(OSError):
    """There is no backup. `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


class Made(Struct, frozen=True):
    """A backup that was read back whole."""

    file: Path
    checked: Checked
    seconds: float


class Making(Struct, frozen=True):
    """Makes them, one at a time for each home."""

    settings: Settings
    engine: Engine
    keeping: Keeping

    @property
    def lock(self) -> Path:
        """Held as long as one is being made."""
        return self.settings.var / "backup.lock"

    def make(
        self, file: Path, now: datetime, secrets: bool = False, report: Report = lambda *_: None
    ) -> Made:
        """All of this installation in `file`, which has its name when it was read back whole.

        Raises NotMade, and OSError where the disk or the database says so; then there is no file.
        """
        began = time.monotonic()
        if file.exists():
            raise NotMade(f"{file} is there already: name another file")
        if not self.settings.content.is_dir():
            raise NotMade("the content folder is not there")
        if not file.parent.is_dir():
            raise NotMade(f"there is no folder {file.parent}: create it or name another")
        with durable.alone(self.lock, _PATIENCE) as alone:
            if not alone:
                raise NotMade("another backup is being made; wait for that one")
            desk = file.parent / f".kb-backup-{_digest(self.settings.home)}"
            _clear(desk)
            desk.mkdir(mode=0o700)
            try:
                checked = self._whole(desk, now, secrets, report)
                _name(desk / "whole", file)
            finally:
                _clear(desk)
        return Made(file, checked, time.monotonic() - began)

    def _whole(self, desk: Path, now: datetime, secrets: bool, report: Report) -> Checked:
        for left in reversed(range(_TRIES)):
            (desk / "whole").unlink(missing_ok=True)
            self._pack(desk, now, secrets, report)
            try:
                checked = verify(desk / "whole", desk)
            except Damaged as error:
                raise NotMade(str(error)) from error
            if not checked.faults or not left:
                break
        return checked

    def _pack(self, desk: Path, now: datetime, secrets: bool, report: Report) -> None:
        base = desk / "base"
        with archive.packing(desk / "whole") as packing:
            packing.add_bytes(archive.ABOUT, json.encode(self._about(now, secrets)))
            packing.add_bytes(archive.SETTINGS, written(self.settings, secrets))
            taking = Taking(packing, report)
            with ExitStack() as held:
                with self.keeping.alone():
                    database = held.enter_context(snapshot(self.engine))
                    taking.content(self.settings.content)
                    taking.home(self.settings.var, KEYS if secrets else ())
                taking.objects()
                database.copy_to(base, report)
            packing.add(archive.DATABASE, base)
            base.unlink()
            packing.finish()

    def _about(self, now: datetime, secrets: bool) -> About:
        return About(
            format=archive.FORMAT,
            kb=version("kb"),
            migration=newest_migration(),
            at=now,
            site=self.settings.name,
            secrets=secrets,
        )


def _name(whole: Path, file: Path) -> None:
    """Its own name, which no other file had. A name outlasts a power cut as the bytes do."""
    try:
        os.link(whole, file)
    except FileExistsError:
        raise NotMade(f"{file} is there already: name another file") from None
    except OSError:  # a disk without hard links
        whole.rename(file)
    durable.sync(file.parent)


def _clear(desk: Path) -> None:
    if desk.exists():
        shutil.rmtree(desk)


def _digest(home: Path) -> str:
    return sha256(os.fsencode(home)).hexdigest()[:12]
