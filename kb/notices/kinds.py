"""The kinds of notices, and how fast each reaches a person who chose nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a notice is about; people choose by these."""

    ANSWER = "answer"
    QUESTION = "question"
    REVIEW_DUE = "review due"
    APPROVAL = "approval"
    MUST_READ = "must read"
    PUBLISHED = "published"
    OVERDUE = "overdue"


class Pace(StrEnum):
    """How a notice reaches a person, besides standing on the page."""

    PAGE = "page"
    AT_ONCE = "at once"
    DAILY = "daily"


class Channel(StrEnum):
    """By what way. "department" is the department's own channel."""

    MAIL = "mail"
    CHAT = "chat"
    DEPARTMENT = "department"


# What each kind tells, as people read it where they choose.
WORDS: dict[Kind, str] = {
    Kind.ANSWER: "An answer to what I asked or reported",
    Kind.QUESTION: "A question or a complaint that I am to answer",
    Kind.REVIEW_DUE: "A procedure of mine that is due for review",
    Kind.APPROVAL: "Something to approve, or what became of what I submitted",
    Kind.MUST_READ: "A change that I must read",
    Kind.PUBLISHED: "A procedure that I waited for is published",
    Kind.OVERDUE: "A question that was not answered in time",
}
# Kinds that a department's own channel hears of too.
TO_DEPARTMENTS = frozenset({Kind.QUESTION, Kind.OVERDUE})


def usual_pace(kind: str) -> Pace:
    """How it reaches who chose nothing: answers at once, all else once a day."""
    return Pace.AT_ONCE if kind == Kind.ANSWER else Pace.DAILY


@dataclass(frozen=True, slots=True)
class Choice:
    """How one person wants to be told. `paces` holds the kinds that they decided on."""

    mail: bool = True
    chat_url: str | None = None
    paces: Mapping[str, str] = field(default_factory=dict)

    def pace(self, kind: str) -> Pace:
        """How fast notices of this kind reach them."""
        chosen = self.paces.get(kind)
        return Pace(chosen) if chosen in set(Pace) else usual_pace(kind)
