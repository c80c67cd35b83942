"""What of the inbox is shown, as the address says it, and how many each other choice would show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask import abort, request
from msgspec import Struct, field

from kb.feedback.model import OPEN, RUNNING, Reason, State
from kb.feedback.routing import Answering
from kb.feedback.sql.facets import Found
from kb.feedback.sql.selection import NOBODY, Due, Listed, Sort
from kb.web.site.pages import Pages, number_in, page_number

PER_PAGE = 25
_LONGEST = 200
Word = TypeVar("Word", bound=StrEnum)


class Show(StrEnum):
    """Which part of the inbox; the first is what one sees at first."""

    WAITING_FOR_ME = "for-me"
    OPEN = "open"
    MINE = "mine"
    NOBODYS = "nobodys"
    WAITING = "waiting"
    ANSWERED = "answered"

    @property
    def label(self) -> str:
        """As people read it."""
        return _LABELS[self]

    @property
    def states(self) -> frozenset[State]:
        """Where its items stand."""
        alone = {
            Show.WAITING_FOR_ME: RUNNING,
            Show.WAITING: frozenset({State.WAITING}),
            Show.ANSWERED: frozenset({State.ANSWERED}),
        }
        return alone.get(self, OPEN)

    def assignees(self, me: int) -> frozenset[int] | None:
        """Whose its items are; None is anybody's."""
        whose = {
            Show.WAITING_FOR_ME: frozenset({me, NOBODY}),
            Show.MINE: frozenset({me}),
            Show.NOBODYS: frozenset({NOBODY}),
        }
        return whose.get(self)


_LABELS = {
    Show.WAITING_FOR_ME: "Waiting for me",
    Show.OPEN: "All open",
    Show.MINE: "Mine",
    Show.NOBODYS: "Nobody’s yet",
    Show.WAITING: "Waiting for a reply",
    Show.ANSWERED: "Answered",
}


class InboxFilter(Struct, frozen=True):
    """All that was chosen. None and "" do not narrow it."""

    me: int
    departments: frozenset[str]
    show: Show
    department: str | None
    due: Due | None
    reason: Reason | None
    assignee_id: int | None
    procedure: str
    person: str
    text: str
    sort: Sort

    def listed(self) -> Listed:
        """The question to the inbox."""
        return Listed(
            departments=self.departments,
            states=self.show.states,
            department=self.department,
            due=self.due,
            procedure_id=self.procedure or None,
            reason=self.reason,
            reporter=self.person,
            assignee_ids=self._assignees(),
            text=self.text,
            sort=self.sort,
            page=page_number(),
            per_page=PER_PAGE,
        )

    @property
    def narrowed(self) -> bool:
        """Is it narrowed by anything that stands in the form above the list?"""
        chosen = (self.reason, self.assignee_id, self.procedure, self.person, self.text)
        return any(one not in (None, "") for one in chosen)

    @property
    def query(self) -> str:
        """What stands behind the ? of the address, to be kept as a view."""
        return urlencode({name: text for name, text in _asked().items() if text})

    def _assignees(self) -> frozenset[int] | None:
        whose = self.show.assignees(self.me)
        if self.assignee_id is None:
            return whose
        one = frozenset({self.assignee_id})
        return one if whose is None else one & whose


class Offered(Struct, frozen=True):
    """How many each choice would show, all others kept.

    `more`: more is answered than was counted; `told_apart`: the numbers of departments and
    reasons are nevertheless true, as something else is listed.
    """

    shows: Counter[Show] = field(default_factory=Counter)
    departments: Counter[str] = field(default_factory=Counter)
    dues: Counter[Due | None] = field(default_factory=Counter)
    reasons: Counter[Reason | None] = field(default_factory=Counter)
    more: bool = False
    told_apart: bool = True


def chosen(mine: Answering) -> InboxFilter:
    """As the address says it; 404 for what cannot be chosen."""
    asked = _asked()
    department = asked["department"] or None
    if department is not None and department not in mine.departments:
        abort(404)
    assignee = asked["assignee"]
    if assignee and number_in(assignee) is None:
        abort(404)
    return InboxFilter(
        me=mine.id,
        departments=mine.departments,
        show=_one_of(Show, asked["show"]) or Show.WAITING_FOR_ME,
        department=department,
        due=_one_of(Due, asked["due"]),
        reason=_one_of(Reason, asked["reason"]),
        assignee_id=int(assignee) if assignee else None,
        procedure=asked["procedure"],
        person=asked["person"],
        text=asked["text"],
        sort=_one_of(Sort, asked["sort"]) or Sort.DUE,
    )


def offered(found: Found, now: InboxFilter) -> Offered:
    """Each choice with how many it would show."""
    unknown = found.more and now.show is Show.ANSWERED
    counted = Offered(more=found.more, told_apart=not unknown)
    shows = [(show, show.states, show.assignees(now.me)) for show in Show]
    for cell in found.cells:
        whose = cell.assignee_id or NOBODY
        if now.assignee_id is not None and whose != now.assignee_id:
            continue
        in_shows = {
            show
            for show, states, assignees in shows
            if cell.state in states and (assignees is None or whose in assignees)
        }
        department = now.department in (None, cell.department)
        due = now.due in (None, cell.due)
        reason = now.reason in (None, cell.reason)
        if department and due and reason:
            for show in in_shows:
                counted.shows[show] += cell.number
        if now.show in in_shows:
            counted.departments[cell.department] += cell.number * (due and reason)
            counted.dues[cell.due] += cell.number * (department and reason)
            counted.reasons[cell.reason] += cell.number * (department and due)
    return counted


def pages(shown: Sequence[object], counted: Offered, show: Show) -> Pages:
    """The pages of the list; where not all of it was counted, those that are known of."""
    number = page_number()
    if counted.told_apart:
        return Pages(number, PER_PAGE, counted.shows[show])
    return Pages(number, PER_PAGE, (number - 1) * PER_PAGE + len(shown))


def _asked() -> dict[str, str]:
    names = ("show", "department", "due", "reason", "assignee", "procedure", "person", "text")
    return {
        name: request.args.get(name, "").replace("\0", "").strip()[:_LONGEST]
        for name in (*names, "sort")
    }


def _one_of(words: type[Word], text: str) -> Word | None:
    """The word of that enumeration; None for none, 404 for one that there is not."""
    if not text:
        return None
    if text not in set(words):
        abort(404)
    return words(text)
