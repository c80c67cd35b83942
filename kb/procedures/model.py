"""The nouns of the trade: procedure, keyword, department, section, fault."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from kb.discreet import Discreet
from kb.procedures import review_dates
from kb.procedures.calendar import ALWAYS, Calendar

UNASSIGNED = "unassigned"
SOON = timedelta(hours=2)  # of work, or the last quarter of what was promised if that is longer


class Status(StrEnum):
    """Where a procedure stands in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    PUBLISHED = "published"
    RETIRED = "retired"

    @property
    def kept_back(self) -> bool:
        """Is it not published yet, so that only its department sees it?"""
        return self in KEPT_BACK


KEPT_BACK = (Status.DRAFT, Status.IN_REVIEW)


class Severity(StrEnum):
    """An error makes `kb check` fail; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Keyword(Struct, frozen=True):
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


class Fault(Struct, frozen=True):
    """Something wrong with a file: where, what, and what to do about it."""

    path: str
    line: int
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}; {self.remedy}"

    @property
    def told(self) -> str:
        """What and what to do, as a whole sentence; a remedy may be a question."""
        end = "" if self.remedy.endswith("?") else "."
        return f"{self.message}; {self.remedy}{end}"


class Procedure(Struct, frozen=True):
    """One Markdown file: how to handle one situation.

    `path` is relative to content/, with forward slashes. `version` names the exact bytes of the
    file (12 hex digits of their SHA-256). `owner` and `deputy` are e-mail addresses, or whatever
    a stranger's file says. `review_every` is in days. `finds` are searches that must show it.
    `successor` is the id or path of what replaces a retired one. `changed_since`: since its last
    review somebody changed what it says (the history knows; no file says so of itself). `source`
    names where it was brought in from.
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
    changed_since: bool = False
    source: str | None = None

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


class Section(Struct, frozen=True):
    """A heading and the plain text below it, up to the next heading. "" is the text before any.

    `kind` is what the heading promises: "steps", "script", "methods", "escalation", "about" (when
    to use it, notes), or "text". `steps` are the lines of the text, from 0, that stand in a step,
    each with the name that links to the step are written with.
    """

    anchor: str
    heading: str
    text: str
    kind: str = "text"
    steps: tuple[tuple[int, str], ...] = ()


class TextPlace(Struct, frozen=True):
    """A part of an attachment's text. `where` says which ("page 3"), after "in the attachment".

    `fragment` stands behind the file's address to open it there, where a browser can.
    """

    where: str
    text: str
    fragment: str = ""


class AttachedText(Struct, frozen=True):
    """What a file beside a procedure says, place after place."""

    path: str
    places: tuple[TextPlace, ...]


class Entry(Struct, frozen=True):
    """All that search needs of a procedure. `fingerprint` changes whenever any of it does."""

    procedure: Procedure
    sections: tuple[Section, ...]
    fingerprint: str
    attached: tuple[AttachedText, ...] = ()


class Promise(Struct, frozen=True):
    """Until when an answer is promised, and from when on that is soon. Aware, UTC."""

    due_at: datetime
    soon_at: datetime


class Department(Discreet, frozen=True):
    """Owns procedures and answers for them. `answer_within` is the promised time, in its hours.

    `changes_reviewed`: a change to what is published waits for a reviewer, too.
    `notify` is an Apprise URL of its own chat, which hears of new questions and of overdue ones.
    """

    hidden = frozenset({"notify"})

    id: str
    name: str
    lead: str | None = None
    channel: str | None = None
    answer_within: timedelta = timedelta(days=2)
    review_every: int | None = None
    calendar: Calendar = ALWAYS
    changes_reviewed: bool = False
    notify: str | None = None

    def due(self, asked: datetime) -> datetime:
        """Until when it promises to answer what is asked now; aware, UTC."""
        return self.calendar.due(asked, self.answer_within)

    def promise(self, asked: datetime) -> Promise:
        """What it promises for what is asked now."""
        due_at = self.due(asked)
        work = self.calendar.worked(asked, due_at)
        soon = min(max(work / 4, SOON), work)
        return Promise(due_at, self.calendar.after(asked, work - soon))

    def postponed(self, promise: Promise, since: datetime, until: datetime) -> Promise:
        """The promise after the working time between the two did not count."""
        lost = self.calendar.worked(since, until)
        due_at, soon_at = promise.due_at, promise.soon_at
        return Promise(self.calendar.after(due_at, lost), self.calendar.after(soon_at, lost))


class Detour(Struct, frozen=True):
    """Feedback on procedures of a keyword category or for an audience goes to another department.

    Where both are set, both must fit.
    """

    to: str
    category: str | None = None
    audience: str | None = None

    def fits(self, procedure: Procedure) -> bool:
        """Is it about such a procedure?"""
        categories = {(word.category or "").casefold() for word in procedure.keywords}
        audiences = {one.casefold() for one in procedure.audience}
        return (self.category is None or self.category.casefold() in categories) and (
            self.audience is None or self.audience.casefold() in audiences
        )


class Departments(Struct, frozen=True):
    """departments.yml as read: the departments by id, its exceptions from who answers, its faults.

    All in the file's order.
    """

    by_id: dict[str, Department] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    detours: tuple[Detour, ...] = ()

    def answering(self, procedure: Procedure) -> Department:
        """Whose inbox feedback on the procedure goes to: its own department's but for detours."""
        to = next((one.to for one in self.detours if one.fits(procedure)), procedure.department)
        return self.get(to)

    def get(self, department_id: str) -> Department:
        """The department, or a bare one of that name for an id that departments.yml lacks."""
        found = self.by_id.get(department_id)
        return found or Department(department_id, department_id.replace("-", " ").capitalize())

    def led_by(self, email: str) -> frozenset[str]:
        """The ids of those that the person of this address (folded) leads."""
        leads = ((one.id, one.lead) for one in self.by_id.values())
        return frozenset(id for id, lead in leads if lead and lead.casefold() == email)

    def __contains__(self, department_id: object) -> bool:
        return department_id in self.by_id
