"""What waits and what was done, read from the database. SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Engine,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from kb.approval.sql.submissions import number
from kb.approval.submission import (
    OPEN,
    Comment,
    DecisionUnderway,
    Doing,
    Proposal,
    Submission,
    SubmissionKind,
    SubmissionLine,
    SubmissionState,
    SubmissionStep,
    Taken,
)
from kb.database import people, procedures, reading, submission_comments, submission_steps
from kb.database import submissions as table

_MOST = 200  # lines of one list
# The procedure's department today; for what is no procedure any more, the one it had.
_DEPARTMENT = func.coalesce(procedures.c.department, table.c.department)
_SAID = (
    select(func.count())
    .where(submission_comments.c.submission_id == table.c.id)
    .correlate(table)
    .scalar_subquery()
)
_JOINED = table.join(people, people.c.id == table.c.by_id).outerjoin(
    procedures, procedures.c.id == table.c.procedure_id
)
_LINES = select(
    *(table.c[name] for name in ("id", "procedure_id", "kind", "title", "note", "by_id", "at")),
    table.c.state,
    table.c.publish_at,
    _DEPARTMENT.label("department"),
    people.c.name.label("by_name"),
    _SAID.label("said"),
).select_from(_JOINED)
_WHOLE = select(
    table,
    _DEPARTMENT.label("today"),
    people.c.name.label("by_name"),
    people.c.email.label("by_email"),
).select_from(_JOINED)
_IN: BindParameter[Any] = bindparam("departments", expanding=True)
_FOR_REVIEW = (
    select(func.count())
    .select_from(table.outerjoin(procedures, procedures.c.id == table.c.procedure_id))
    .where(table.c.state == SubmissionState.WAITING.value, _DEPARTMENT.in_(_IN))
    .where(or_(bindparam("own_too", type_=Boolean), table.c.by_id != bindparam("person")))
)


class Waiting:
    """All reading of submissions. What one may see is limited by the departments passed in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, id: int) -> Submission | None:
        """The submission of that number; not one that is only begun."""
        found = self._whole(
            (table.c.id == number(id)) & (table.c.state != SubmissionState.BEGUN.value)
        )
        return found[0] if found else None

    def begun(self, id: int) -> Submission | None:
        """`get`, of those that are only begun too."""
        found = self._whole(table.c.id == number(id))
        return found[0] if found else None

    def draft_of(self, procedure_id: str) -> Submission | None:
        """The draft of that procedure that waits."""
        own = (table.c.procedure_id == procedure_id) & (table.c.kind == SubmissionKind.DRAFT.value)
        found = self._whole(own & table.c.state.in_(OPEN))
        return found[0] if found else None

    def undone(self, before: datetime) -> tuple[Submission, ...]:
        """Decided before that time, and not done yet."""
        return self._whole(table.c.doing.is_not(None) & (table.c.doing_at < before))

    def due(self, now: datetime) -> tuple[Submission, ...]:
        """Approved for a time that has come."""
        come = (table.c.state == SubmissionState.LATER.value) & (table.c.publish_at <= now)
        return self._whole(come & table.c.doing.is_(None))

    def of_procedure(self, procedure_id: str) -> tuple[SubmissionLine, ...]:
        """All that was ever submitted of a procedure, the latest first."""
        return self._lines((table.c.procedure_id == procedure_id) & _told())

    def for_review(
        self, departments: Collection[str], person_id: int, *, own_too: bool
    ) -> tuple[SubmissionLine, ...]:
        """What waits for a reviewer of these departments, the longest first."""
        which = and_(table.c.state == SubmissionState.WAITING.value, _DEPARTMENT.in_(departments))
        if not own_too:
            which = and_(which, table.c.by_id != person_id)
        return self._lines(which, _LINES.order_by(table.c.at, table.c.id))

    def for_later(self, departments: Collection[str]) -> tuple[SubmissionLine, ...]:
        """What these departments have approved for a time that comes, the soonest first."""
        which = and_(table.c.state == SubmissionState.LATER.value, _DEPARTMENT.in_(departments))
        return self._lines(which, _LINES.order_by(table.c.publish_at, table.c.id))

    def submitted_by(
        self, person_id: int, departments: Collection[str]
    ) -> tuple[SubmissionLine, ...]:
        """What the person submitted, the latest first: as far as the departments are theirs."""
        newer = table.alias()
        taken_up = (
            select(newer.c.id)
            .where(newer.c.follows == table.c.id, newer.c.state != SubmissionState.BEGUN.value)
            .exists()
        )
        mine = and_(table.c.by_id == person_id, _DEPARTMENT.in_(departments), _told(), ~taken_up)
        return self._lines(mine)

    def count(self, departments: Collection[str], person_id: int, *, own_too: bool) -> int:
        """How many `for_review` there are."""
        asked = {"departments": list(departments), "person": person_id, "own_too": own_too}
        with reading(self._engine) as connection:
            return connection.scalar(_FOR_REVIEW, asked) or 0

    def steps(self, procedure_id: str) -> tuple[Taken, ...]:
        """All that was done with what was submitted of a procedure, in order."""
        steps = submission_steps
        query = (
            select(steps, table.c.kind.label("what"), people.c.name)
            .join(table, table.c.id == steps.c.submission_id)
            .outerjoin(people, people.c.id == steps.c.person_id)
            .where(steps.c.procedure_id == procedure_id)
            .order_by(steps.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                Taken(
                    row.submission_id,
                    SubmissionStep(row.kind),
                    SubmissionKind(row.what),
                    row.name,
                    row.at,
                    row.word,
                    row.publish_at,
                )
                for row in connection.execute(query)
            )

    def comments(self, procedure_id: str) -> tuple[Comment, ...]:
        """All that was said about what was submitted of a procedure, in order."""
        said = submission_comments
        query = (
            select(said, people.c.name.label("by_name"))
            .join(table, table.c.id == said.c.submission_id)
            .join(people, people.c.id == said.c.person_id)
            .where(table.c.procedure_id == procedure_id)
            .order_by(said.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                Comment(**{name: getattr(row, name) for name in Comment.__struct_fields__})
                for row in connection.execute(query)
            )

    def talking(self, rounds: Collection[int]) -> tuple[int, ...]:
        """The numbers of the people who commented in these rounds."""
        said = submission_comments
        query = select(said.c.person_id).where(said.c.submission_id.in_(rounds)).distinct()
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(said.c.person_id)))

    def rounds(self, submission: Submission) -> tuple[int, ...]:
        """Its number and those of the rounds before it, the latest first."""
        own = table.c.procedure_id == submission.procedure_id
        with reading(self._engine) as connection:
            follows = dict(connection.execute(select(table.c.id, table.c.follows).where(own)).all())
        found = [submission.id]
        while (before := follows.get(found[-1])) is not None:
            found.append(before)
        return tuple(found)

    def _lines(
        self, which: ColumnElement[bool], query: Select[Any] | None = None
    ) -> tuple[SubmissionLine, ...]:
        query = _LINES.order_by(table.c.id.desc()) if query is None else query
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(which).limit(_MOST)).all()
        return tuple(_line(row) for row in rows)

    def _whole(self, which: ColumnElement[bool]) -> tuple[Submission, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(_WHOLE.where(which).order_by(table.c.id)).all()
        return tuple(_submission(row) for row in rows)


def _told() -> ColumnElement[bool]:
    return table.c.state != SubmissionState.BEGUN.value


def _line(row: Any) -> SubmissionLine:
    named = {name: getattr(row, name) for name in SubmissionLine.__struct_fields__}
    return SubmissionLine(
        **{**named, "kind": SubmissionKind(row.kind), "state": SubmissionState(row.state)}
    )


def _submission(row: Any) -> Submission:
    fields = {name: getattr(row, name) for name in Proposal.__struct_fields__}
    intent = None
    if row.doing is not None:
        intent = DecisionUnderway(Doing(row.doing), row.doing_by, row.doing_word, row.doing_at)
    return Submission(
        id=row.id,
        proposal=Proposal(**{**fields, "kind": SubmissionKind(row.kind)}),
        department=row.today,
        by_id=row.by_id,
        by_name=row.by_name,
        by_email=row.by_email,
        at=row.at,
        state=SubmissionState(row.state),
        publish_at=row.publish_at,
        approved_by=row.approved_by,
        approved_text=row.approved_text,
        follows=row.follows,
        intent=intent,
    )
