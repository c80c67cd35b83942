"""What waits for a reviewer: its states, its steps, what is said about it. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from kb.publishing.edits import UnusableEdit

LONGEST_WORD = 2_000  # characters of a word, comment or passage


class SubmissionKind(StrEnum):
    """What is submitted: a draft to be published, or a change to what is published."""

    DRAFT = "draft"
    CHANGE = "change"


class SubmissionState(StrEnum):
    """Where a submission stands. BEGUN is told to nobody: its file is not marked yet."""

    BEGUN = "begun"
    WAITING = "waiting"
    LATER = "later"
    APPROVED = "approved"
    SENT_BACK = "sent back"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"

    @property
    def open(self) -> bool:
        """Does it wait, for a reviewer or for its time?"""
        return self in OPEN


OPEN = (SubmissionState.WAITING, SubmissionState.LATER)


class SubmissionStep(StrEnum):
    """What somebody did with it."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    LATER = "approved for later"
    CALLED_OFF = "called off"
    PUBLISHED = "published"
    SENT_BACK = "sent back"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    COLLIDED = "collided"
    HELD_UP = "held up"


class Doing(StrEnum):
    """What is decided, and has to be done to the file."""

    SUBMIT = "submit"
    APPROVE = "approve"
    PUBLISH = "publish"
    SEND_BACK = "send back"
    WITHDRAW = "withdraw"


class Proposal(Struct, frozen=True):
    """A text to be submitted. `base` is what a change was made from, b"" for a draft."""

    procedure_id: str
    kind: SubmissionKind
    department: str
    title: str
    base: bytes
    text: bytes
    note: str
    worth_telling: bool = False


class DecisionUnderway(Struct, frozen=True):
    """A decision that is on its way into the file: by whom, with what word, since when."""

    doing: Doing
    by_id: int
    word: str
    at: datetime


class Submission(Struct, frozen=True):
    """A proposal that was submitted. It never changes but for its state.

    `department` is the procedure's today, where the catalogue still has it. `follows` is the
    round before, `approved_by` who approved it for later, `approved_text` the digest of the text
    that was shown to who approved it.
    """

    id: int
    proposal: Proposal
    department: str
    by_id: int
    by_name: str
    by_email: str
    at: datetime
    state: SubmissionState
    publish_at: datetime | None
    approved_by: int | None
    approved_text: str | None
    follows: int | None
    intent: DecisionUnderway | None

    @property
    def procedure_id(self) -> str:
        """Of which procedure it is."""
        return self.proposal.procedure_id

    @property
    def digest(self) -> str:
        """Names the text as it was submitted."""
        return digest_of(self.proposal.text)

    @property
    def is_draft(self) -> bool:
        """Is it a whole draft that wants to be published?"""
        return self.proposal.kind is SubmissionKind.DRAFT


class SubmissionLine(Struct, frozen=True):
    """A submission in a list, without its text."""

    id: int
    procedure_id: str
    kind: SubmissionKind
    department: str
    title: str
    note: str
    by_id: int
    by_name: str
    at: datetime
    state: SubmissionState
    publish_at: datetime | None
    said: int = 0  # comments on it


class Taken(Struct, frozen=True):
    """A step as it was taken. `by_name` is None for what the site did when the time came."""

    submission_id: int
    kind: SubmissionStep
    what: SubmissionKind
    by_name: str | None
    at: datetime
    word: str
    publish_at: datetime | None


class Comment(Struct, frozen=True):
    """What somebody said about a passage, with the passage's words then. "" is the whole."""

    submission_id: int
    by_name: str
    at: datetime
    anchor: str
    heading: str
    passage: str
    text: str


class DecisionOutcome(Struct, frozen=True):
    """How a decision ends: the state that follows, and the step that is told of."""

    state: SubmissionState
    step: SubmissionStep
    by_id: int | None
    word: str = ""
    publish_at: datetime | None = None
    approved_text: str | None = None


class SubmissionError(UnusableEdit):
    """Something that cannot be done with a submission. Its text says why and what to do."""


class Decided(SubmissionError):
    """Somebody else was quicker."""


class ChangedSince(SubmissionError):
    """The text is another one than was submitted, or looked at."""


class NoWord(SubmissionError):
    """Sent back without a word why."""


class WrongTime(SubmissionError):
    """A time that cannot be meant."""


def digest_of(text: bytes) -> str:
    """Names a text, and no other text: its SHA-256 in hex."""
    return sha256(text).hexdigest()


def cleaned(text: str) -> str:
    """A word as it is kept: no blanks around it, not longer than LONGEST_WORD."""
    kept = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return kept.strip()[:LONGEST_WORD]
