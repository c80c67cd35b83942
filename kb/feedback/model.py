"""What a department has to answer: an item, its passage, its reason, how it ended. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from kb.feedback.errors import AlreadyAnswered, EmptyReply, NotNow, Withdrawn
from kb.procedures.model import Department

LONGEST_TEXT = 4_000
LONGEST_PASSAGE = 1_000
REOPEN_WITHIN = timedelta(days=14)


class Reason(StrEnum):
    """Why a procedure, a passage of one, or a search did not help."""

    OUT_OF_DATE = "out of date"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    STEP_MISSING = "a step is missing"
    OTHER_CASE = "does not fit my case"
    NOT_NEEDED = "not what I needed"
    NOT_FOUND = "could not find it"


OF_SEARCHES = (Reason.NOT_NEEDED, Reason.NOT_FOUND)
OF_PROCEDURES = tuple(reason for reason in Reason if reason not in OF_SEARCHES)


class Outcome(StrEnum):
    """How it ended."""

    CORRECTED = "corrected"
    NEW_PROCEDURE = "new procedure"
    SEARCH_IMPROVED = "search improved"
    ALREADY_RIGHT = "already right"
    DUPLICATE = "duplicate"
    DECLINED = "declined"


class State(StrEnum):
    """Where an item stands. Which step leads where stands in kb/feedback/life_cycle.py."""

    NEW = "new"
    SEEN = "seen"
    IN_WORK = "in work"
    WAITING = "waiting"  # for the reporter, who was asked something; the clock stands
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # taken back by the reporter
    MERGED = "merged"  # another item tells the same; it is answered with that one


# The one place that says so; SQL asks kb/feedback/sql/rows.py.
RUNNING = frozenset({State.NEW, State.SEEN, State.IN_WORK})  # the clock of its promise runs
OPEN = RUNNING | {State.WAITING}
LIVE = OPEN | {State.MERGED}


class Kind(StrEnum):
    """Feedback is about a procedure; a request is a search that found nothing."""

    FEEDBACK = "feedback"
    REQUEST = "request"


class About(StrEnum):
    """What exactly did not help."""

    PROCEDURE = "procedure"
    SECTION = "section"
    STEP = "step"
    SEARCH = "search"


class Passage(Struct, frozen=True):
    """A section or step of a procedure, with its words as they read then."""

    about: About
    anchor: str
    words: str


WHOLE = Passage(About.PROCEDURE, "", "")


class Route(Struct, frozen=True):
    """Whose inbox something goes to, and which people hear of it first.

    `tell` are the ids of those who are told of what is nobody's yet; `able` are all who may
    answer there, so that somebody who left is not told in vain. Made by kb/feedback/routing.py.
    """

    department: Department
    tell: tuple[int, ...] = ()
    able: frozenset[int] = frozenset()


class Fix(Struct, frozen=True):
    """What was saved to answer an item: a procedure in the version that it has since."""

    procedure_id: str
    version: str


class Item(Struct, frozen=True):
    """One thing for a department to answer. Times are aware UTC; texts are as typed.

    `procedure_id`, `procedure_title` (as it was then), `version` and, where it is about a section
    or step, `passage` belong to feedback. `query` is what was searched: the request itself, or
    the search that led to the procedure. `outcome`, `reply`, `answered_by` and `fix` are those of
    the answer that stands; a reopened item has none until it is answered again (`answers` counts
    them). `seen`: the reporter has seen the latest word. `duplicate_of` is the item that it is
    answered with; `duplicates` counts those that are answered with this one.
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
    soon_at: datetime
    changed_at: datetime
    passage: Passage = WHOLE
    procedure_id: str | None = None
    procedure_title: str | None = None
    version: str | None = None
    reason: Reason | None = None
    query: str | None = None
    answer_wanted: bool = True
    waiting_since: datetime | None = None
    assignee_id: int | None = None
    assignee: str | None = None
    duplicate_of: int | None = None
    duplicates: int = 0
    outcome: Outcome | None = None
    reply: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    answers: int = 0
    reopened_at: datetime | None = None
    fix: Fix | None = None
    seen: bool = False

    @property
    def open(self) -> bool:
        """Does its department still have to answer it?"""
        return self.state in OPEN

    @property
    def title(self) -> str:
        """What it is about on one line: a procedure's title, or the words that were searched."""
        if self.kind is Kind.FEEDBACK:
            return self.procedure_title or ""
        return f"“{self.query or 'no words'}”"

    def overdue(self, now: datetime) -> bool:
        """Is the promise broken? Not while it waits for the reporter."""
        return self.state in RUNNING and self.due_at < now

    def due_soon(self, now: datetime) -> bool:
        """Is the promise about to be broken?"""
        return self.state in RUNNING and self.soon_at <= now <= self.due_at

    def may_reopen(self, now: datetime) -> bool:
        """Is "not solved" still to be said?"""
        if self.state is not State.ANSWERED or self.answered_at is None:
            return False
        return now <= self.answered_at + REOPEN_WITHIN

    def refusal(self) -> AlreadyAnswered:
        """Why a step cannot be taken from where it stands."""
        if self.state is State.WITHDRAWN:
            return Withdrawn(f"{self.reporter} has taken this back; there is nothing to answer.")
        if self.state is State.ANSWERED:
            return AlreadyAnswered(f"{self.answered_by} has answered this already.")
        if self.state is State.MERGED:
            return NotNow(f"This is answered with item {self.duplicate_of}.")
        return NotNow(f"This cannot be done to what is {self.state}.")


class Page(Struct, frozen=True):
    """One page of items, and how many there are on all pages."""

    items: tuple[Item, ...]
    total: int


class Counts(Struct, frozen=True):
    """What an inbox holds. `by_department`: open items by department id (absent means none).

    `overdue` and `soon` are among the open ones whose clock runs.
    """

    open: int
    answered: int
    overdue: int
    by_department: dict[str, int] = field(default_factory=dict)
    soon: int = 0
    by_state: dict[State, int] = field(default_factory=dict)


class Vote(Struct, frozen=True):
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
    anchor: str = ""
    answer_wanted: bool = True


class Tally(Struct, frozen=True):
    """How many found it helpful, and how many not."""

    yes: int
    no: int


def cleaned(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as it can be stored: no NUL, no lone surrogates, at most `longest` characters."""
    stored = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return stored.strip()[:longest]


def folded(*texts: str | None) -> str:
    """Texts as they are looked in and for: all as one, in whatever case they were typed."""
    return " ".join(" ".join(text for text in texts if text).casefold().split())


def usable_reply(reply: str) -> str:
    """The cleaned reply. Raises EmptyReply."""
    text = cleaned(reply)
    if not text:
        raise EmptyReply("Write a word to the person who asked.")
    return text
