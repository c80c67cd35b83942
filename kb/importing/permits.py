"""What somebody may bring in, and what they are shown of what is there. Pure."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import UNASSIGNED, Departments, Procedure, Status
from kb.procedures.visibility import Reader


class Permit(Struct, frozen=True):
    """`may` says why a procedure may not come in or be changed so, "" where it may.

    `publishes`: may they publish in that department at once? `reader`: what they see.
    """

    may: Callable[[Procedure], str]
    publishes: Callable[[str], bool]
    reader: Reader


def everything(departments: Departments) -> Permit:
    """For whoever has the machine."""
    every = frozenset({*departments.by_id, UNASSIGNED})
    return Permit(lambda _procedure: "", lambda _department: True, Reader(every))


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

    return Permit(may, publishes, person.reader())
