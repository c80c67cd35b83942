"""The nouns of the trade: procedure, keyword, department, section, fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from kb.procedures import review_dates
from kb.procedures.calendar import ALWAYS, Calendar

UNASSIGNED = "unassigned"


class Status(StrEnum):
    """Where a procedure stands in its life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Severity(StrEnum):
    """An error makes `kb check` fail; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A tag a rep would say: "Complaint: Late Shipment" or a plain word."""

    text: str

    @property
    def category(self) -> str | None:
        """What stands before the colon, or None for a plain keyword."""
        head, colon, tail = self.text.partition(":")
        return head.strip() if colon and head.strip() and tail.strip() else None

    @property
    def topic(self) -> str:
        """What stands after the colon; all of a plain keyword."""
        return self.text.partition(":")[2].strip() if self.category else self.text.strip()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a file: where, what, and what to do about it."""

    path: str
    line: int
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Procedure:
    """One Markdown file: how to handle one situation.

    `path` is relative to content/, with forward slashes. `version` names the exact bytes of the
    file (12 hex digits of their SHA-256). `owner` and `deputy` are e-mail addresses, or whatever
    a stranger's file says. `review_every` is in days. `finds` are searches that must show it.
    `successor` is the id or path of what replaces a retired one.
    """

    id: str
    title: str
    path: str
    version: str
    department: str = UNASSIGNED
    keywords: tuple[Keyword, ...] = ()
    owner: str | None = None
    deputy: str | None = None
    status: Status = Status.PUBLISHED
    reviewed: date | None = None
    review_every: int | None = None
    audience: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    successor: str | None = None

    @property
    def due(self) -> date | None:
        """The day by which it must be reviewed again; None when it was never promised.

        Not the same for all that were reviewed on one day (kb/procedures/review_dates.py).
        """
        if self.reviewed is None or self.review_every is None:
            return None
        return review_dates.due(self.id, self.reviewed, self.review_every)

    def overdue(self, today: date) -> bool:
        """Has the review date passed?"""
        return self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the plain text below it, up to the next heading. "" is the text before any."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """All that search needs of a procedure. `fingerprint` changes whenever any of it does."""

    procedure: Procedure
    sections: tuple[Section, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Department:
    """Owns procedures and answers for them. `answer_within` is the promised time, in its hours."""

    id: str
    name: str
    lead: str | None = None
    channel: str | None = None
    answer_within: timedelta = timedelta(days=2)
    review_every: int | None = None
    calendar: Calendar = ALWAYS

    def due(self, asked: datetime) -> datetime:
        """Until when it promises to answer what is asked now; aware, UTC."""
        return self.calendar.due(asked, self.answer_within)


@dataclass(frozen=True, slots=True)
class Departments:
    """departments.yml as read: the departments by id, in the file's order, and its faults."""

    by_id: dict[str, Department] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def get(self, department_id: str) -> Department:
        """The department, or a bare one of that name for an id that departments.yml lacks."""
        found = self.by_id.get(department_id)
        return found or Department(department_id, department_id.replace("-", " ").capitalize())

    def __contains__(self, department_id: object) -> bool:
        return department_id in self.by_id
