"""What reminders say: one notice for all that is due for one person. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from kb import page_addresses
from kb.feedback.sql.overdue import Late
from kb.notices.days import day_in_words
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark
from kb.procedures.model import Department, Departments
from kb.reviews.sql.due_reviews import DueReview

# How far something has come, and whom that is told.
BEFORE, DUE, DEPUTY, LEAD, ADMINISTRATORS = "before", "due", "deputy", "lead", "administrators"
_STAGES = {
    BEFORE: "{} will be due within a week.",
    DUE: "{} fell due.",
    DEPUTY: "{} fell due a week ago or longer and waited for the owner; you are the next to ask.",
    LEAD: "{} fell due two weeks ago or longer, and neither owner nor deputy has confirmed them.",
}
_ONE = {
    BEFORE: "Please look it over before {day}, and confirm that it is still right.",
    DUE: "It was due on {day}. Please look it over, and confirm that it is still right.",
    DEPUTY: "It was due on {day}, and its owner has not confirmed it yet. Could you look it over?",
    LEAD: "It was due on {day}, and neither its owner nor its deputy has confirmed it. "
    "Could you see to it, or hand it over to somebody?",
}


def review_notice(
    person_id: int,
    due: Sequence[tuple[ReminderMark, DueReview]],
    departments: Departments,
    now: datetime,
) -> Notice:
    """One procedure by its name; of several only how many, since not all may stay readable."""
    key = f"review due:{now.date()}:{_digest([mark for mark, _ in due])}"
    ids = {one.id for _, one in due}
    if len(ids) == 1:
        mark, one = max(due, key=lambda each: list(_ONE).index(each[0].stage))
        return Notice(
            person_id=person_id,
            kind=Kind.REVIEW_DUE,
            key=key,
            title=f"“{one.title}” is to be reviewed",
            text=_ONE[mark.stage].format(day=day_in_words(one.due)),
            link=page_addresses.procedure(one.id),
            procedure_id=one.id,
        )
    counts = Counter(mark.stage for mark, _ in due)
    lines = [_STAGES[stage].format(counts[stage]) for stage in _STAGES if counts[stage]]
    names = sorted({departments.get(one.department).name for _, one in due})
    return Notice(
        person_id=person_id,
        kind=Kind.REVIEW_DUE,
        key=key,
        title=f"{len(ids)} procedures of {_listed(names)} are to be reviewed",
        text="\n".join(lines),
        link=page_addresses.REVIEWS,
    )


def late_notice(
    person_id: int, stage: str, department: Department, late: Sequence[Late], *, leads: bool
) -> Notice:
    """How many questions a department has not answered in time, to its lead or administrators."""
    questions = "1 question" if len(late) == 1 else f"{len(late)} questions"
    first = min(one.due_at for one in late).astimezone(department.calendar.zone)
    oldest = day_in_words(first.date())
    since = "It was promised by" if len(late) == 1 else "The oldest was promised by"
    text = f"{since} {oldest}. Who asked is still waiting for a word."
    if stage == ADMINISTRATORS:
        text += f" The lead of {department.name} was told; could you see to it?"
    elif not leads:
        text += f" {department.name} has no lead who could be told; could you see to it?"
    where = page_addresses.late_in_inbox if leads else page_addresses.overdue
    digest = _digest([ReminderMark(f"{one.id}:{one.due_at.isoformat()}", stage) for one in late])
    return Notice(
        person_id=person_id,
        kind=Kind.OVERDUE,
        key=f"overdue:{department.id}:{stage}:{digest}",
        title=f"{questions} to {department.name} not answered in time",
        text=text,
        link=where(department.id),
        department=department.id if stage == LEAD else None,
    )


def _digest(marks: Sequence[ReminderMark]) -> str:
    return sha256(repr(sorted(marks)).encode()).hexdigest()[:16]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
