"""Submissions in the database: each decision and its step in one transaction. SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from kb.approval.submission import (
    OPEN,
    Comment,
    Decided,
    DecisionOutcome,
    DecisionUnderway,
    Doing,
    Proposal,
    SubmissionKind,
    SubmissionState,
    SubmissionStep,
    cleaned,
)
from kb.database import GREATEST_ID, submission_comments, submission_steps, writing
from kb.database import submissions as table
from kb.notices.sql.queue import Notice, enqueue

_WHAT = "submissions"
_DECIDED = "Somebody has decided about it meanwhile. Look at it again."


class Submissions:
    """All writing. Texts, steps and comments are only added; whether one may is not asked here.

    What needs the file goes in three: `begin` or `claim` notes what is to be done, then the file
    is written, then `finish` takes the step and tells of it. What was noted and not finished is
    found by the worker, that does the last two again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, proposal: Proposal, by_id: int, now: datetime) -> int:
        """Note what somebody submits; nobody is told of it before `finish`."""
        with writing(self._engine, _WHAT) as connection:
            row = {
                **{name: getattr(proposal, name) for name in Proposal.__struct_fields__},
                "kind": proposal.kind.value,
                "title": proposal.title[:300],
                "by_id": by_id,
                "at": now,
                "follows": _round_before(connection, proposal, by_id),
                "state": SubmissionState.BEGUN.value,
                **_doing(DecisionUnderway(Doing.SUBMIT, by_id, "", now)),
            }
            return int(
                connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
            )

    def claim(
        self,
        id: int,
        intent: DecisionUnderway,
        states: Collection[SubmissionState] = OPEN,
        approved_text: str | None = None,
    ) -> None:
        """Note what somebody decided, and about which text. Raises Decided where another was
        quicker.
        """
        told = {**_doing(intent), **({"approved_text": approved_text} if approved_text else {})}
        which = (table.c.id == id) & table.c.state.in_(states) & table.c.doing.is_(None)
        with writing(self._engine, _WHAT) as connection:
            if not connection.execute(update(table).where(which).values(told)).rowcount:
                raise Decided(_DECIDED)

    def finish(
        self,
        id: int,
        doing: Doing,
        outcome: DecisionOutcome,
        now: datetime,
        notices: Iterable[Notice] = (),
    ) -> bool:
        """It is done: state, step and notices. False where it was finished already."""
        with writing(self._engine, _WHAT) as connection:
            which = (table.c.id == id) & (table.c.doing == doing.value)
            found = connection.execute(select(table).where(which)).first()
            if found is None:
                return False
            if doing is Doing.SUBMIT:
                _replace_open(connection, found, outcome, now)
            self._take(connection, id, outcome, now)
            enqueue(connection, notices, now)
            return True

    def release(self, id: int, doing: Doing) -> None:
        """It could not be done: everything is as before it was decided."""
        which = (table.c.id == id) & (table.c.doing == doing.value)
        with writing(self._engine, _WHAT) as connection:
            if doing is Doing.SUBMIT:
                connection.execute(
                    delete(table).where(which, table.c.state == SubmissionState.BEGUN.value)
                )
            else:
                connection.execute(update(table).where(which).values(_doing(None)))

    def move(
        self,
        id: int,
        states: Collection[SubmissionState],
        outcome: DecisionOutcome,
        now: datetime,
        notices: Iterable[Notice] = (),
    ) -> None:
        """A decision that needs no file. Raises Decided where it is in none of these states."""
        which = (table.c.id == id) & table.c.state.in_(states) & table.c.doing.is_(None)
        with writing(self._engine, _WHAT) as connection:
            if connection.scalar(select(table.c.id).where(which)) is None:
                raise Decided(_DECIDED)
            self._take(connection, id, outcome, now)
            enqueue(connection, notices, now)

    def comment(
        self,
        submission_id: int,
        by_id: int,
        comment: Comment,
        now: datetime,
        notices: Iterable[Notice] = (),
    ) -> None:
        """Keep what was said about a passage."""
        row = {
            "submission_id": submission_id,
            "person_id": by_id,
            "at": now,
            "anchor": comment.anchor[:300],
            "heading": comment.heading[:300],
            "passage": cleaned(comment.passage),
            "text": cleaned(comment.text),
        }
        with writing(self._engine, _WHAT) as connection:
            connection.execute(insert(submission_comments).values(row))
            enqueue(connection, notices, now)

    def _take(
        self, connection: Connection, id: int, outcome: DecisionOutcome, now: datetime
    ) -> None:
        told: dict[str, Any] = {"state": outcome.state.value, **_doing(None)}
        later = outcome.state is SubmissionState.LATER
        told["publish_at"] = outcome.publish_at if later else None
        told["approved_by"] = outcome.by_id if later else None
        told["approved_text"] = outcome.approved_text if later else None
        connection.execute(update(table).where(table.c.id == id).values(told))
        _note_step(connection, id, outcome, now)


def number(id: int) -> int:
    """An id that the database can look for."""
    return id if 0 < id <= GREATEST_ID else 0


def _round_before(connection: Connection, proposal: Proposal, by_id: int) -> int | None:
    """The last one, unless it was approved: then this begins anew."""
    same = (table.c.procedure_id == proposal.procedure_id) & (table.c.kind == proposal.kind.value)
    if proposal.kind is SubmissionKind.CHANGE:
        same &= table.c.by_id == by_id
    last = connection.execute(
        select(table.c.id, table.c.state)
        .where(same, table.c.state != SubmissionState.BEGUN.value)
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    return last.id if last and last.state != SubmissionState.APPROVED else None


def _replace_open(
    connection: Connection, new: Any, outcome: DecisionOutcome, now: datetime
) -> None:
    """What waited of the same procedure waits no more: this one does in its place."""
    which = (
        (table.c.procedure_id == new.procedure_id)
        & (table.c.kind == new.kind)
        & (table.c.id != new.id)
        & table.c.state.in_(OPEN)
    )
    if new.kind == SubmissionKind.CHANGE:
        which &= table.c.by_id == new.by_id
    for id in connection.scalars(select(table.c.id).where(which)).all():
        told = {"state": SubmissionState.REPLACED.value, "publish_at": None, **_doing(None)}
        connection.execute(update(table).where(table.c.id == id).values(told))
        _note_step(
            connection,
            id,
            DecisionOutcome(SubmissionState.REPLACED, SubmissionStep.REPLACED, outcome.by_id),
            now,
        )


def _note_step(connection: Connection, id: int, outcome: DecisionOutcome, now: datetime) -> None:
    procedure = select(table.c.procedure_id).where(table.c.id == id).scalar_subquery()
    row = {
        "submission_id": id,
        "procedure_id": procedure,
        "kind": outcome.step.value,
        "person_id": outcome.by_id,
        "at": now,
        "word": cleaned(outcome.word),
        "publish_at": outcome.publish_at,
    }
    connection.execute(insert(submission_steps).values(row))


def _doing(intent: DecisionUnderway | None) -> Mapping[str, Any]:
    return {
        "doing": intent.doing.value if intent else None,
        "doing_by": intent.by_id if intent else None,
        "doing_word": intent.word if intent else None,
        "doing_at": intent.at if intent else None,
    }
