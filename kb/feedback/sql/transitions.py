"""What every step is made of, within the caller's transaction: the change, its event, the word."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from kb.feedback import notices
from kb.feedback.life_cycle import Answerer, EventKind, Verb, leads, next_state
from kb.feedback.model import Fix, Item, Outcome, Route, State
from kb.feedback.sql import rows, thread
from kb.notices.sql import queue
from kb.procedures.model import Promise


class Turn(Struct, frozen=True):
    """One transaction of one person at one moment."""

    connection: Connection
    by: Answerer
    now: datetime

    def begin(self, item_id: int, verb: Verb) -> tuple[Item, State]:
        """The item, and where the step leads. Raises as `next_state` does."""
        item = rows.there(self.connection, item_id)
        return item, next_state(verb, item, self.by)

    def move(
        self, item: Item, kind: EventKind, state: State, words: str = "", **values: object
    ) -> tuple[Item, int]:
        """The item in its new state with other values, and the id of the event that tells so."""
        changed = rows.change(self.connection, item.id, self.now, state=state.value, **values)
        return changed, self.note(item, kind, item.state, state, words)

    def note(self, item: Item, kind: EventKind, was: str, became: str, words: str = "") -> int:
        """An event by this person."""
        return thread.add(self.connection, item.id, kind, self.now, self.by.id, was, became, words)

    def tell_reporter(self, item: Item, event: int, title: str, words: str) -> None:
        """Queue a word back."""
        told = notices.reporter(item, event, title, words, self.by.id)
        queue.enqueue(self.connection, told, self.now)

    def tell_department(self, item: Item, event: int, route: Route, title: str, words: str) -> None:
        """Queue word to who works on it or hears of it first."""
        told = notices.department(item, event, route, title, words, self.by.id)
        queue.enqueue(self.connection, told, self.now)


def close(
    turn: Turn, item: Item, state: State, outcome: Outcome, words: str, fix: Fix | None
) -> Item:
    """Answered, and with it all that is merged into it; everyone who wanted an answer is told."""
    for one in rows.duplicates(turn.connection, item.id):
        close(turn, one, leads(Verb.CLOSE, one), outcome, words, fix)
    answered = rows.change(
        turn.connection,
        item.id,
        turn.now,
        state=state.value,
        outcome=outcome.value,
        reply=words,
        answered_by=turn.by.id,
        answered_at=turn.now,
        answers=item.answers + 1,
        assignee_id=item.assignee_id or turn.by.id,
        waiting_since=None,
        fix_procedure_id=fix and fix.procedure_id,
        fix_version=fix and fix.version,
        answer_seen_at=None if item.answer_wanted else turn.now,
    )
    event = turn.note(item, EventKind.ANSWERED, item.state, outcome, words)
    if item.answer_wanted:
        turn.tell_reporter(answered, event, f"An answer about {item.title}", words)
    return answered


def hand_over(turn: Turn, item: Item, state: State, words: str, route: Route) -> Item:
    """To another department; its reporter is told, the promised time stays."""
    due = resumed(item, route, turn.now)
    moved = rows.change(
        turn.connection,
        item.id,
        turn.now,
        state=state.value,
        department=route.department.id,
        assignee_id=None,
        waiting_since=None,
        due_at=due.due_at,
        soon_at=due.soon_at,
    )
    event = turn.note(item, EventKind.REROUTED, item.department, route.department.id, words)
    to = f"{route.department.name} answers now about {item.title}"
    turn.tell_reporter(moved, event, to, words)
    if moved.open:
        turn.tell_department(moved, event, route, notices.news(moved), words)
    for one in rows.duplicates(turn.connection, item.id):
        hand_over(turn, one, one.state, words, route)
    return moved


def join(turn: Turn, item: Item, state: State, into: Item) -> Item:
    """Answered from now on with another, and so are those that were answered with it."""
    for one in rows.duplicates(turn.connection, item.id):
        join(turn, one, one.state, into)
    merged = rows.change(
        turn.connection,
        item.id,
        turn.now,
        state=state.value,
        duplicate_of=into.id,
        waiting_since=None,
    )
    turn.note(item, EventKind.MERGED, item.state, str(into.id))
    turn.note(into, EventKind.JOINED, "", str(item.id))
    return merged


def withdraw(turn: Turn, item: Item, state: State) -> Item:
    """Taken back. The oldest that was to be answered with it takes its place, so none is lost."""
    taken_back, _ = turn.move(item, EventKind.WITHDRAWN, state, waiting_since=None)
    left = rows.duplicates(turn.connection, item.id)
    if left:
        first, *others = left
        heir = rows.change(
            turn.connection,
            first.id,
            turn.now,
            state=leads(Verb.PART, first).value,
            duplicate_of=None,
            assignee_id=item.assignee_id,
        )
        turn.note(first, EventKind.PARTED, str(item.id), heir.state)
        for one in others:
            join(turn, one, one.state, heir)
    return taken_back


def resumed(item: Item, route: Route, now: datetime) -> Promise:
    """The promise, later by the working time in which the department waited for the reporter."""
    promise = Promise(item.due_at, item.soon_at)
    if item.waiting_since is None:
        return promise
    return route.department.postponed(promise, item.waiting_since, now)
