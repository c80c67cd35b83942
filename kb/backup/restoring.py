"""A backup into an empty home. Cut off at any point, it is ended by doing it again.

All of it is unpacked and looked into beside the places it goes to, on the same disks; then a mark
says that it is whole, and everything is put in its place. Before the mark, doing it again begins
anew; after it, it goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from kb import durable
from kb.backup.archive import CONTENT, SETTINGS, VAR, Damaged, about_of, read_through
from kb.backup.checking import Checked, checked, ensure_fits
from kb.database import NotEmpty, connect, hold_the_same, is_empty, move, upgrade
from kb.settings import Settings, restoring_stage

Report = Callable[[str, int, int], None]
_WHOLE = "whole"  # the mark
_BASE = "kb.sqlite3"
_MEANINGLESS = frozenset({".restoring", ".restored", "lost+found", "backup.lock", "logs"})


class NotRestored(OSError):
    """The home is as it was. `strerror` says why, and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


class Restored(Struct, frozen=True):
    """What came; `settings_beside` where the home has a kb.toml of its own."""

    checked: Checked | None
    settings_beside: bool


class Restoring:
    """Of one home, in which nothing runs."""

    def __init__(self, settings: Settings, report: Report = lambda *_: None) -> None:
        self._settings = settings
        self._report = report
        stage = restoring_stage(settings.var)
        # That of var is the first to come and the last to go: who starts kb meanwhile sees it.
        self._stages = {VAR: stage, CONTENT: settings.content / stage.name}
        self._mark = stage / _WHOLE
        self._done = stage.with_name(".restored") / _WHOLE
        self._beside = settings.home / "restored.toml"

    def restore(self, file: Path) -> Restored:
        """Raises NotRestored, and OSError where the disk or the database says so."""
        file = file.absolute()
        self._settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        with durable.alone(self._settings.var / "backup.lock", 0) as alone:
            if not alone:
                raise NotRestored("a backup is being made or restored here; wait for that")
            found = None
            if not self._is_of(file, self._done):
                goes_on = self._goes_on(file)
                found = None if goes_on else self._unpacked(file)
                self._move_rows(goes_on)
                self._place_all()
        return Restored(found, self._beside.exists())

    def end(self) -> None:
        """The index is built, too: now doing it again is refused."""
        shutil.rmtree(self._done.parent, ignore_errors=True)

    def _goes_on(self, file: Path) -> bool:
        """Was it cut off when all was unpacked?"""
        if self._mark.exists() and not self._is_of(file, self._mark):
            other = self._mark.read_text(encoding="utf-8").partition("\n")[0]
            raise NotRestored(f"restoring {other} was cut off here: run kb restore with that file")
        return self._mark.exists()

    def _is_of(self, file: Path, mark: Path) -> bool:
        return mark.exists() and mark.read_bytes() == _identity(file)

    def _unpacked(self, file: Path) -> Checked:
        try:
            ensure_fits(about_of(file))
            self._ensure_empty()
            self._clear()
            found = self._unpack(file)
        except Damaged as error:
            self._clear()
            raise NotRestored(f"{file} cannot be restored: {error}") from error
        except OSError:
            self._clear()
            raise
        os.sync()
        durable.write_new(self._mark, _identity(file))
        durable.sync(self._mark.parent)
        return found

    def _unpack(self, file: Path) -> Checked:
        for stage in self._stages.values():
            stage.mkdir(parents=True)
        content, var = self._stages[CONTENT], self._stages[VAR]
        contents = read_through(file, self._place)
        return checked(contents, var / _BASE, content, var / "history.git")

    def _place(self, name: str) -> Path | None:
        root, _, inside = name.partition("/")
        if root == SETTINGS:
            return self._stages[VAR] / SETTINGS
        return self._stages[root] / inside if root in self._stages else None

    def _ensure_empty(self) -> None:
        for folder in (self._settings.content, self._settings.var):
            for one in folder.iterdir() if folder.is_dir() else ():
                if one.name not in _MEANINGLESS:
                    raise NotRestored(
                        f"{folder} is not empty ({one.name} is there): a backup goes into an empty "
                        "home; name one with KB_HOME, or move what is there away"
                    )
        if not self._in_var and not self._database_is_empty():
            raise NotRestored("the database is not empty: name another with KB_DATABASE_URL")

    @property
    def _in_var(self) -> bool:
        """Is the database the file that the backup has?"""
        return self._settings.database_url == f"sqlite:///{self._settings.var / _BASE}"

    def _database_is_empty(self) -> bool:
        engine = connect(self._settings.database_url)
        try:
            return is_empty(engine)
        finally:
            engine.dispose()

    def _move_rows(self, goes_on: bool) -> None:
        """Into a database elsewhere: all rows or none."""
        base = self._stages[VAR] / _BASE
        if self._in_var or not base.exists():
            return
        source, target = connect(f"sqlite:///{base}"), connect(self._settings.database_url)
        try:
            upgrade(source)
            upgrade(target)
            try:
                move(source, target, self._report)
            except NotEmpty:
                if not goes_on or not hold_the_same(source, target):
                    raise NotRestored("the database has got rows meanwhile") from None
        finally:
            source.dispose()
            target.dispose()
        for one in base.parent.glob(f"{_BASE}*"):
            one.unlink()

    def _place_all(self) -> None:
        self._place_settings()
        for stage in reversed(self._stages.values()):
            for one in sorted(stage.iterdir()) if stage.is_dir() else ():
                if one != self._mark:
                    one.rename(stage.parent / one.name)
            durable.sync(stage.parent)
            if stage != self._mark.parent and stage.is_dir():
                stage.rmdir()
        self._mark.parent.rename(self._done.parent)
        durable.sync(self._settings.var)

    def _place_settings(self) -> None:
        """As kb.toml, or beside one that is there."""
        own = self._settings.home / SETTINGS
        source = self._stages[VAR] / SETTINGS
        if source.exists():
            durable.replace(self._beside if own.exists() else own, source.read_bytes())
            source.unlink()

    def _clear(self) -> None:
        for stage in reversed(self._stages.values()):
            shutil.rmtree(stage, ignore_errors=True)


def _identity(file: Path) -> bytes:
    return f"{file}\n{file.stat().st_size}".encode("utf-8", "surrogateescape")
