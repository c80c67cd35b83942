"""Items as rows: the one query that reads them, within a transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from kb.database import GREATEST_ID, items, people
from kb.feedback.model import Item, Kind, Outcome, Reason, State

_reporter = people.alias("reporter")
_answerer = people.alias("answerer")


def query() -> Select[Any]:
    """All items with the names of who reported and who answered."""
    return (
        select(items, _reporter.c.name.label("reporter"), _answerer.c.name.label("answerer"))
        .join(_reporter, _reporter.c.id == items.c.reporter_id)
        .outerjoin(_answerer, _answerer.c.id == items.c.answered_by)
    )


def found(connection: Connection, item_id: int) -> Item | None:
    """The item of that id, whosever it is."""
    row = connection.execute(query().where(_is(item_id))).one_or_none()
    return item_from(row) if row is not None else None


def still_open(item_id: int) -> ColumnElement[bool]:
    """That item, as long as nobody answered or withdrew it."""
    return _is(item_id) & (items.c.state == State.OPEN.value)


def item_from(row: Row[Any]) -> Item:
    """One row of `query()` as an Item."""
    return Item(
        id=row.id,
        kind=Kind(row.kind),
        department=row.department,
        reporter_id=row.reporter_id,
        reporter=row.reporter,
        comment=row.comment,
        created_at=row.created_at,
        due_at=row.due_at,
        state=State(row.state),
        procedure_id=row.procedure_id,
        procedure_title=row.procedure_title,
        version=row.version,
        reason=Reason(row.reason) if row.reason else None,
        query=row.query,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reply=row.reply,
        answered_by=row.answerer,
        answered_at=row.answered_at,
        seen=row.answer_seen_at is not None,
    )


def _is(item_id: int) -> ColumnElement[bool]:
    return items.c.id == (item_id if 0 < item_id <= GREATEST_ID else 0)
