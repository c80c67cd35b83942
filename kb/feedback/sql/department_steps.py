"""The steps of a department: each one a transaction with its event and with who is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from kb.database import writing
from kb.feedback import notices
from kb.feedback.errors import AlreadyAnswered, NotNow, NotYourDepartment
from kb.feedback.life_cycle import Answerer, EventKind, Verb, next_state
from kb.feedback.model import Fix, Item, Outcome, Route, State, cleaned, usable_reply
from kb.feedback.sql import rows, transitions
from kb.feedback.sql.transitions import Turn
from kb.notices.sql import queue


class Steps:
    """What may be done to an item by those whose inbox it is in.

    All of them raise NotYourDepartment for a stranger or no such item, and AlreadyAnswered (or
    Withdrawn, NotNow) where kb/feedback/life_cycle.py has no way on; of two at once the first
    counts.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def see(self, item_id: int, by: Answerer, now: datetime) -> Item:
        """Somebody of the department has looked at it; noted the first time."""
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.SEE)
            if state is item.state:
                return item
            return turn.move(item, EventKind.SEEN, state)[0]

    def take(self, item_id: int, by: Answerer, now: datetime) -> Item:
        """Work on it oneself, also in place of somebody else."""
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.TAKE)
            if (state, by.id) == (item.state, item.assignee_id):
                return item
            return turn.move(item, EventKind.TAKEN, state, assignee_id=by.id)[0]

    def assign(self, item_id: int, to: Answerer, by: Answerer, now: datetime) -> Item:
        """Have somebody of the department work on it, who is told. Raises NotNow for a stranger."""
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.ASSIGN)
            if item.department not in to.departments:
                raise NotNow("Whoever works on it must answer for its department.")
            if to.id == item.assignee_id:
                return item
            changed = rows.change(
                turn.connection, item.id, now, state=state.value, assignee_id=to.id
            )
            names = (item.assignee or "", changed.assignee or "")
            event = turn.note(item, EventKind.ASSIGNED, *names)
            title = f"Yours to answer: {notices.news(item)}"
            told = notices.people(changed, event, (to.id,), title, item.comment, by.id)
            queue.enqueue(turn.connection, told, now)
            return changed

    def give_back(self, item_id: int, by: Answerer, now: datetime) -> Item:
        """Let the whole department have it again."""
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.GIVE_BACK)
            if item.assignee_id is None:
                return item
            turn.note(item, EventKind.ASSIGNED, item.assignee or "", "")
            return rows.change(turn.connection, item.id, now, state=state.value, assignee_id=None)

    def ask_back(self, item_id: int, words: str, by: Answerer, now: datetime) -> Item:
        """Ask the reporter something; the clock stands until they reply. Raises EmptyReply."""
        written = usable_reply(words)
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.ASK_BACK)
            asked, event = turn.move(
                item,
                EventKind.ASKED_BACK,
                state,
                written,
                assignee_id=item.assignee_id or by.id,
                waiting_since=item.waiting_since or now,
                answer_seen_at=None,
            )
            turn.tell_reporter(asked, event, f"A question back about {item.title}", written)
            return asked

    def answer(
        self,
        item_id: int,
        outcome: Outcome,
        words: str,
        by: Answerer,
        now: datetime,
        fix: Fix | None = None,
    ) -> Item:
        """Close it, and all that is merged into it, with a word to everyone who reported it.

        `fix` is what was saved to answer it. Raises EmptyReply.
        """
        written = usable_reply(words)
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.ANSWER)
            return transitions.close(turn, item, state, outcome, written, fix)

    def answer_all(
        self,
        item_ids: Iterable[int],
        outcome: Outcome,
        words: str,
        by: Answerer,
        now: datetime,
        fix: Fix | None = None,
    ) -> tuple[list[Item], list[int]]:
        """Close several with the same word: what was answered, and the ids of what could not be."""
        written = usable_reply(words)
        closed, refused = [], []
        with self._turn(by, now) as turn:
            for item_id in dict.fromkeys(item_ids):
                try:
                    item, state = turn.begin(item_id, Verb.ANSWER)
                except (AlreadyAnswered, NotYourDepartment):
                    refused.append(item_id)
                else:
                    closed.append(transitions.close(turn, item, state, outcome, written, fix))
        return closed, refused

    def reroute(self, item_id: int, words: str, route: Route, by: Answerer, now: datetime) -> Item:
        """Hand it, with all that is merged into it, to another department; reporters are told.

        Its history and its promised time stay. Raises NotNow for the department that has it.
        """
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.REROUTE)
            if item.department == route.department.id:
                raise NotNow(f"{route.department.name} has it already.")
            return transitions.hand_over(turn, item, state, cleaned(words), route)

    def merge(self, item_id: int, into: int, by: Answerer, now: datetime) -> Item:
        """Have it answered with another one that tells the same. Raises NotNow for itself.

        Where that one is itself answered with another, it is that other.
        """
        with self._turn(by, now) as turn:
            item, state = turn.begin(item_id, Verb.MERGE)
            other = rows.there(turn.connection, into)
            if other.state is State.MERGED and other.duplicate_of is not None:
                other = rows.there(turn.connection, other.duplicate_of)
            next_state(Verb.MERGE, other, by)
            if other.id == item.id:
                raise NotNow("It cannot be answered with itself.")
            return transitions.join(turn, item, state, other)

    def note(self, item_id: int, words: str, by: Answerer, now: datetime) -> Item:
        """Write something that only the department sees. Raises EmptyReply."""
        written = usable_reply(words)
        with self._turn(by, now) as turn:
            item, _ = turn.begin(item_id, Verb.NOTE)
            turn.note(item, EventKind.NOTE, "", "", written)
            return item

    @contextmanager
    def _turn(self, by: Answerer, now: datetime) -> Iterator[Turn]:
        with writing(self._engine, "feedback") as connection:
            yield Turn(connection, by, now)
