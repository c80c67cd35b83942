"""Each department's inbox in the database: what is asked, and where the rest of it is found."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, bindparam, case, func, or_, select, update

from kb.database import GREATEST_ID, items, reading, writing
from kb.feedback.errors import EmptyQuestion
from kb.feedback.model import About, Item, Kind, Page, Reason, Route, State, cleaned
from kb.feedback.sql import rows
from kb.feedback.sql.department_steps import Steps
from kb.feedback.sql.listing import Lists
from kb.feedback.sql.reporter_steps import Replies
from kb.feedback.sql.reporting import opened
from kb.feedback.sql.thread import Thread
from kb.feedback.sql.votes import Votes

# What brings the reporter something new: an answer, or a question back.
_NEWS = or_(
    items.c.state == State.ANSWERED.value,
    items.c.state == State.WAITING.value,
)
_UNSEEN = and_(_NEWS, items.c.answer_seen_at.is_(None))
# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_UNREAD = (
    select(func.count())
    .select_from(items)
    .where(items.c.reporter_id == bindparam("person"), _UNSEEN)
)


class Inbox:
    """All items. What a person may see of them is limited by the `departments` passed in.

    `votes`: "was this helpful?", and the item that a "no" opens. `steps`: what a department does
    to an item. `replies`: what its reporter does. `lists`: items by filters, counts, overdue ones.
    `thread`: every event of an item, which is also the conversation.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.votes = Votes(engine)
        self.steps = Steps(engine)
        self.replies = Replies(engine)
        self.lists = Lists(engine)
        self.thread = Thread(engine)

    def ask(
        self,
        person_id: int,
        query: str,
        route: Route,
        comment: str,
        now: datetime,
        *,
        reason: Reason = Reason.NOT_FOUND,
        answer_wanted: bool = True,
    ) -> Item:
        """Send what a search did not answer to a department.

        Asked twice in the same words while it is live, it stays one item. Raises EmptyQuestion.
        """
        asked = {
            "kind": Kind.REQUEST.value,
            "reporter_id": person_id,
            "query": cleaned(query),
            "comment": cleaned(comment),
        }
        if not asked["query"] and not asked["comment"]:
            raise EmptyQuestion("Write what you were looking for.")
        same = and_(rows.is_live(), *(items.c[name] == value for name, value in asked.items()))
        there = select(items.c.id).where(same, items.c.department == route.department.id)
        values = {
            **asked,
            "about": About.SEARCH.value,
            "reason": reason.value,
            "answer_wanted": answer_wanted,
        }
        with writing(self._engine, "feedback") as connection:
            item_id = connection.scalar(there.limit(1))
            if item_id is not None:
                return rows.there(connection, item_id)
            return opened(connection, values, route, now)

    def get(self, item_id: int, departments: AbstractSet[str]) -> Item | None:
        """The item, if it is one of these departments'."""
        with reading(self._engine) as connection:
            item = rows.found(connection, item_id)
        return item if item is not None and item.department in departments else None

    def question(self, item_id: int, person_id: int) -> Item | None:
        """The item, if this person reported it."""
        with reading(self._engine) as connection:
            item = rows.found(connection, item_id)
        return item if item is not None and item.reporter_id == person_id else None

    def questions(self, person_id: int, page: int, per_page: int) -> Page:
        """Everything this person reported or asked: unseen answers first, then newest first."""
        unseen = case((_UNSEEN, 0), else_=1)
        order = (unseen, items.c.created_at.desc(), items.c.id.desc())
        return self.lists.where(_of(person_id), page, per_page, *order)

    def unread_answers(self, person_id: int) -> int:
        """How many answers and questions back this person has not seen yet."""
        with reading(self._engine) as connection:
            return connection.scalar(_UNREAD, {"person": person_id}) or 0

    def mark_seen(self, person_id: int, item_ids: Iterable[int], now: datetime) -> None:
        """This person has seen the latest word on these items. Others' items are left alone."""
        unread = and_(_of(person_id), _UNSEEN)
        which = and_(unread, items.c.id.in_({id for id in item_ids if 0 < id <= GREATEST_ID}))
        with reading(self._engine) as connection:
            if connection.scalar(select(items.c.id).where(which).limit(1)) is None:
                return
        with writing(self._engine, "feedback") as connection:
            connection.execute(update(items).where(which).values(answer_seen_at=now))


def _of(person_id: int) -> ColumnElement[bool]:
    return items.c.reporter_id == person_id
