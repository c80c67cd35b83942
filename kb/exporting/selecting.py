"""What goes out for whom: the procedures they may read, the files beside, and the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from kb.documents.settings_files.departments_editing import (
    said_of,
    with_department,
    without_department,
)
from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.documents.source.lines import NotAmendable
from kb.exporting.manifest import MANIFEST
from kb.exporting.sql.shelves import Shelves
from kb.procedures.model import Departments, Procedure
from kb.procedures.visibility import Reader
from kb.storage.files.library import TEMPLATES, Library

_SETTINGS = (".yml", ".yaml", ".toml")


class Scope(Struct, frozen=True):
    """Whose eyes, and which department (an id), "" for all of it.

    `whole`: for whoever has the machine, every file there is, settings with their secrets too.
    """

    reader: Reader
    department: str = ""
    whole: bool = False


class OutgoingFile(Struct, frozen=True):
    """A file of content/ as it is."""

    path: str
    raw: bytes


class Selecting(Struct, frozen=True):
    """Looks through content/ for a scope; changes nothing."""

    library: Library
    shelves: Shelves

    def procedures(self, scope: Scope) -> list[Procedure]:
        """By path, retired ones too."""
        return self.shelves.readable(scope.reader, scope.department)

    def paths(self, scope: Scope) -> list[str]:
        """Of all files that go out as they are; settings and templates apart."""
        if scope.whole and not scope.department:
            named = (DEPARTMENTS_FILE, SYNONYMS_FILE, MANIFEST)
            return [path for path in self.library.everything() if path not in named]
        chosen = self.procedures(scope)
        beside = self.shelves.files_shown(chosen)
        there = {path for path in beside if _is_beside(path) and self.library.has(path)}
        return sorted({one.path for one in chosen} | there)

    def file(self, path: str) -> OutgoingFile | None:
        """The file of that path; None where it cannot be read, or is a folder."""
        try:
            return OutgoingFile(path, self.library.read_any(path))
        except OSError:
            return None

    def settings(self, scope: Scope, departments: Departments) -> Iterator[OutgoingFile]:
        """departments.yml as far as it is about the scope, synonyms.yml, and the templates."""
        if source := _departments(self.library.departments_source(), scope, departments):
            yield OutgoingFile(DEPARTMENTS_FILE, source)
        synonyms = self.library.synonyms_source()
        if synonyms and not scope.department:
            yield OutgoingFile(SYNONYMS_FILE, synonyms)
        folders = {PurePosixPath(one.path).parts[0] for one in self.procedures(scope)}
        for path, raw in self.library.templates().items():
            if not scope.department or path.partition("/")[0] in folders - {TEMPLATES}:
                yield OutgoingFile(path, raw)


def _is_beside(path: str) -> bool:
    return not path.casefold().endswith(_SETTINGS)


def _departments(source: bytes, scope: Scope, departments: Departments) -> bytes:
    """departments.yml with the entries in scope; addresses of chats are secrets, and stay here.

    b"" where it is laid out so that nothing can be taken out of it.
    """
    if scope.whole and not scope.department:
        return source
    try:
        for id in departments.by_id:
            if scope.department not in ("", id):
                source = without_department(source, id)
            elif not scope.whole and "notify" in said_of(source, id):
                source = with_department(source, id, {"notify": ""})
    except (NotAmendable, LookupError):
        return b""
    return source
