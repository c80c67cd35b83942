"""What people asked to take out: made by the background worker, kept for a day, then gone.

Each is a file of JSON in var/exports/ with the file itself beside it: it is as large as a disk
allows, is read by who asked alone, and nobody misses it when it is lost.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kb import durable
from kb.exporting.making import ExportForm, Making
from kb.exporting.printing import NotPrinted
from kb.exporting.selecting import Scope
from kb.procedures.visibility import Reader
from kb.publishing.sql.erasures import Erasures

KEPT = timedelta(days=1)
_MOST = 5  # of one person
_TRIES = 2  # a worker that dies over one begins it once more
_EVERY = 50  # procedures, progress is told
_ID = re.compile(r"[0-9a-f]{32}")


class Export(Struct, frozen=True):
    """One that was asked for. `drafts_of` are the departments whose drafts it may hold.

    `ending` is set when it is there; `why` when it could not be made.
    """

    id: str
    person_id: int
    form: ExportForm
    department: str
    drafts_of: tuple[str, ...]
    asked_at: datetime
    tries: int = 0
    done: int = 0
    total: int = 0
    ending: str = ""
    size: int = 0
    why: str = ""

    @property
    def waits(self) -> bool:
        """Is it still to be made?"""
        return not (self.ending or self.why)

    @property
    def ends_at(self) -> datetime:
        """When it goes."""
        return self.asked_at + KEPT


class Exports:
    """Those in one folder."""

    def __init__(self, folder: Path, making: Making, erasures: Erasures) -> None:
        self._folder = folder
        self._making = making
        self._erasures = erasures

    def ask(
        self, person_id: int, form: ExportForm, department: str, reader: Reader, now: datetime
    ) -> Export:
        """Note it; the worker makes it. Of many of one person the oldest go."""
        drafts = tuple(sorted(reader.drafts_of))
        export = Export(secrets.token_hex(16), person_id, form, department, drafts, now)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._keep(export)
        for old in self.of(person_id)[_MOST:]:
            self.forget(old)
        return export

    def of(self, person_id: int) -> list[Export]:
        """This person's, newest first."""
        mine = [one for one in self._all() if one.person_id == person_id]
        return sorted(mine, key=lambda one: one.asked_at, reverse=True)

    def one(self, person_id: int, id: str) -> Export | None:
        """That export, if it is this person's."""
        found = self._read(self._folder / f"{id}.json") if _ID.fullmatch(id) else None
        return found if found and found.person_id == person_id else None

    def file(self, export: Export, reader: Reader, now: datetime) -> Path | None:
        """The file, for somebody who still sees all that it may hold; None where there is none."""
        path = self._folder / f"{export.id}.{export.ending}"
        outdated = export.ends_at <= now or self._erased_since(export)
        allowed = reader.drafts_of.issuperset(export.drafts_of)
        return path if export.ending and allowed and not outdated and path.is_file() else None

    def forget(self, export: Export) -> None:
        """It goes, with its file."""
        for file in self._folder.glob(f"*{export.id}*"):
            file.unlink(missing_ok=True)

    def waiting(self) -> bool:
        """Is there anything to make?"""
        return any(one.waits for one in self._all())

    def work(self) -> None:
        """Make all that waits, the oldest first."""
        waiting = sorted((one for one in self._all() if one.waits), key=lambda one: one.asked_at)
        for export in waiting:
            self._make(export)

    def keep_up(self, now: datetime) -> None:
        """What was asked for long ago goes, and what may hold a text that was erased since."""
        for one in self._all():
            if one.ends_at <= now or self._erased_since(one):
                self.forget(one)

    def _make(self, export: Export) -> None:
        if export.tries >= _TRIES:
            why = "The worker ended twice while making it: take a department at a time."
            self._keep(replace(export, why=why))
            return
        begun = replace(export, tries=export.tries + 1)
        self._keep(begun)

        def progress(done: int, total: int) -> None:
            nonlocal begun
            if done % _EVERY == 0 or done == total:
                begun = replace(begun, done=done, total=total)
                self._tell(begun)

        scope = Scope(Reader(frozenset(export.drafts_of)), export.department)
        place = self._folder / f"{export.id}.made"
        try:
            ending = self._making.make(export.form, scope, place, datetime.now(UTC), progress)
        except (NotPrinted, OSError) as error:
            why = str(error) if isinstance(error, NotPrinted) else _trouble(error)
            self._tell(replace(begun, why=why))
            return
        size = place.stat().st_size
        place.replace(self._folder / f"{export.id}.{ending}")
        if not self._tell(replace(begun, ending=ending, size=size)):
            self.forget(export)

    def _tell(self, export: Export) -> bool:
        """Keep how far it is, unless nobody wants it any more."""
        if wanted := self._file_of(export).exists():
            self._keep(export)
        return wanted

    def _erased_since(self, export: Export) -> bool:
        return any(erasure.at >= export.asked_at for erasure in self._erasures.all(1))

    def _all(self) -> Iterator[Export]:
        with suppress(OSError):
            for file in sorted(self._folder.glob("*.json")):
                if (found := self._read(file)) is not None:
                    yield found

    def _read(self, file: Path) -> Export | None:
        try:
            return msgspec.json.decode(file.read_bytes(), type=Export)
        except (OSError, msgspec.DecodeError):
            return None

    def _keep(self, export: Export) -> None:
        durable.replace(self._file_of(export), msgspec.json.encode(export))

    def _file_of(self, export: Export) -> Path:
        return self._folder / f"{export.id}.json"


def _trouble(error: OSError) -> str:
    return f"It could not be written: {error.strerror or error}."
