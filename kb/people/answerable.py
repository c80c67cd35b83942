"""Who may answer for a procedure, confirm that it is right, and hand it over. Pure."""

from __future__ import annotations

from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import Department, Procedure, Status


def belongs(person: Person, department: Department) -> bool:
    """May this person own procedures of the department? Its members may, and its lead."""
    member = department.id in person.editor_of | person.reviewer_of
    return not person.disabled and (member or person.email == department.lead)


def may_confirm(person: Person, procedure: Procedure, department: Department) -> bool:
    """Reviewers of its department; of its editors, owner, deputy and lead."""
    answers = person.email in (procedure.owner, procedure.deputy, department.lead)
    return allows(person, Right.CONFIRM, Case(department, procedure.status, answers=answers))


def may_hand_over(person: Person, department: Department) -> bool:
    """Its members and its lead; administrators anywhere, or what is left behind would stay so."""
    return allows(person, Right.HAND_OVER, Case(department, Status.PUBLISHED))
