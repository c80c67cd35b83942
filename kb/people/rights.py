"""Who may do what in which state, as one table. Everything that allows or refuses asks it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from kb.people.person import Person
from kb.procedures.model import KEPT_BACK, UNASSIGNED, Department, Status


class Role(StrEnum):
    """What a person is: everybody a rep, some an editor or reviewer of departments.

    A lead is who departments.yml names; the others are given to a person.
    """

    REP = "rep"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"


GIVEN = (Role.REP, Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)


class Right(StrEnum):
    """What can be done."""

    READ = "read"
    VOTE = "vote"
    ASK = "ask"
    READ_DRAFTS = "read drafts"
    WRITE = "write"
    PROPOSE = "propose a change"
    SUBMIT = "submit for review"
    COMMENT = "comment on a passage"
    APPROVE = "approve"
    PUBLISH_LATER = "approve for later"
    CALL_OFF = "call off what was approved for later"
    SEND_BACK = "send back"
    WITHDRAW = "withdraw what was submitted"
    PUBLISH = "publish without submitting"
    MOVE = "rename or move"
    RETIRE = "retire"
    REINSTATE = "use a retired one again"
    REMOVE = "remove a draft"
    CONFIRM = "confirm that it is still right"
    BRING_IN = "bring in from a workbook"
    TAKE_OUT = "take out as files, a workbook or a book"
    HAND_OVER = "hand over to another owner"
    PUT_BACK = "undo a bulk confirmation or hand-over"
    ERASE = "erase for good"
    ANSWER = "answer the inbox"
    OVERSEE = "see to what a department has not answered in time"
    TELL_ALL = "put up a bulletin"
    KEEP_PEOPLE = "keep people"
    KEEP_TOKENS = "keep tokens"


class Condition(StrEnum):
    """What else must hold."""

    DIRECT = "where the department has no changes reviewed"
    ALONE = "where two people are not asked for (KB_FOUR_EYES)"
    SECOND = "not what they submitted themselves, where two people are asked for (KB_FOUR_EYES)"
    OWN = "what they submitted themselves"
    ANSWERS = "what they answer for: as owner, deputy or lead"


class Rule(Struct, frozen=True):
    """These roles have this right in these states, if the condition holds. It may have none.

    `everywhere`: an administrator's reaches into every department.
    """

    right: Right
    roles: tuple[Role, ...]
    states: tuple[Status, ...] = ()
    condition: Condition | None = None
    everywhere: bool = False


class Case(Struct, frozen=True):
    """What is decided about: a procedure's department and state, and whether this site asks for

    two people. `own`: what waits was submitted by the one who asks. `answers`: who asks is its
    owner or deputy, or leads its department.
    """

    department: Department
    status: Status
    four_eyes: bool = False
    own: bool = False
    answers: bool = False


_ALL = tuple(Role)
_WRITERS = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
_REVIEWERS = (Role.REVIEWER, Role.ADMINISTRATOR)
_UP = (Status.PUBLISHED, Status.RETIRED)
# A draft waits in review; a change waits while what it changes is up.
_WAITING = (Status.IN_REVIEW, *_UP)
_ANY = tuple(Status)

# An editor's, reviewer's and lead's rights hold in their own departments. An administrator's
# hold where no department is asked about, and for what belongs to no department.
RULES: tuple[Rule, ...] = (
    Rule(Right.READ, _ALL, _UP),
    Rule(Right.READ_DRAFTS, (*_WRITERS, Role.LEAD), KEPT_BACK),
    Rule(Right.WRITE, _WRITERS, KEPT_BACK),
    Rule(Right.WRITE, _WRITERS, _UP, Condition.DIRECT),
    Rule(Right.WRITE, _REVIEWERS, _UP, Condition.ALONE),
    Rule(Right.PROPOSE, _WRITERS, _UP),
    Rule(Right.SUBMIT, _WRITERS, KEPT_BACK),
    Rule(Right.COMMENT, _WRITERS, _ANY),
    Rule(Right.APPROVE, _REVIEWERS, _WAITING, Condition.SECOND),
    Rule(Right.PUBLISH_LATER, _REVIEWERS, _WAITING, Condition.SECOND),
    Rule(Right.CALL_OFF, _REVIEWERS, _ANY),
    Rule(Right.SEND_BACK, _REVIEWERS, _ANY),
    Rule(Right.WITHDRAW, _WRITERS, _ANY, Condition.OWN),
    Rule(Right.PUBLISH, _REVIEWERS, KEPT_BACK, Condition.ALONE),
    Rule(Right.MOVE, _WRITERS, KEPT_BACK),
    Rule(Right.MOVE, _WRITERS, _UP, Condition.DIRECT),
    Rule(Right.MOVE, _REVIEWERS, _UP, Condition.ALONE),
    # As any change of what is up: where that takes a reviewer, it is proposed.
    Rule(Right.RETIRE, _WRITERS, (Status.PUBLISHED,), Condition.DIRECT),
    Rule(Right.RETIRE, _REVIEWERS, (Status.PUBLISHED,), Condition.ALONE),
    Rule(Right.REINSTATE, _WRITERS, (Status.RETIRED,), Condition.DIRECT),
    Rule(Right.REINSTATE, _REVIEWERS, (Status.RETIRED,), Condition.ALONE),
    Rule(Right.REMOVE, _WRITERS, KEPT_BACK),
    Rule(Right.CONFIRM, _REVIEWERS, (Status.PUBLISHED,)),
    Rule(Right.CONFIRM, (Role.EDITOR,), (Status.PUBLISHED,), Condition.ANSWERS),
    # The one who sets the site up has the workbook of all departments.
    Rule(Right.BRING_IN, _WRITERS, KEPT_BACK),
    Rule(Right.BRING_IN, _WRITERS, _UP, Condition.DIRECT),
    Rule(Right.BRING_IN, (Role.ADMINISTRATOR,), KEPT_BACK, everywhere=True),
    Rule(Right.BRING_IN, (Role.ADMINISTRATOR,), _UP, Condition.DIRECT, everywhere=True),
    Rule(Right.TAKE_OUT, (Role.EDITOR, Role.REVIEWER, Role.LEAD)),
    Rule(Right.TAKE_OUT, (Role.ADMINISTRATOR,), everywhere=True),
    Rule(Right.HAND_OVER, (*_WRITERS, Role.LEAD), _ANY),
    Rule(Right.HAND_OVER, (Role.ADMINISTRATOR,), _ANY, everywhere=True),
    # It changes no text, so it goes straight where changes are reviewed, too. Undoing a bulk change
    # of text is writing it.
    Rule(Right.PUT_BACK, (*_WRITERS, Role.LEAD), _ANY),
    Rule(Right.PUT_BACK, (Role.ADMINISTRATOR,), _ANY, everywhere=True),
    Rule(Right.ERASE, (Role.ADMINISTRATOR,), _ANY, everywhere=True),
    Rule(Right.VOTE, _ALL),
    Rule(Right.ASK, _ALL),
    Rule(Right.ANSWER, (*_WRITERS, Role.LEAD)),
    Rule(Right.OVERSEE, (Role.ADMINISTRATOR,), everywhere=True),
    Rule(Right.TELL_ALL, (Role.EDITOR, Role.REVIEWER, Role.LEAD)),
    Rule(Right.TELL_ALL, (Role.ADMINISTRATOR,), everywhere=True),
    Rule(Right.KEEP_PEOPLE, (Role.ADMINISTRATOR,), everywhere=True),
    Rule(Right.KEEP_TOKENS, (Role.ADMINISTRATOR,), everywhere=True),
)
RIGHTS: dict[Role, frozenset[Right]] = {
    role: frozenset(rule.right for rule in RULES if role in rule.roles) for role in Role
}


def may(person: Person, right: Right, department: str | None = None) -> bool:
    """Has the person this right in some state, in this department where it is about one?"""
    if person.disabled:
        return False
    return any(right in RIGHTS[role] for role in _roles(person, department))


def allows(person: Person, right: Right, case: Case) -> bool:
    """Has the person this right on that very procedure?"""
    if person.disabled:
        return False
    here = _roles(person, case.department.id, case.department.lead)
    anywhere = _roles(person, None)
    return any(
        rule.right is right
        and not (anywhere if rule.everywhere else here).isdisjoint(rule.roles)
        and (not rule.states or case.status in rule.states)
        and _holds(rule.condition, case)
        for rule in RULES
    )


def reviews(person: Person, department: str) -> bool:
    """Is the person one of those who approve in that department?"""
    return may(person, Right.APPROVE, department)


def _holds(condition: Condition | None, case: Case) -> bool:
    return {
        None: True,
        Condition.DIRECT: not case.department.changes_reviewed,
        Condition.ALONE: not case.four_eyes,
        Condition.SECOND: not (case.four_eyes and case.own),
        Condition.OWN: case.own,
        Condition.ANSWERS: case.answers,
    }[condition]


def _roles(person: Person, department: str | None, lead: str | None = None) -> set[Role]:
    held = {
        Role.REP: True,
        Role.EDITOR: department in person.editor_of,
        Role.REVIEWER: department in person.reviewer_of,
        Role.LEAD: department in person.leads or (lead is not None and person.email == lead),
        Role.ADMINISTRATOR: person.administrator and department in (None, UNASSIGNED),
    }
    return {role for role, holds in held.items() if holds}
