"""Each department's inbox in the database: what is asked, by whom it is answered."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, bindparam, case, func, insert, select, update

from kb.database import GREATEST_ID, Moment, items, reading, writing
from kb.feedback import records
from kb.feedback.model import (
    Answerer,
    Counts,
    EmptyQuestion,
    Item,
    Kind,
    NotYourDepartment,
    Outcome,
    Page,
    State,
    cleaned,
    usable_reply,
)
from kb.feedback.votes import Votes

_OPEN = items.c.state == State.OPEN.value
_ANSWERED = items.c.state == State.ANSWERED.value
_UNSEEN = and_(_ANSWERED, items.c.answer_seen_at.is_(None))


# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_COUNTS = (
    select(
        items.c.department,
        items.c.state,
        func.count(),
        func.sum(case((items.c.due_at < bindparam("now", type_=Moment), 1), else_=0)),
    )
    .where(items.c.department.in_(bindparam("departments", expanding=True)), _OPEN | _ANSWERED)
    .group_by(items.c.department, items.c.state)
)
_UNREAD = (
    select(func.count())
    .select_from(items)
    .where(items.c.reporter_id == bindparam("person"), _UNSEEN)
)


class Inbox:
    """All items. What a person may see of them is limited by the `departments` passed in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.votes = Votes(engine)

    def ask(
        self,
        person_id: int,
        query: str,
        department: str,
        comment: str,
        now: datetime,
        answer_within: timedelta,
    ) -> Item:
        """Send "I could not find it" to a department, to be answered within that time.

        Asked twice in the same words while it is open, it stays one item. Raises EmptyQuestion.
        """
        asked = {
            "kind": Kind.REQUEST.value,
            "reporter_id": person_id,
            "department": department,
            "query": cleaned(query),
            "comment": cleaned(comment),
        }
        if not asked["query"] and not asked["comment"]:
            raise EmptyQuestion("Write what you were looking for.")
        due_at = now + answer_within
        same = and_(_OPEN, *(items.c[name] == value for name, value in asked.items()))
        with writing(self._engine, "feedback") as connection:
            item_id = connection.scalar(select(items.c.id).where(same).limit(1))
            if item_id is None:
                new = insert(items).values(
                    created_at=now, due_at=due_at, state=State.OPEN.value, **asked
                )
                (item_id,) = connection.execute(new).inserted_primary_key or (0,)
            item = records.found(connection, item_id)
        assert item is not None
        return item

    def items(
        self,
        departments: AbstractSet[str],
        *,
        state: State,
        newest_first: bool,
        page: int,
        per_page: int,
        kind: Kind | None = None,
        department: str | None = None,
    ) -> Page:
        """What these departments have to answer or have answered; `page` from 1.

        `department` narrows it to one of them; naming any other gives an empty page.
        """
        narrowed = departments if department is None else departments & {department}
        which = and_(items.c.department.in_(narrowed), items.c.state == state.value)
        if kind is not None:
            which = and_(which, items.c.kind == kind.value)
        return self._page(which, newest_first, page, per_page)

    def counts(self, departments: AbstractSet[str], now: datetime) -> Counts:
        """How much these departments have open, answered and overdue."""
        with reading(self._engine) as connection:
            asked = {"now": now, "departments": list(departments)}
            rows = connection.execute(_COUNTS, asked).all()
        waiting = [row for row in rows if row[1] == State.OPEN]
        return Counts(
            open=sum(row[2] for row in waiting),
            answered=sum(row[2] for row in rows if row[1] == State.ANSWERED),
            overdue=sum(row[3] for row in waiting),
            by_department={row[0]: row[2] for row in waiting},
        )

    def get(self, item_id: int, departments: AbstractSet[str]) -> Item | None:
        """The item, if it is one of these departments'."""
        with reading(self._engine) as connection:
            item = records.found(connection, item_id)
        return item if item is not None and item.department in departments else None

    def answer(
        self, item_id: int, outcome: Outcome, reply: str, by: Answerer, now: datetime
    ) -> Item:
        """Close an item with a word to the reporter. Of two answers at once the first counts.

        Raises EmptyReply, NotYourDepartment (also for no such item), AlreadyAnswered, Withdrawn.
        """
        closed = {
            "state": State.ANSWERED.value,
            "outcome": outcome.value,
            "reply": usable_reply(reply),
            "answered_by": by.id,
            "answered_at": now,
        }
        with writing(self._engine, "feedback") as connection:
            item = records.found(connection, item_id)
            if item is None:
                raise NotYourDepartment("There is no such item in your departments' inbox.")
            item.ensure_answerable(by.departments)
            connection.execute(update(items).where(records.still_open(item_id)).values(**closed))
            answered = records.found(connection, item_id)
        assert answered is not None
        return answered

    def questions(self, person_id: int, page: int, per_page: int) -> Page:
        """Everything this person reported or asked: unseen answers first, then newest first."""
        unseen = case((_UNSEEN, 0), else_=1)
        return self._page(_of(person_id), True, page, per_page, unseen)

    def unread_answers(self, person_id: int) -> int:
        """How many answers this person has not seen yet."""
        with reading(self._engine) as connection:
            return connection.scalar(_UNREAD, {"person": person_id}) or 0

    def mark_seen(self, person_id: int, item_ids: Iterable[int], now: datetime) -> None:
        """This person has seen the answers to these items. Others' items are left alone."""
        unread = and_(_of(person_id), _UNSEEN)
        which = and_(unread, items.c.id.in_({id for id in item_ids if 0 < id <= GREATEST_ID}))
        with reading(self._engine) as connection:
            if connection.scalar(select(items.c.id).where(which).limit(1)) is None:
                return
        with writing(self._engine, "feedback") as connection:
            connection.execute(update(items).where(which).values(answer_seen_at=now))

    def _page(
        self,
        which: ColumnElement[bool],
        newest_first: bool,
        page: int,
        per_page: int,
        *before: ColumnElement[int],
    ) -> Page:
        offset = min((max(page, 1) - 1) * per_page, GREATEST_ID)
        times = (items.c.created_at, items.c.id)
        order = (column.desc() if newest_first else column.asc() for column in times)
        listed = (
            records.query().where(which).order_by(*before, *order).limit(per_page).offset(offset)
        )
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(items).where(which))
            found = tuple(records.item_from(row) for row in connection.execute(listed))
        return Page(found, total or 0)


def _of(person_id: int) -> ColumnElement[bool]:
    return items.c.reporter_id == person_id
