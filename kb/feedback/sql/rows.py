"""Items as rows: the one query that reads them, within a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, update

from kb.database import GREATEST_ID, items, people
from kb.feedback.errors import NotYourDepartment
from kb.feedback.model import (
    LIVE,
    OPEN,
    RUNNING,
    About,
    Fix,
    Item,
    Kind,
    Outcome,
    Passage,
    Reason,
    State,
)

_reporter = people.alias("reporter")
_answerer = people.alias("answerer")
_assignee = people.alias("assignee")
_duplicate = items.alias("duplicate")
_DUPLICATES = (
    select(func.count())
    .select_from(_duplicate)
    .where(_duplicate.c.duplicate_of == items.c.id)
    .correlate(items)
    .scalar_subquery()
)


def query() -> Select[Any]:
    """All items with the names of who reported, works on and answered them."""
    return (
        select(
            items,
            _reporter.c.name.label("reporter"),
            _answerer.c.name.label("answerer"),
            _assignee.c.name.label("assignee"),
            _DUPLICATES.label("duplicates"),
        )
        .join(_reporter, _reporter.c.id == items.c.reporter_id)
        .outerjoin(_answerer, _answerer.c.id == items.c.answered_by)
        .outerjoin(_assignee, _assignee.c.id == items.c.assignee_id)
    )


def found(connection: Connection, item_id: int) -> Item | None:
    """The item of that id, whosever it is."""
    row = connection.execute(query().where(_is(item_id))).one_or_none()
    return item_from(row) if row is not None else None


def there(connection: Connection, item_id: int) -> Item:
    """The item of that id. Raises NotYourDepartment for none: unknown and not-yours look alike."""
    item = found(connection, item_id)
    if item is None:
        raise NotYourDepartment("There is no such item in your departments' inbox.")
    return item


def duplicates(connection: Connection, item_id: int) -> list[Item]:
    """The items that are to be answered with that one, oldest first."""
    which = (items.c.duplicate_of == item_id) & (items.c.state == State.MERGED.value)
    found = connection.execute(query().where(which).order_by(items.c.id))
    return [item_from(row) for row in found]


def change(connection: Connection, item_id: int, now: datetime, **values: object) -> Item:
    """The item with other values in these columns."""
    changed = update(items).where(_is(item_id)).values(changed_at=now, **values)
    connection.execute(changed)
    return there(connection, item_id)


def is_open() -> ColumnElement[bool]:
    """Still to be answered by its department."""
    return _stands_in(OPEN)


def is_running() -> ColumnElement[bool]:
    """Open, and the clock of the promise does not stand."""
    return _stands_in(RUNNING)


def is_live() -> ColumnElement[bool]:
    """Neither answered nor withdrawn, so that more words go to the same item."""
    return _stands_in(LIVE)


def item_from(row: Row[Any]) -> Item:
    """One row of `query()` as an Item."""
    fixed = row.fix_procedure_id is not None
    return Item(
        id=row.id,
        kind=Kind(row.kind),
        department=row.department,
        reporter_id=row.reporter_id,
        reporter=row.reporter,
        comment=row.comment,
        created_at=row.created_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        soon_at=row.soon_at,
        waiting_since=row.waiting_since,
        state=State(row.state),
        passage=Passage(About(row.about), row.anchor, row.passage),
        procedure_id=row.procedure_id,
        procedure_title=row.procedure_title,
        version=row.version,
        reason=Reason(row.reason) if row.reason else None,
        query=row.query,
        answer_wanted=row.answer_wanted,
        assignee_id=row.assignee_id,
        assignee=row.assignee,
        duplicate_of=row.duplicate_of,
        duplicates=row.duplicates,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reply=row.reply,
        answered_by=row.answerer,
        answered_at=row.answered_at,
        answers=row.answers,
        reopened_at=row.reopened_at,
        fix=Fix(row.fix_procedure_id, row.fix_version) if fixed else None,
        seen=row.answer_seen_at is not None,
    )


def _stands_in(states: Iterable[State]) -> ColumnElement[bool]:
    return items.c.state.in_(sorted(state.value for state in states))


def _is(item_id: int) -> ColumnElement[bool]:
    return items.c.id == (item_id if 0 < item_id <= GREATEST_ID else 0)
