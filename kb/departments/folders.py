"""Departments made of folders: what they would be, then all of them in one commit, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.departments.administration import DepartmentRefused, DepartmentsKept
from kb.documents.settings_files.departments_editing import (
    said_of,
    with_new_department,
    without_department,
)
from kb.documents.settings_files.names import TAKEN
from kb.documents.text.plain_text import readable, slug
from kb.people.person import Person, folded_email
from kb.people.sql.directory import Directory
from kb.publishing.outcomes import refusing

_LONGEST_ID = 80
_MADE = {"id", "name", "lead"}


class FolderDepartment(Struct, frozen=True):
    """A department that a folder would be. `lead` is an address: who owns most of its files."""

    id: str
    name: str
    folders: tuple[str, ...]
    procedures: int
    lead: str | None
    lead_owns: int


class FolderDepartments(Struct, frozen=True):
    """The verbs. Each raises NotSaved when departments.yml cannot be written."""

    kept: DepartmentsKept
    catalogue: Catalogue
    directory: Directory

    def proposed(self) -> list[FolderDepartment]:
        """For every folder at the top with procedures that are of no department, by name."""
        folders: dict[str, list[tuple[str, str | None]]] = {}
        for path, owner in self.catalogue.unassigned():
            folder, _, rest = path.partition("/")
            id = slug(folder)
            if rest and id and len(id) <= _LONGEST_ID and id not in TAKEN:
                folders.setdefault(id, []).append((folder, owner))
        people = {owner for files in folders.values() for _, owner in files if owner}
        known = self.directory.names(people)
        found = [_proposal(id, files, known.keys()) for id, files in folders.items()]
        return sorted(found, key=lambda one: one.name)

    @refusing
    def make(self, ids: Collection[str], by: Person, now: datetime) -> tuple[str, ...]:
        """Those of the proposed ones, in one commit; returns which were made."""
        wanted = [one for one in self.proposed() if one.id in ids]
        if not wanted:
            return ()

        def made(raw: bytes) -> bytes:
            for one in wanted:
                raw = with_new_department(raw, one.id, {"name": one.name, "lead": one.lead or ""})
            return raw

        names = ", ".join(one.name for one in wanted)
        self.kept.write(made, f"Departments from folders: {names}"[:500], by, now)
        return tuple(one.id for one in wanted)

    @refusing
    def unmake(self, ids: Collection[str], by: Person, now: datetime) -> None:
        """Out of departments.yml again. Raises DepartmentRefused where one is in use by now."""
        for id in ids:
            owned = self.kept.belongings(id, now)
            if owned.members or owned.waiting:
                raise DepartmentRefused({id: f"{id} has members or questions by now."})

        def unmade(raw: bytes) -> bytes:
            for id in ids:
                if not said_of(raw, id).keys() <= _MADE:
                    raise DepartmentRefused({id: f"Somebody wrote more about {id} by now."})
                raw = without_department(raw, id)
            return raw

        self.kept.write(unmade, f"Undone: departments from folders: {', '.join(ids)}", by, now)


def _proposal(
    id: str, files: list[tuple[str, str | None]], people: Collection[str]
) -> FolderDepartment:
    owners = Counter(owner for _, owner in files if owner in people)
    lead, owns = owners.most_common(1)[0] if owners else (None, 0)
    folders = tuple(sorted({folder for folder, _ in files}))
    return FolderDepartment(
        id=id,
        name=readable(folders[0]),
        folders=folders,
        procedures=len(files),
        lead=folded_email(lead) if lead else None,
        lead_owns=owns,
    )
