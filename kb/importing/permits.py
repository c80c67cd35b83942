"""What somebody may bring in, and what they are shown of what is there."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.files_seen import FilesSeen
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import described
from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import UNASSIGNED, Departments, Procedure, Status
from kb.procedures.visibility import Reader
from kb.publishing.edits import NotAllowed, Standing
from kb.publishing.shown_files import Showing
from kb.storage.files.library import Library


class Permit(Struct, frozen=True):
    """`may` says why a procedure may not come in or be changed so, "" where it may.

    `publishes`: may they publish in that department at once? `reader`: what they see. `restores`:
    may they bring in whatever was taken out, as it was, with the settings?
    """

    may: Callable[[Procedure], str]
    publishes: Callable[[str], bool]
    reader: Reader
    restores: bool = False


class BringersLeave(Struct, frozen=True):
    """A `Leave` of publishing: the permit, asked of the very bytes that are about to be written."""

    permit: Permit
    departments: Departments
    catalogue: Catalogue
    library: Library

    def __call__(self, before: Standing | None, after: Standing | None) -> None:
        """Raises NotAllowed."""
        for one in filter(None, (before, after)):
            procedure, _ = described(parse(one.text, one.path), self.departments)
            if why := self.permit.may(procedure):
                raise NotAllowed(why)
            if one is after and (why := self._showing(procedure).objection(before, after)):
                raise NotAllowed(why)

    def _showing(self, one: Procedure) -> Showing:
        """Whoever may bring in for a department may show the files of its folder."""
        brings = frozenset(
            id
            for id in self.departments.by_id
            if not self.permit.may(replace(one, department=id, status=Status.DRAFT))
        )
        reader = Reader(self.permit.reader.drafts_of | brings)
        return Showing(FilesSeen(self.catalogue, self.departments, reader), self.library.has)


def everything(departments: Departments) -> Permit:
    """For whoever has the machine."""
    every = frozenset({*departments.by_id, UNASSIGNED})
    return Permit(lambda _procedure: "", lambda _department: True, Reader(every), True)


def permit_of(person: Person, departments: Departments, *, four_eyes: bool) -> Permit:
    """For a person: administrators everywhere, others where they write."""

    def allowed(right: Right, department: str, status: Status) -> bool:
        return allows(person, right, Case(departments.get(department), status, four_eyes))

    def may(procedure: Procedure) -> str:
        if allowed(Right.BRING_IN, procedure.department, procedure.status):
            return ""
        if not allowed(Right.BRING_IN, procedure.department, Status.DRAFT):
            name = departments.get(procedure.department).name
            return f"it belongs to {name}, for which you do not write"
        return "it is published where changes go through review: change it there"

    def publishes(department: str) -> bool:
        return allowed(Right.PUBLISH, department, Status.DRAFT)

    return Permit(may, publishes, person.reader(), person.administrator)
