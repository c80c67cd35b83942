"""Votes in the database: one per person and version, and the item that a "no" opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from kb.database import items, reading, writing
from kb.database import votes as table
from kb.feedback.model import Kind, Reason, State, Tally, Vote, cleaned
from kb.procedures.model import Procedure

# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_TALLY = (
    select(table.c.helpful, func.count())
    .where(table.c.procedure_id == bindparam("id"))
    .group_by(table.c.helpful)
)


class Votes:
    """What people think of each version of each procedure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cast(
        self,
        person_id: int,
        procedure: Procedure,
        helpful: bool,
        now: datetime,
        answer_within: timedelta,
        reason: Reason | None = None,
        comment: str = "",
    ) -> Vote:
        """Vote on the procedure's version, or change one's vote on it.

        A "no" opens one item in the procedure's department, to be answered within that time; a
        further "no" amends it while it is open, opens it again after a "yes" withdrew it, and
        opens another only when it says something new after the answer. A bare "no" (no reason, no
        comment) never erases what was written before.
        """
        said = _Said(person_id, procedure, now, now + answer_within, reason, cleaned(comment))
        with writing(self._engine, "feedback") as connection:
            before = _voted(connection, person_id, procedure)
            vote_id = _keep(connection, said, helpful, before)
            if helpful:
                _withdraw(connection, vote_id)
            else:
                _report(connection, vote_id, said, again=before is not None and not before.helpful)
            row = connection.execute(_query(_by(person_id, procedure.id, procedure.version))).one()
        return _vote(row)

    def of(self, person_id: int, procedure_id: str, version: str) -> Vote | None:
        """What this person voted on that version, if anything."""
        with reading(self._engine) as connection:
            asked = {"person": person_id, "procedure": procedure_id, "version": version}
            row = connection.execute(_OF, asked).one_or_none()
        return _vote(row) if row is not None else None

    def tally(self, procedure_id: str, version: str | None = None) -> Tally:
        """The votes on a procedure: on one version, or on all it ever had."""
        query = _TALLY if version is None else _TALLY.where(table.c.version == version)
        with reading(self._engine) as connection:
            rows = connection.execute(query, {"id": procedure_id}).all()
        counts: dict[bool, int] = dict(rows)
        return Tally(yes=counts.get(True, 0), no=counts.get(False, 0))


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody says of a procedure, and until when it is to be answered."""

    person_id: int
    procedure: Procedure
    now: datetime
    due_at: datetime
    reason: Reason | None
    comment: str

    def words(self) -> dict[str, str | None]:
        """The columns to change: none for a bare vote, so that it erases nothing."""
        if self.reason is None and not self.comment:
            return {}
        return {"reason": self.reason.value if self.reason else None, "comment": self.comment}


def _by(person_id: int, procedure_id: str, version: str) -> ColumnElement[bool]:
    return and_(
        table.c.person_id == person_id,
        table.c.procedure_id == procedure_id,
        table.c.version == version,
    )


def _voted(connection: Connection, person_id: int, procedure: Procedure) -> Row[int, bool] | None:
    query = select(table.c.id, table.c.helpful)
    which = _by(person_id, procedure.id, procedure.version)
    return connection.execute(query.where(which)).one_or_none()


def _keep(connection: Connection, said: _Said, helpful: bool, before: Row[int, bool] | None) -> int:
    """Store the vote itself; its id."""
    values = {"helpful": helpful, "at": said.now}
    if before is not None:
        connection.execute(update(table).where(table.c.id == before.id).values(**values))
        kept: int = before.id
        return kept
    new = insert(table).values(
        person_id=said.person_id,
        procedure_id=said.procedure.id,
        version=said.procedure.version,
        **values,
    )
    (vote_id,) = connection.execute(new).inserted_primary_key or (0,)
    return int(vote_id)


def _withdraw(connection: Connection, vote_id: int) -> None:
    mine = and_(items.c.vote_id == vote_id, items.c.state == State.OPEN.value)
    connection.execute(update(items).where(mine).values(state=State.WITHDRAWN.value))


def _report(connection: Connection, vote_id: int, said: _Said, *, again: bool) -> None:
    """Open, amend or leave alone the item of a "no"; `again` after an earlier "no"."""
    query = select(items.c.id, items.c.state, items.c.reason, items.c.comment)
    latest = connection.execute(
        query.where(items.c.vote_id == vote_id).order_by(items.c.id.desc()).limit(1)
    ).one_or_none()
    words = said.words()
    if latest is None:
        _open(connection, vote_id, said)
    elif latest.state == State.OPEN:
        if words:
            connection.execute(update(items).where(items.c.id == latest.id).values(**words))
    elif latest.state == State.WITHDRAWN:
        reopened = {"state": State.OPEN.value, "created_at": said.now, "due_at": said.due_at}
        values = {**reopened, **words}
        connection.execute(update(items).where(items.c.id == latest.id).values(**values))
    elif not again or words not in ({}, {"reason": latest.reason, "comment": latest.comment}):
        _open(connection, vote_id, said)


def _open(connection: Connection, vote_id: int, said: _Said) -> None:
    new = insert(items).values(
        kind=Kind.FEEDBACK.value,
        department=said.procedure.department,
        reporter_id=said.person_id,
        vote_id=vote_id,
        procedure_id=said.procedure.id,
        procedure_title=said.procedure.title,
        version=said.procedure.version,
        created_at=said.now,
        due_at=said.due_at,
        state=State.OPEN.value,
        **{"reason": None, "comment": "", **said.words()},
    )
    connection.execute(new)


def _query(which: ColumnElement[bool]) -> Select[Any]:
    """Votes with the words and state of their latest item."""
    of_vote = items.alias("of_vote")
    latest = select(func.max(of_vote.c.id)).where(of_vote.c.vote_id == table.c.id)
    return (
        select(table, items.c.reason, items.c.comment, items.c.state)
        .select_from(table)
        .outerjoin(items, items.c.id == latest.scalar_subquery())
        .where(which)
    )


def _vote(row: Row[Any]) -> Vote:
    return Vote(
        procedure_id=row.procedure_id,
        version=row.version,
        helpful=row.helpful,
        at=row.at,
        reason=Reason(row.reason) if row.reason else None,
        comment=row.comment or "",
        state=State(row.state) if row.state else None,
    )


_OF = _query(
    and_(
        table.c.person_id == bindparam("person"),
        table.c.procedure_id == bindparam("procedure"),
        table.c.version == bindparam("version"),
    )
)
