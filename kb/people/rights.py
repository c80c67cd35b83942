"""Who may do what, as one table. Everything that asks, asks `may`."""

from __future__ import annotations

from enum import StrEnum

from kb.people.person import Person
from kb.procedures.model import UNASSIGNED


class Role(StrEnum):
    """What a person is: everybody a rep, some an editor or reviewer of departments."""

    REP = "rep"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What can be done."""

    READ = "read"
    VOTE = "vote"
    ASK = "ask"
    READ_DRAFTS = "read drafts"
    WRITE = "write"
    CONFIRM = "confirm that it is still right"
    HAND_OVER = "hand over to another owner"
    ANSWER = "answer the inbox"
    KEEP_PEOPLE = "keep people"
    KEEP_TOKENS = "keep tokens"
    ERASE = "erase for good"


# An editor's and a reviewer's rights hold in their own departments. An administrator's hold
# where no department is asked about, and for what belongs to no department ("unassigned").
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REP: frozenset({Right.READ, Right.VOTE, Right.ASK}),
    Role.EDITOR: frozenset({Right.READ_DRAFTS, Right.WRITE, Right.HAND_OVER, Right.ANSWER}),
    Role.REVIEWER: frozenset(
        {Right.READ_DRAFTS, Right.WRITE, Right.CONFIRM, Right.HAND_OVER, Right.ANSWER}
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.READ_DRAFTS,
            Right.WRITE,
            Right.CONFIRM,
            Right.HAND_OVER,
            Right.ANSWER,
            Right.KEEP_PEOPLE,
            Right.KEEP_TOKENS,
            Right.ERASE,
        }
    ),
}


def may(person: Person, right: Right, department: str | None = None) -> bool:
    """Has the person this right, in this department where it is about one?"""
    if person.disabled:
        return False
    return any(right in RIGHTS[role] for role in _roles(person, department))


def _roles(person: Person, department: str | None) -> set[Role]:
    held = {
        Role.REP: True,
        Role.EDITOR: department in person.editor_of,
        Role.REVIEWER: department in person.reviewer_of,
        Role.ADMINISTRATOR: person.administrator and department in (None, UNASSIGNED),
    }
    return {role for role, holds in held.items() if holds}
