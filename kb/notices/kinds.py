"""The kinds of notices: what each tells, how fast, and who hears of it besides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class Kind(StrEnum):
    """What a notice is about; people choose by these, in this order. KINDS says the rest."""

    ANSWER = "answer"
    QUESTION = "question"
    REVIEW_DUE = "review due"
    APPROVAL = "approval"
    MUST_READ = "must read"
    CHANGED = "changed"
    PUBLISHED = "published"
    OVERDUE = "overdue"
    ACCOUNT = "account"
    BACKUP = "backup"


class Pace(StrEnum):
    """How a notice reaches a person, besides standing on the page."""

    PAGE = "page"
    AT_ONCE = "at once"
    DAILY = "daily"


class Manner(Struct, frozen=True):
    """How notices of one kind are told.

    `words` are what people read where they choose, `heading` stands above them in a summary.
    `pace` is for those who chose nothing; `to_departments`: the department's own channel hears
    of it too.
    """

    words: str
    heading: str
    pace: Pace = Pace.DAILY
    to_departments: bool = False


# In the order of a summary. What a new kind needs is a word in Kind, a line here, and who tells it.
KINDS: Mapping[str, Manner] = {
    Kind.ANSWER: Manner("An answer to what I asked or reported", "Answers to you", Pace.AT_ONCE),
    Kind.MUST_READ: Manner("A change that I must read", "For you to read and confirm"),
    Kind.CHANGED: Manner("A change that is worth knowing", "Changed lately"),
    Kind.QUESTION: Manner(
        "A question or a complaint that I am to answer",
        "Questions for you to answer",
        to_departments=True,
    ),
    Kind.OVERDUE: Manner(
        "A question that was not answered in time", "Not answered in time", to_departments=True
    ),
    Kind.APPROVAL: Manner("Something to approve, or what became of what I submitted", "Approvals"),
    Kind.REVIEW_DUE: Manner("A procedure of mine that is due for review", "To be reviewed"),
    Kind.PUBLISHED: Manner("A procedure that I waited for is published", "Published"),
    Kind.ACCOUNT: Manner("A change of my password", "Your account", Pace.AT_ONCE),
    Kind.BACKUP: Manner(
        "A backup that failed or is missing (administrators)", "Backups", Pace.AT_ONCE
    ),
}
_UNKNOWN = Manner("", "Also")  # of a kind that there was once


def manner(kind: str) -> Manner:
    """How that kind is told, as the database names it."""
    return KINDS.get(kind, _UNKNOWN)


class Choice(Struct, frozen=True):
    """How one person wants to be told. `paces` holds the kinds that they decided on."""

    mail: bool = True
    chat_url: str | None = None
    paces: Mapping[str, str] = field(default_factory=dict)

    def pace(self, kind: str) -> Pace:
        """How fast notices of this kind reach them."""
        chosen = self.paces.get(kind)
        return Pace(chosen) if chosen in set(Pace) else manner(kind).pace
