"""The steps of a reporter on what they reported: reply, "not solved", take it back."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, select

from kb.database import items, writing
from kb.feedback.errors import NotNow, TooLate
from kb.feedback.life_cycle import EventKind, Verb
from kb.feedback.model import REOPEN_WITHIN, Item, Route, State, cleaned, usable_reply
from kb.feedback.sql import rows, transitions
from kb.feedback.sql.transitions import Turn


class Reporter(Struct, frozen=True):
    """Somebody who acts on what they reported, in nobody's name but their own."""

    id: int
    departments: frozenset[str] = frozenset()


class Replies:
    """What may be done to an item by who reported it.

    All of them raise NotYourDepartment where somebody else did, or there is no such item, and
    AlreadyAnswered (or Withdrawn, NotNow) where kb/feedback/life_cycle.py has no way on. `route` is
    the one of the item (kb/feedback/routing.py).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reply(self, item_id: int, words: str, person_id: int, now: datetime, route: Route) -> Item:
        """Say more, most often because the department asked; its clock runs on from here.

        Who works on it is told, else who hears first. Raises EmptyReply.
        """
        written = usable_reply(words)
        with writing(self._engine, "feedback") as connection:
            turn = Turn(connection, Reporter(person_id), now)
            item, state = turn.begin(item_id, Verb.REPLY)
            due = transitions.resumed(item, route, now)
            replied, event = turn.move(
                item,
                EventKind.REPLIED,
                state,
                written,
                waiting_since=None,
                due_at=due.due_at,
                soon_at=due.soon_at,
            )
            title = f"{item.reporter} wrote more about {item.title}"
            turn.tell_department(replied, event, route, title, written)
            return replied

    def reopen(self, item_id: int, words: str, person_id: int, now: datetime, route: Route) -> Item:
        """Say "not solved" within two weeks: a new promise, and back to who answered it.

        Raises TooLate, and NotNow where the same was reported again meanwhile.
        """
        written = cleaned(words)
        with writing(self._engine, "feedback") as connection:
            turn = Turn(connection, Reporter(person_id), now)
            item, state = turn.begin(item_id, Verb.REOPEN)
            if not item.may_reopen(now):
                raise TooLate(f"That was answered over {REOPEN_WITHIN.days} days ago; report anew.")
            _ensure_single(turn, item)
            able = item.assignee_id in route.able
            promise = route.department.promise(now)
            reopened, event = turn.move(
                item,
                EventKind.REOPENED,
                state if able else State.NEW,
                written,
                assignee_id=item.assignee_id if able else None,
                duplicate_of=None,
                outcome=None,
                reply=None,
                answered_by=None,
                answered_at=None,
                fix_procedure_id=None,
                fix_version=None,
                answer_seen_at=now,
                answer_wanted=True,
                reopened_at=now,
                due_at=promise.due_at,
                soon_at=promise.soon_at,
            )
            title = f"Not solved, says {item.reporter} about {item.title}"
            turn.tell_department(reopened, event, route, title, written)
            return reopened

    def withdraw(self, item_id: int, person_id: int, now: datetime) -> Item:
        """Withdraw it: nothing is to be answered any more."""
        with writing(self._engine, "feedback") as connection:
            turn = Turn(connection, Reporter(person_id), now)
            item, state = turn.begin(item_id, Verb.WITHDRAW)
            return transitions.withdraw(turn, item, state)


def _ensure_single(turn: Turn, item: Item) -> None:
    """A vote has one live item: whoever said no again has it there."""
    vote = select(items.c.vote_id).where(items.c.id == item.id).scalar_subquery()
    again = select(items.c.id).where(items.c.vote_id == vote, rows.is_live())
    if turn.connection.scalar(again.limit(1)) is not None:
        raise NotNow("You have reported it again already; that one is open.")
