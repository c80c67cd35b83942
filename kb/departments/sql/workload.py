"""How a department stands right now: what waits there, counted in four statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, false, func, select

from kb.approval.submission import SubmissionState
from kb.database import items, procedures, submissions
from kb.feedback.sql.rows import is_open, is_running
from kb.procedures.model import Severity, Status
from kb.reviews.sql.review_list import SOON

BROKEN_FIND = "broken-find"
_OWN_ROWS = frozenset({BROKEN_FIND, "review-overdue"})  # counted by themselves, not as faults


class Workload(Struct, frozen=True):
    """Counts of one department. `promised` are published and have a review date.

    `overdue` and `due_soon` are of those; `faulty` counts files, `broken_finds` search tests.
    `soon_items` and `late_items` are of `open_items`. The last four are of one person: whose
    reviews they are, whom items are assigned to, who submitted it.
    """

    published: int = 0
    promised: int = 0
    overdue: int = 0
    due_soon: int = 0
    drafts: int = 0
    submissions: int = 0
    faulty: int = 0
    broken_finds: int = 0
    open_items: int = 0
    soon_items: int = 0
    late_items: int = 0
    my_overdue: int = 0
    my_due_soon: int = 0
    my_items: int = 0
    my_submissions: int = 0


def standing(
    connection: Connection,
    department: str,
    today: date,
    now: datetime,
    email: str | None = None,
    person_id: int = 0,
) -> Workload:
    """How it stands; `today` is the department's day.

    What is of the person with that `email` and `person_id` is counted apart, too.
    """
    own = procedures.c.department == department
    counts = dict(connection.execute(_reviews(own, today, email)).one()._mapping)
    counts |= dict(connection.execute(_items(department, now, person_id)).one()._mapping)
    counts |= dict(connection.execute(_submissions(department, person_id)).one()._mapping)
    listed = select(procedures.c.faults, procedures.c.cross_faults)
    rows = connection.execute(listed.where(own, procedures.c.faulty)).all()
    return Workload(**{k: int(v or 0) for k, v in counts.items()}, **_faults(rows))


def to_mend(code: str, severity: str) -> bool:
    """Is a fault counted among those of files? Search tests and reviews count by themselves."""
    return severity == Severity.ERROR and code not in _OWN_ROWS


def overdue(today: date) -> ColumnElement[bool]:
    """Published, and its review date has passed."""
    return and_(procedures.c.status == Status.PUBLISHED.value, procedures.c.due < today)


def due_soon(today: date) -> ColumnElement[bool]:
    """Published, and its review date comes within SOON."""
    near = procedures.c.due.between(today, today + SOON)
    return and_(procedures.c.status == Status.PUBLISHED.value, near)


def _reviews(own: ColumnElement[bool], today: date, email: str | None) -> Any:
    published = procedures.c.status == Status.PUBLISHED.value
    mine = func.lower(procedures.c.owner) == email if email else false()
    counted = {
        "published": published,
        "promised": and_(published, procedures.c.due.is_not(None)),
        "overdue": overdue(today),
        "due_soon": due_soon(today),
        "drafts": procedures.c.status == Status.DRAFT.value,
        "my_overdue": and_(overdue(today), mine),
        "my_due_soon": and_(due_soon(today), mine),
    }
    return select(*(_sum(which).label(name) for name, which in counted.items())).where(own)


def _items(department: str, now: datetime, person_id: int) -> Any:
    runs = is_running()
    counted = {
        "open_items": items.c.id > 0,
        "soon_items": and_(items.c.due_at >= now, items.c.soon_at <= now, runs),
        "late_items": and_(items.c.due_at < now, runs),
        "my_items": items.c.assignee_id == person_id,
    }
    waiting = and_(items.c.department == department, is_open())
    return select(*(_sum(which).label(name) for name, which in counted.items())).where(waiting)


def _submissions(department: str, person_id: int) -> Any:
    """Those that wait for a reviewer of the department that the procedure is of today."""
    today = func.coalesce(procedures.c.department, submissions.c.department)
    joined = submissions.outerjoin(procedures, procedures.c.id == submissions.c.procedure_id)
    wanted = and_(submissions.c.state == SubmissionState.WAITING.value, today == department)
    counted = {
        "submissions": submissions.c.id > 0,
        "my_submissions": submissions.c.by_id == person_id,
    }
    shown = (_sum(which).label(name) for name, which in counted.items())
    return select(*shown).select_from(joined).where(wanted)


def _faults(rows: Iterable[Any]) -> dict[str, int]:
    found = [
        [(one["code"], one["severity"]) for one in (*row.faults, *row.cross_faults)] for row in rows
    ]
    return {
        "faulty": sum(any(to_mend(*one) for one in some) for some in found),
        "broken_finds": sum(code == BROKEN_FIND for some in found for code, _ in some),
    }


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))
