"""Whose inbox something goes to, who hears of it first, and whose inboxes a person answers."""

from __future__ import annotations

from msgspec import Struct

from kb.feedback.model import Item, Route
from kb.feedback.sql.inbox import Inbox
from kb.people.person import Person, folded_email
from kb.people.sql.directory import Directory
from kb.procedures.model import UNASSIGNED, Department, Departments, Procedure

ADMINISTRATORS = Department(UNASSIGNED, "The administrators")


class Answering(Struct, frozen=True):
    """A person with all the departments whose inbox is theirs."""

    id: int
    departments: frozenset[str]


class Routing(Struct, frozen=True):
    """The ways to a department. `demo_allowed`: demo people count as people.

    A department is answered by its editors and reviewers and by its lead; where none of them may
    enter, by the administrators. What is new is told to the procedure's owner, else its deputy,
    else the lead, else all of them. Nothing leads to where nobody is.
    """

    directory: Directory
    inbox: Inbox
    demo_allowed: bool

    def to(self, department_id: str, departments: Departments) -> Route:
        """The way to a department."""
        return self._route(departments.get(department_id), ())

    def of(self, procedure: Procedure, departments: Departments) -> Route:
        """The way to who answers for a procedure, or where a detour leads from it."""
        first = (procedure.owner, procedure.deputy)
        return self._route(departments.answering(procedure), first)

    def guessed(self, query: str, likely: str | None, departments: Departments) -> Route:
        """The way for a search that names no department.

        A category of the detours that stands in the words decides, else the department that the
        search makes `likely`; what fits nowhere goes to the administrators.
        """
        words = f" {' '.join(query.casefold().split())} "
        named = (
            one.to
            for one in departments.detours
            if one.category and f" {one.category.casefold()} " in words
        )
        return self.to(next(named, None) or likely or UNASSIGNED, departments)

    def of_item(
        self, item: Item, departments: Departments, procedure: Procedure | None = None
    ) -> Route:
        """The way to who answers an item that is there, by its procedure as it is now."""
        if procedure is not None and procedure.department == item.department:
            return self.of(procedure, departments)
        return self.to(item.department, departments)

    def answering(self, person: Person, departments: Departments) -> Answering:
        """The person with their departments: those they are of, and those they lead.

        Administrators also have those in which there is nobody else; that costs one statement.
        """
        deserted: frozenset[str] = frozenset()
        if person.administrator:
            known = frozenset(departments.by_id)
            deserted = self.inbox.lists.deserted(known, demo_allowed=self.demo_allowed)
        return Answering(person.id, person.leading(departments).departments | deserted)

    def _route(self, department: Department, first: tuple[str | None, ...]) -> Route:
        asked = [email for email in (*first, department.lead) if email]
        near = self.directory.around(department.id, asked, demo_allowed=self.demo_allowed)
        able = [one for one in near if _answers(one, department)]
        if not able:
            administrators = tuple(one.id for one in near if one.administrator)
            return Route(ADMINISTRATORS, administrators, frozenset(administrators))
        foremost = (one.id for email in asked for one in able if _is(one, email))
        told = next(foremost, None)
        ids = tuple(one.id for one in able)
        return Route(department, ids if told is None else (told,), frozenset(ids))


def _answers(person: Person, department: Department) -> bool:
    return department.id in person.departments or _is(person, department.lead)


def _is(person: Person, email: str | None) -> bool:
    return bool(email) and folded_email(email or "") == person.email
