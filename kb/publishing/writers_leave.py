"""What a person may make of a file by writing, asked of the very bytes that go into it."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from kb.catalogue.files_seen import FilesSeen
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import described, folder_department
from kb.people.editing_rules import Forbidden, WayIn, way_to_save
from kb.people.person import Person
from kb.people.rights import Case, Right, allows, may
from kb.procedures.model import UNASSIGNED, Departments, Procedure
from kb.publishing.edits import NeedsReview, NotAllowed, Standing, UnusableEdit
from kb.publishing.shown_files import Showing
from kb.storage.files.library import Library

REVIEWED = "Changes go through a reviewer there."


class WritersLeave(Struct, frozen=True):
    """A `Leave`: the table of rights, for one person and the departments as they are now."""

    by: Person
    departments: Departments
    four_eyes: bool
    catalogue: Catalogue
    library: Library

    def __call__(self, before: Standing | None, after: Standing | None) -> None:
        """Raises NotAllowed; NeedsReview where a reviewer may let it up."""
        was, becomes = self._read(before), self._read(after)
        _ensure_same_id(before, after)
        if becomes is not None:
            self._ensure_may_write(was, becomes, self.objection_to_files(before, after))
            self._ensure_may_lie(was, becomes.path)
        elif was is not None:
            self._ensure_may_remove(was)

    def objection_to_files(self, before: Standing | None, after: Standing | None) -> str:
        """What is to be said against the files that it would show; "" for nothing."""
        seen = FilesSeen(self.catalogue, self.departments, self.by.reader())
        return Showing(seen, self.library.has).objection(before, after) if after else ""

    def _ensure_may_write(self, was: Procedure | None, becomes: Procedure, files: str) -> None:
        try:
            way = way_to_save(self.by, was, becomes, self.departments, four_eyes=self.four_eyes)
        except Forbidden as reason:
            raise NotAllowed(str(reason), reason.about) from reason
        if files:
            raise NotAllowed(files)
        if way is WayIn.REVIEW:
            raise NeedsReview(REVIEWED)

    def _ensure_may_lie(self, was: Procedure | None, path: str) -> None:
        """A department's folder takes new files of those who write there, whatever the files say.

        And of those whose files lie there already.
        """
        folder, owner = posixpath.dirname(path), folder_department(path, self.departments)
        if owner == UNASSIGNED or (was is not None and posixpath.dirname(was.path) == folder):
            return
        there = {owner} | self.catalogue.departments_in(folder)
        if not any(may(self.by, Right.WRITE, one) for one in there):
            name = self.departments.get(owner).name
            why = f"The folder {folder} is for {name}, and you do not write for {name}."
            raise NotAllowed(f"{why} Choose another folder.", "path")

    def _ensure_may_remove(self, was: Procedure) -> None:
        case = Case(self.departments.get(was.department), was.status, self.four_eyes)
        if not allows(self.by, Right.REMOVE, case):
            raise NotAllowed("It is no longer your draft. Look at it again.")

    def _read(self, standing: Standing | None) -> Procedure | None:
        if standing is None:
            return None
        return described(parse(standing.text, standing.path), self.departments)[0]


def _ensure_same_id(before: Standing | None, after: Standing | None) -> None:
    """Raises UnusableEdit where a file that names its id would name another."""
    ids = [parse(one.text, one.path).meta.get("id") for one in (before, after) if one]
    if len(ids) == 2 and all(ids) and ids[0] != ids[1]:
        raise UnusableEdit(f"The id stays {ids[0]}: it never changes.")
