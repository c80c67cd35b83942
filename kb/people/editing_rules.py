"""Which way a text may go into its file: at once, by a reviewer, or not. Pure."""

from __future__ import annotations

from enum import StrEnum

from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import Departments, Procedure, Status


class WayIn(StrEnum):
    """How a text goes into its file."""

    DIRECT = "at once"
    REVIEW = "after a review"


class Forbidden(Exception):
    """That text may not become the file's by this person. Its text says why and what to do.

    `about` names the field that it is said of.
    """

    def __init__(self, why: str, about: str = "department") -> None:
        super().__init__(why)
        self.about = about


def way_to_save(
    person: Person,
    before: Procedure | None,
    after: Procedure,
    departments: Departments,
    *,
    four_eyes: bool,
) -> WayIn:
    """How what is now `before` (None: nothing) may become `after`. Raises Forbidden."""

    def may(right: Right, one: Procedure, status: Status) -> bool:
        return allows(person, right, Case(departments.get(one.department), status, four_eyes))

    if before is None or before.status.kept_back:
        state = before.status if before else Status.DRAFT
        own = before or after
        if not (may(Right.WRITE, own, state) and may(Right.WRITE, after, state)):
            raise Forbidden(_not_yours(after, departments))
        if after.status.kept_back:
            return WayIn.DIRECT
        if may(Right.PUBLISH, own, state) and may(Right.PUBLISH, after, state):
            return WayIn.DIRECT
        why = "A reviewer publishes it: keep it as a draft, and submit it for review."
        raise Forbidden(why, "status")
    if may(Right.WRITE, before, before.status) and may(Right.WRITE, after, before.status):
        return WayIn.DIRECT
    if may(Right.PROPOSE, before, before.status) and may(Right.PROPOSE, after, before.status):
        return WayIn.REVIEW
    raise Forbidden(_not_yours(after, departments))


def _not_yours(after: Procedure, departments: Departments) -> str:
    return f"You do not write for {departments.get(after.department).name}."
