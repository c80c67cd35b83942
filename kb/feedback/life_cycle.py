"""The life of an item as one table: which step leads where, and whose step it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from kb.feedback.errors import NotYourDepartment
from kb.feedback.model import Item, State

NEW, SEEN, IN_WORK, WAITING = State.NEW, State.SEEN, State.IN_WORK, State.WAITING
ANSWERED, WITHDRAWN, MERGED = State.ANSWERED, State.WITHDRAWN, State.MERGED


class Party(StrEnum):
    """Whose step it is.

    The department is whoever answers its inbox: its editors and reviewers, its lead, and the
    administrators where it has neither (kb/feedback/routing.py says who that is). The system
    takes the place of a person where one step brings another with it.
    """

    REPORTER = "reporter"
    DEPARTMENT = "department"
    SYSTEM = "system"


class Verb(StrEnum):
    """What can be done to an item that is there."""

    SEE = "see"
    TAKE = "take"
    ASSIGN = "assign"
    GIVE_BACK = "give back"
    ASK_BACK = "ask back"
    REPLY = "reply"
    ANSWER = "answer"
    REOPEN = "reopen"
    REROUTE = "reroute"
    MERGE = "merge"
    NOTE = "note"
    WITHDRAW = "withdraw"
    AMEND = "amend"  # say "no" again with other words
    OBJECT = "object"  # say "no" again after it was taken back
    CLOSE = "close"  # what it was merged into is answered
    PART = "part"  # what it was merged into was withdrawn, and it takes that one's place


class EventKind(StrEnum):
    """What an event tells, and what its `was` and `became` are."""

    OPENED = "opened"  # "" and a state
    SEEN = "seen"  # states
    ASSIGNED = "assigned"  # the names of people; "" is nobody
    TAKEN = "taken"  # states
    ASKED_BACK = "asked back"  # states
    REPLIED = "replied"  # states
    AMENDED = "amended"  # states
    REROUTED = "rerouted"  # ids of departments
    ANSWERED = "answered"  # a state and an outcome
    REOPENED = "reopened"  # states
    MERGED = "merged"  # a state and the id of the item that it is answered with
    JOINED = "joined"  # "" and the id of an item that is answered with this one
    PARTED = "parted"  # the id of the item that it is not answered with any more, and a state
    WITHDRAWN = "withdrawn"  # states
    NOTE = "note"  # both ""


class Answerer(Protocol):
    """Who acts: a person, of whom only this much matters here.

    `departments` are those whose inbox is theirs.
    """

    @property
    def id(self) -> int: ...

    @property
    def departments(self) -> frozenset[str]: ...


class Step(Struct, frozen=True):
    """Whose it is, and the state that it leads to from each in which it can be taken."""

    by: Party
    leads: Mapping[State, State]


STEPS: Mapping[Verb, Step] = {
    Verb.SEE: Step(
        Party.DEPARTMENT,
        {NEW: SEEN, SEEN: SEEN, IN_WORK: IN_WORK, WAITING: WAITING, ANSWERED: ANSWERED},
    ),
    Verb.TAKE: Step(
        Party.DEPARTMENT, {NEW: IN_WORK, SEEN: IN_WORK, IN_WORK: IN_WORK, WAITING: WAITING}
    ),
    Verb.ASSIGN: Step(
        Party.DEPARTMENT, {NEW: SEEN, SEEN: SEEN, IN_WORK: IN_WORK, WAITING: WAITING}
    ),
    Verb.GIVE_BACK: Step(
        Party.DEPARTMENT, {NEW: SEEN, SEEN: SEEN, IN_WORK: SEEN, WAITING: WAITING}
    ),
    Verb.ASK_BACK: Step(
        Party.DEPARTMENT, {NEW: WAITING, SEEN: WAITING, IN_WORK: WAITING, WAITING: WAITING}
    ),
    Verb.REPLY: Step(
        Party.REPORTER, {NEW: NEW, SEEN: SEEN, IN_WORK: IN_WORK, WAITING: IN_WORK, MERGED: MERGED}
    ),
    Verb.ANSWER: Step(
        Party.DEPARTMENT, {NEW: ANSWERED, SEEN: ANSWERED, IN_WORK: ANSWERED, WAITING: ANSWERED}
    ),
    # Back to who had it; to all of the department where nobody did.
    Verb.REOPEN: Step(Party.REPORTER, {ANSWERED: IN_WORK}),
    Verb.REROUTE: Step(Party.DEPARTMENT, {NEW: NEW, SEEN: NEW, IN_WORK: NEW, WAITING: NEW}),
    Verb.MERGE: Step(
        Party.DEPARTMENT, {NEW: MERGED, SEEN: MERGED, IN_WORK: MERGED, WAITING: MERGED}
    ),
    Verb.NOTE: Step(Party.DEPARTMENT, {state: state for state in State}),
    Verb.WITHDRAW: Step(
        Party.REPORTER,
        {
            NEW: WITHDRAWN,
            SEEN: WITHDRAWN,
            IN_WORK: WITHDRAWN,
            WAITING: WITHDRAWN,
            MERGED: WITHDRAWN,
        },
    ),
    Verb.AMEND: Step(
        Party.REPORTER, {NEW: NEW, SEEN: SEEN, IN_WORK: IN_WORK, WAITING: IN_WORK, MERGED: MERGED}
    ),
    Verb.OBJECT: Step(Party.REPORTER, {WITHDRAWN: NEW}),
    Verb.CLOSE: Step(Party.SYSTEM, {MERGED: ANSWERED}),
    Verb.PART: Step(Party.SYSTEM, {MERGED: NEW}),
}


def next_state(verb: Verb, item: Item, by: Answerer) -> State:
    """Where this step of that person leads.

    Raises NotYourDepartment for a stranger, and where it cannot be taken from where the item
    stands Withdrawn, AlreadyAnswered or NotNow.
    """
    step = STEPS[verb]
    if step.by is Party.DEPARTMENT and item.department not in by.departments:
        raise NotYourDepartment("There is no such item in your departments' inbox.")
    if step.by is Party.REPORTER and item.reporter_id != by.id:
        raise NotYourDepartment("There is no such item among your questions.")
    return leads(verb, item)


def leads(verb: Verb, item: Item) -> State:
    """Where this step leads, whoever takes it. Raises Withdrawn, AlreadyAnswered, NotNow."""
    found = STEPS[verb].leads.get(item.state)
    if found is None:
        raise item.refusal()
    return found
