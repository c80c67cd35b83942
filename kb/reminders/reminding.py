"""Reminders: of reviews that fall due, and of questions that were not answered in time. Each once.

What is due for one person at the same time is one notice, however much that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from kb.feedback.sql.overdue import Late, LateItems
from kb.must_reads.asking import Asking
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.person import Person, folded_email
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Department, Departments
from kb.reminders import words
from kb.reminders.news import News
from kb.reviews.sql.due_reviews import DueReview, DueReviews

BEFORE = timedelta(days=7)
DEPUTY_AFTER = timedelta(days=7)
LEAD_AFTER = timedelta(days=14)
_TOLD_FIRST = {words.BEFORE: 0, words.DUE: 0, words.DEPUTY: 1, words.LEAD: 2}
_FURTHEST_ZONE = timedelta(days=1)


class Reminding(Struct, frozen=True):
    """Reminds. `run` may be done as often as one likes, and may be killed anywhere."""

    due: DueReviews
    late: LateItems
    reminders: Reminders
    receivers: Receivers
    departments: Callable[[], Departments]
    asking: Asking
    news: News

    def run(self, now: datetime) -> None:
        """Remind of all that has come so far, on working days of each department."""
        departments = self.departments()
        self._of_reviews(departments, now)
        self._of_questions(departments, now)
        self.asking.remind(now)
        self.news.tell(now)

    def _of_reviews(self, departments: Departments, now: datetime) -> None:
        reached: dict[ReminderMark, tuple[DueReview, list[Person]]] = {}
        found = self.due.until(now.date() + _FURTHEST_ZONE + BEFORE)
        who = _Answering(self.receivers, departments, found)
        for one in found:
            department = departments.get(one.department)
            today = now.astimezone(department.calendar.zone).date()
            if department.calendar.works_on(today):
                for stage in stages(one.due, today):
                    mark = ReminderMark(f"review:{one.id}:{one.due}", stage)
                    reached[mark] = (one, who.answers(one, _TOLD_FIRST[stage]))

        def notices(fresh: set[ReminderMark]) -> Iterator[Notice]:
            due: dict[int, list[tuple[ReminderMark, DueReview]]] = {}
            for mark in sorted(fresh):
                one, people = reached[mark]
                for person in people:
                    due.setdefault(person.id, []).append((mark, one))
            for person_id, theirs in due.items():
                yield words.review_notice(person_id, theirs, departments, now)

        self.reminders.once(list(reached), notices, now)

    def _of_questions(self, departments: Departments, now: datetime) -> None:
        late = self.late.at(now)
        for department_id in dict.fromkeys(one.department for one in late):
            own = [one for one in late if one.department == department_id]
            self._of_department(departments.get(department_id), own, now)

    def _of_department(self, department: Department, late: list[Late], now: datetime) -> None:
        """First its lead; as long again after that, the administrators."""
        if not department.calendar.works_on(now.astimezone(department.calendar.zone).date()):
            return
        long_late = [one for one in late if department.due(one.due_at) <= now]
        for stage, items in ((words.LEAD, late), (words.ADMINISTRATORS, long_late)):
            marks = {
                ReminderMark(f"item:{one.id}:{one.due_at.isoformat()}", stage): one for one in items
            }

            def notices(
                fresh: set[ReminderMark],
                stage: str = stage,
                marks: dict[ReminderMark, Late] = marks,
            ) -> Iterator[Notice]:
                told = [marks[mark] for mark in sorted(fresh)]
                lead = folded_email(department.lead or "")
                for person in self._in_charge(department, stage):
                    leads = person.email == lead
                    yield words.late_notice(person.id, stage, department, told, leads=leads)

            self.reminders.once(list(marks), notices, now)

    def _in_charge(self, department: Department, stage: str) -> list[Person]:
        lead = folded_email(department.lead or "")
        if stage == words.LEAD and lead:
            found = self.receivers.by_emails([lead]).get(lead)
            if found is not None and not found.disabled:
                return [found]
        return self.receivers.administrators()


def stages(due: date, today: date) -> tuple[str, ...]:
    """How far a review has come: what was before it fell due is not told afterwards."""
    if today < due:
        return (words.BEFORE,) if due - today <= BEFORE else ()
    late = today - due
    reached = [words.DUE]
    reached += [words.DEPUTY] if late >= DEPUTY_AFTER else []
    reached += [words.LEAD] if late >= LEAD_AFTER else []
    return tuple(reached)


class _Answering:
    """Who answers for each of these procedures; asked of the database once for all."""

    def __init__(
        self, receivers: Receivers, departments: Departments, found: list[DueReview]
    ) -> None:
        self._departments = departments
        chains = {address for one in found for address in self._chain(one) if address}
        self._known = receivers.by_emails(chains)
        self._administrators = receivers.administrators() if found else []

    def answers(self, one: DueReview, first: int) -> list[Person]:
        """Owner (0), deputy (1) or lead (2); where there is none, the next; at last those who

        keep the people, so that nothing is nobody's.
        """
        for address in self._chain(one)[first:]:
            person = self._known.get(folded_email(address)) if address else None
            if person is not None and not person.disabled:
                return [person]
        return self._administrators

    def _chain(self, one: DueReview) -> tuple[str | None, ...]:
        return one.owner, one.deputy, self._departments.get(one.department).lead
