"""Votes in the database: one per person and version, and the item that a "no" opens."""

from __future__ import annotations

from datetime import datetime
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
from kb.feedback.model import WHOLE, Passage, Reason, Route, State, Tally, Vote, cleaned
from kb.feedback.sql import reporting
from kb.feedback.sql.reporting import Said
from kb.procedures.model import Procedure

# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_TALLY = (
    select(table.c.helpful, func.count())
    .where(table.c.procedure_id == bindparam("id"), table.c.anchor == "")
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
        route: Route,
        reason: Reason | None = None,
        comment: str = "",
        *,
        passage: Passage = WHOLE,
        query: str = "",
        answer_wanted: bool = True,
    ) -> Vote:
        """Vote on the procedure's version or a passage of it, or change one's vote.

        A "no" opens one item in the route's department; a further "no" amends it while it is
        live, opens it again after a "yes" withdrew it, and opens another only when it says
        something new after the answer. A bare "no" (no reason, no comment) never erases what was
        written before. `query` is the search that led there, as far as is known.
        """
        said = Said(
            person_id,
            procedure,
            now,
            route,
            reason,
            cleaned(comment),
            passage,
            cleaned(query),
            answer_wanted,
        )
        with writing(self._engine, "feedback") as connection:
            before = _voted(connection, said)
            vote_id = _keep(connection, said, helpful, before)
            if helpful:
                reporting.withdraw(connection, vote_id, said)
            else:
                again = before is not None and not before.helpful
                reporting.report(connection, vote_id, said, again=again)
            row = connection.execute(
                _OF, _asked(person_id, procedure.id, procedure.version, passage.anchor)
            ).one()
        return _vote(row)

    def of(self, person_id: int, procedure_id: str, version: str, anchor: str = "") -> Vote | None:
        """What this person voted on that version, or on the passage at that anchor, if anything."""
        asked = _asked(person_id, procedure_id, version, anchor)
        with reading(self._engine) as connection:
            row = connection.execute(_OF, asked).one_or_none()
        return _vote(row) if row is not None else None

    def tally(self, procedure_id: str, version: str | None = None) -> Tally:
        """The votes on a whole procedure: on one version, or on all it ever had."""
        query = _TALLY if version is None else _TALLY.where(table.c.version == version)
        with reading(self._engine) as connection:
            rows = connection.execute(query, {"id": procedure_id}).all()
        counts: dict[bool, int] = dict(rows)
        return Tally(yes=counts.get(True, 0), no=counts.get(False, 0))


def _asked(person_id: int, procedure_id: str, version: str, anchor: str) -> dict[str, object]:
    return {
        "person": person_id,
        "procedure": procedure_id,
        "version": version,
        "anchor": anchor,
    }


def _voted(connection: Connection, said: Said) -> Row[int, bool] | None:
    mine = and_(
        table.c.person_id == said.person_id,
        table.c.procedure_id == said.procedure.id,
        table.c.version == said.procedure.version,
        table.c.anchor == said.passage.anchor,
    )
    return connection.execute(select(table.c.id, table.c.helpful).where(mine)).one_or_none()


def _keep(connection: Connection, said: Said, helpful: bool, before: Row[int, bool] | None) -> int:
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
        anchor=said.passage.anchor,
        **values,
    )
    (vote_id,) = connection.execute(new).inserted_primary_key or (0,)
    return int(vote_id)


def _query(which: ColumnElement[bool]) -> Select[Any]:
    """Votes with the words and state of their latest item."""
    of_vote = items.alias("of_vote")
    latest = select(func.max(of_vote.c.id)).where(of_vote.c.vote_id == table.c.id)
    return (
        select(table, items.c.reason, items.c.comment, items.c.state, items.c.answer_wanted)
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
        anchor=row.anchor,
        answer_wanted=row.answer_wanted is not False,
    )


_OF = _query(
    and_(
        table.c.person_id == bindparam("person"),
        table.c.procedure_id == bindparam("procedure"),
        table.c.version == bindparam("version"),
        table.c.anchor == bindparam("anchor"),
    )
)
