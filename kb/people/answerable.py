"""Who may answer for a procedure, confirm that it is right, and hand it over. Pure."""

from __future__ import annotations

from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Department, Procedure, Status


def belongs(person: Person, department: Department) -> bool:
    """May this person own procedures of the department? Its members may, and its lead."""
    member = department.id in person.editor_of | person.reviewer_of
    return not person.disabled and (member or person.email == department.lead)


def may_confirm(person: Person, procedure: Procedure, department: Department) -> bool:
    """Reviewers of its department; of those who write there, owner, deputy and lead."""
    if procedure.status is not Status.PUBLISHED:
        return False
    answers = person.email in (procedure.owner, procedure.deputy, department.lead)
    writes = may(person, Right.WRITE, department.id)
    return may(person, Right.CONFIRM, department.id) or (writes and answers)


def may_hand_over(person: Person, department: Department) -> bool:
    """Its members and its lead; administrators anywhere, or what is left behind would stay so."""
    if may(person, Right.HAND_OVER, department.id) or may(person, Right.KEEP_PEOPLE):
        return True
    return not person.disabled and person.email == department.lead
