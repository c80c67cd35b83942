"""What a department has to answer, how it ends, and who may end it. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

LONGEST_TEXT = 4_000


class Reason(StrEnum):
    """Why a procedure did not help."""

    OUT_OF_DATE = "out of date"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    STEP_MISSING = "a step is missing"
    OTHER_CASE = "does not fit my case"


class Outcome(StrEnum):
    """How it ended."""

    CORRECTED = "corrected"
    NEW_PROCEDURE = "new procedure"
    SEARCH_IMPROVED = "search improved"
    ALREADY_RIGHT = "already right"
    DUPLICATE = "duplicate"
    DECLINED = "declined"


class State(StrEnum):
    """Where an item stands. Withdrawn: the reporter found the procedure helpful after all."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Kind(StrEnum):
    """Feedback is about a procedure; a request is a search that found nothing."""

    FEEDBACK = "feedback"
    REQUEST = "request"


class FeedbackError(Exception):
    """Any refusal below. Its text is one sentence that the person may read."""


class AlreadyAnswered(FeedbackError):
    """Somebody was faster: the item is not open any more."""


class Withdrawn(AlreadyAnswered):
    """The reporter took it back; there is nothing to answer."""


class NotYourDepartment(FeedbackError):
    """There is no such item, or not for this person: both told alike."""


class EmptyReply(FeedbackError):
    """An answer without a word to the reporter."""


class EmptyQuestion(FeedbackError):
    """A request that says neither what was searched nor what is missing."""


class Answerer(Protocol):
    """Who answers: a person, of whom only this much matters here."""

    @property
    def id(self) -> int: ...

    @property
    def departments(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for a department to answer. Times are aware UTC; texts are as typed.

    `procedure_id`, `procedure_title` (as it was then), `version` and `reason` belong to feedback,
    `query` (what was searched) to a request. `seen`: the reporter has read the answer.
    """

    id: int
    kind: Kind
    department: str
    reporter_id: int
    reporter: str
    comment: str
    created_at: datetime
    due_at: datetime
    state: State
    procedure_id: str | None = None
    procedure_title: str | None = None
    version: str | None = None
    reason: Reason | None = None
    query: str | None = None
    outcome: Outcome | None = None
    reply: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    seen: bool = False

    def overdue(self, now: datetime) -> bool:
        """Open past the time in which its department promised to answer."""
        return self.state is State.OPEN and self.due_at < now

    def ensure_answerable(self, departments: AbstractSet[str]) -> None:
        """Raises NotYourDepartment, Withdrawn, AlreadyAnswered."""
        if self.department not in departments:
            raise NotYourDepartment("There is no such item in your departments' inbox.")
        if self.state is State.WITHDRAWN:
            raise Withdrawn(f"{self.reporter} has taken this back; there is nothing to answer.")
        if self.state is State.ANSWERED:
            raise AlreadyAnswered(f"{self.answered_by} has answered this already.")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items, and how many there are on all pages."""

    items: tuple[Item, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What an inbox holds. `by_department`: open items by department id (absent means none)."""

    open: int
    answered: int
    overdue: int
    by_department: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person thinks of one version, with what they wrote when it did not help.

    `state` is that of the latest item of this vote, None where it never opened one.
    """

    procedure_id: str
    version: str
    helpful: bool
    at: datetime
    reason: Reason | None = None
    comment: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many found it helpful, and how many not."""

    yes: int
    no: int


def cleaned(text: str) -> str:
    """The text as it can be stored: no NUL, no lone surrogates, at most LONGEST_TEXT characters."""
    stored = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return stored.strip()[:LONGEST_TEXT]


def usable_reply(reply: str) -> str:
    """The cleaned reply. Raises EmptyReply."""
    text = cleaned(reply)
    if not text:
        raise EmptyReply("Write a word to the person who asked.")
    return text
