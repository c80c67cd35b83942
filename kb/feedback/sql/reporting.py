"""How an item comes to be and to have other words, within the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, insert, select

from kb.database import items
from kb.feedback import notices
from kb.feedback.life_cycle import EventKind, Verb, leads
from kb.feedback.model import LIVE, WHOLE, Item, Kind, Passage, Reason, Route, State, folded
from kb.feedback.sql import rows, transitions
from kb.feedback.sql.reporter_steps import Reporter
from kb.feedback.sql.transitions import Turn
from kb.procedures.model import Procedure

_LOOKED_IN = ("procedure_title", "query", "passage", "comment")


class Said(Struct, frozen=True):
    """What somebody says of a procedure or passage, and whose inbox it goes to."""

    person_id: int
    procedure: Procedure
    now: datetime
    route: Route
    reason: Reason | None
    comment: str
    passage: Passage = WHOLE
    query: str = ""
    answer_wanted: bool = True

    @property
    def words(self) -> dict[str, object]:
        """The columns to change: none for a bare vote, so that it erases nothing."""
        if self.reason is None and not self.comment:
            return {}
        return {
            "reason": self.reason.value if self.reason else None,
            "comment": self.comment,
            "answer_wanted": self.answer_wanted,
        }


def opened(connection: Connection, values: dict[str, object], route: Route, now: datetime) -> Item:
    """A new item with its first event; who hears first of such in its department is told."""
    promise = route.department.promise(now)
    new = insert(items).values(
        department=route.department.id,
        created_at=now,
        changed_at=now,
        due_at=promise.due_at,
        soon_at=promise.soon_at,
        state=State.NEW.value,
        folded=folded(*(_text(values, name) for name in _LOOKED_IN)),
        **values,
    )
    (item_id,) = connection.execute(new).inserted_primary_key or (0,)
    item = rows.there(connection, int(item_id))
    turn = Turn(connection, Reporter(item.reporter_id), now)
    event = turn.note(item, EventKind.OPENED, "", item.state, item.comment)
    turn.tell_department(item, event, route, notices.news(item), item.comment)
    return item


def report(connection: Connection, vote_id: int, said: Said, *, again: bool) -> None:
    """Open, amend or leave alone the item of a "no"; `again` after an earlier "no"."""
    latest = _latest(connection, items.c.vote_id == vote_id)
    turn = Turn(connection, Reporter(said.person_id), said.now)
    if latest is None:
        _open(connection, vote_id, said)
    elif latest.state in LIVE:
        _amend(turn, latest, said)
    elif latest.state is State.WITHDRAWN:
        _object(turn, latest, said)
    elif not again or _is_news(latest, said):
        _open(connection, vote_id, said)


def withdraw(connection: Connection, vote_id: int, said: Said) -> None:
    """It was helpful after all."""
    latest = _latest(connection, items.c.vote_id == vote_id)
    if latest is not None and latest.state in LIVE:
        turn = Turn(connection, Reporter(said.person_id), said.now)
        transitions.withdraw(turn, latest, leads(Verb.WITHDRAW, latest))


def _text(values: dict[str, object], name: str) -> str:
    return str(values.get(name) or "")


def _in_other_words(item: Item, said: Said) -> dict[str, object]:
    """The columns that change with what is said now."""
    if not said.words:
        return {}
    texts = (item.procedure_title, item.query, item.passage.words, said.comment)
    return {**said.words, "folded": folded(*texts)}


def _open(connection: Connection, vote_id: int, said: Said) -> None:
    values = {
        "kind": Kind.FEEDBACK.value,
        "about": said.passage.about.value,
        "reporter_id": said.person_id,
        "vote_id": vote_id,
        "procedure_id": said.procedure.id,
        "procedure_title": said.procedure.title,
        "version": said.procedure.version,
        "anchor": said.passage.anchor,
        "passage": said.passage.words,
        "query": said.query or None,
        **{"reason": None, "comment": "", "answer_wanted": said.answer_wanted, **said.words},
    }
    opened(connection, values, said.route, said.now)


def _amend(turn: Turn, item: Item, said: Said) -> None:
    """Other words for what is not answered yet; who works on it is told."""
    if not said.words or not _is_news(item, said):
        return
    due = transitions.resumed(item, said.route, said.now)
    amended, event = turn.move(
        item,
        EventKind.AMENDED,
        leads(Verb.AMEND, item),
        said.comment,
        waiting_since=None,
        due_at=due.due_at,
        soon_at=due.soon_at,
        **_in_other_words(item, said),
    )
    if amended.assignee_id is not None:
        title = f"{item.reporter} says it in other words about {item.title}"
        turn.tell_department(amended, event, said.route, title, said.comment)


def _object(turn: Turn, item: Item, said: Said) -> None:
    """Taken back, and now said again: a new promise, and the words as they were or are now."""
    promise = said.route.department.promise(said.now)
    again, event = turn.move(
        item,
        EventKind.REOPENED,
        leads(Verb.OBJECT, item),
        said.comment,
        created_at=said.now,
        due_at=promise.due_at,
        soon_at=promise.soon_at,
        assignee_id=None,
        duplicate_of=None,
        **_in_other_words(item, said),
    )
    turn.tell_department(again, event, said.route, notices.news(again), again.comment)


def _is_news(item: Item, said: Said) -> bool:
    if not said.words:
        return False
    return (item.reason, item.comment) != (said.reason, said.comment)


def _latest(connection: Connection, which: ColumnElement[bool]) -> Item | None:
    query = select(items.c.id).where(which).order_by(items.c.id.desc()).limit(1)
    item_id = connection.scalar(query)
    return rows.found(connection, item_id) if item_id is not None else None
