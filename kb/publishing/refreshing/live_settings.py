"""The files of settings in content/ as they hold now."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from kb.documents.settings_files.departments import parse_departments, spoilt
from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.documents.settings_files.synonyms import SynonymLists, parse_synonyms, spoilt_lists
from kb.procedures.model import Departments, Fault
from kb.publishing.refreshing.last_good import LastGood
from kb.storage.files.library import Library


class LiveSettings(Struct, frozen=True):
    """departments.yml and synonyms.yml."""

    departments: LastGood[Departments]
    synonyms: LastGood[SynonymLists]

    def keep(self) -> None:
        """Have what holds outlast this process. Raises OSError."""
        self.departments.keep()
        self.synonyms.keep()

    @property
    def found(self) -> tuple[Fault, ...]:
        """What is wrong in the files as they are now."""
        return (*self.departments().found, *self.synonyms().found)

    @property
    def older(self) -> tuple[Fault, ...]:
        """Of each file for which an older text holds, why."""
        standing = (self.departments(), self.synonyms())
        return tuple(fault for one in standing if one.older for fault in one.found[:1])


def live_settings(library: Library, kept: Path) -> LiveSettings:
    """Of that content folder; what was good last is kept in the folder `kept`."""
    return LiveSettings(
        LastGood(library.departments_source, parse_departments, spoilt, kept / DEPARTMENTS_FILE),
        LastGood(library.synonyms_source, parse_synonyms, spoilt_lists, kept / SYNONYMS_FILE),
    )
