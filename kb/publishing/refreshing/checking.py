"""What is wrong with the files: each by itself, and across all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.cross_faults import CrossRow, Staff, cross_faults
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.reading import read_as
from kb.procedures.model import Fault
from kb.publishing.refreshing.live_settings import LiveSettings
from kb.publishing.search_tests import SearchTests
from kb.search.index.index import Index
from kb.storage.files.library import Library
from kb.storage.files.other_files import other_faults, unread_files

# Whom owners are checked against; None while nobody is registered.
Employed = Callable[[], Staff | None]


class Checking(Struct, frozen=True):
    """Looks for faults in the files of `library`; those across files are kept in the catalogue."""

    library: Library
    catalogue: Catalogue
    index: Index
    staff: Employed
    search_tests: SearchTests
    live: LiveSettings

    def everything(self, today: date) -> list[Fault]:
        """All faults of all files, read afresh, by path and line."""
        departments = self.live.departments().settings
        faults = [*self.live.found]
        held = {path: stamp.id for path, stamp in self.catalogue.stamps().items()}
        rows, read = [], []
        for stamp in self.library.files(faults.append):
            with suppress(FileNotFoundError):
                filed, _ = read_as(self.library.read, stamp.path, departments)
                faults.extend(filed.faults)
                row, id = CrossRow.of(filed), held.get(stamp.path, filed.procedure.id)
                due = replace(filed.procedure, id=id).due
                rows.append(replace(row, holds=held.get(row.path) == row.id, due=due))
                read.append(filed)
        faults.extend(cross_faults(rows, departments, self.staff(), today, self.library.has))
        shown = {path for filed in read for path in filed.files}
        faults.extend(other_faults(self.library, shown))
        faults.extend(self.search_tests.faults_of(read, self._indexed_versions()))
        return sorted(faults, key=lambda fault: (fault.path, fault.line, fault.code))

    def unread(self) -> list[Fault]:
        """The files that nobody reads, once a kind, by what the procedures said when last read."""
        return unread_files(self.library, self.catalogue.files_shown())

    def across(self, unlisted: list[Fault], today: date, *, changed: bool) -> None:
        """Faults across files, for the warnings on pages: after a change, and on a new day."""
        staff = self.staff()
        seen = self._circumstances(today, staff)
        if not changed and not unlisted and seen == self.catalogue.state("checked"):
            return
        rows = self.catalogue.cross_rows()
        found = cross_faults(
            rows,
            self.live.departments().settings,
            staff,
            today,
            self.library.has,
        )
        found += self.search_tests.faults()
        self.catalogue.record_cross_faults([*unlisted, *found])
        # What was just recorded made the catalogue move on.
        self.catalogue.set_state("checked", self._circumstances(today, staff))

    def _indexed_versions(self) -> dict[str, str]:
        """Of the files whose newest known text is in the index, the version of that text."""
        indexed = self.index.fingerprints()
        stamps = self.catalogue.stamps()
        versions = dict.fromkeys(indexed, "")
        for path, stamp in stamps.items():
            if indexed.get(path) == stamp.fingerprint:
                versions[path] = stamp.version
        return versions

    def _circumstances(self, today: date, staff: Staff | None) -> str:
        """All that the faults across files depend on, besides the index."""
        try:
            synonyms = self.library.synonyms_source()
        except OSError:
            synonyms = b""
        digest = sha256(repr((_told(staff or {}), synonyms)).encode()).hexdigest()
        return f"{today} {digest} {self.catalogue.generation()}"


def _told(staff: Staff) -> list[tuple[str, list[str] | None]]:
    held = {email: None if some is None else sorted(some) for email, some in staff.items()}
    return sorted(held.items(), key=lambda one: one[0])
