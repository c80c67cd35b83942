"""Any order of votes, questions and steps: nothing lost, nothing answered twice, nobody untold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from kb.database import notices
from kb.feedback.errors import AlreadyAnswered, NotYourDepartment, TooLate
from kb.feedback.life_cycle import STEPS, EventKind, Party, Verb
from kb.feedback.model import LIVE, WHOLE, About, Item, Kind, Outcome, Passage, Reason, State
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.selection import Listed
from kb.feedback.sql.thread import Event
from tests.effort import examples
from tests.feedback.conftest import (
    ANA,
    BEN,
    BILLING,
    DANA,
    LATE,
    NOW,
    OLA,
    SHIPPING,
    with_people,
)

ROUTES = {"shipping": SHIPPING, "billing": BILLING}
REPS = st.sampled_from([ANA, BEN])
MEMBERS = st.sampled_from([DANA, OLA])
ANYBODY = st.sampled_from([ANA, BEN, DANA, OLA])
PICK = st.randoms(use_true_random=False)
PROCEDURES = st.sampled_from(
    [
        LATE,
        replace(LATE, version="b" * 12),
        replace(LATE, id="BIL-001", path="refund.md", department="billing"),
    ]
)
PASSAGES = st.sampled_from([WHOLE, Passage(About.STEP, "steps~2", "Do it.")])
COMMENTS = st.sampled_from(["", "Step 3", "Step 4"])
TOLD = (EventKind.ANSWERED, EventKind.ASKED_BACK, EventKind.REROUTED)


class Feedback(RuleBasedStateMachine):
    """What is expected is kept in plain dictionaries beside the real inbox."""

    def __init__(self) -> None:
        super().__init__()
        memory = create_engine("sqlite://", poolclass=StaticPool)
        self.engine = with_people(memory)
        self.inbox = Inbox(self.engine)
        self.votes: dict[tuple[int, str, str, str], bool] = {}
        self.threads: dict[int, tuple[Event, ...]] = {}
        self.quiet: set[int] = set()  # answers that nobody wanted, by event
        self.now = NOW

    def teardown(self) -> None:
        self.engine.dispose()

    def of_everybody(self) -> dict[int, Item]:
        return {
            item.id: item
            for person in (ANA, BEN)
            for item in self.inbox.questions(person.id, 1, 1_000).items
        }

    def picked(self, pick) -> Item:
        return self.of_everybody()[pick.choice(sorted(self.threads))]

    def take_step(self, verb: Verb, item: Item, by, act: Callable[[], Item]) -> Item | None:
        """Do it; it must succeed or be refused as the table of steps says."""
        step = STEPS[verb]
        theirs = (
            item.department in by.departments
            if step.by is Party.DEPARTMENT
            else item.reporter_id == by.id
        )
        try:
            done = act()
        except NotYourDepartment:
            assert not theirs or verb is Verb.MERGE
        except AlreadyAnswered:  # or withdrawn, or not now
            assert theirs
            more = (Verb.MERGE, Verb.REROUTE, Verb.ASSIGN, Verb.REOPEN)
            assert item.state not in step.leads or verb in more
        except TooLate:
            assert verb is Verb.REOPEN
            assert not item.may_reopen(self.now)
        else:
            assert theirs
            assert item.state in step.leads
            return done
        assert self.inbox.question(item.id, item.reporter_id) == item  # refused: nothing changed
        return None

    @rule(hours=st.sampled_from([1, 1, 24, 24 * 15]))
    def time_passes(self, hours) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        by=REPS,
        on=PROCEDURES,
        helpful=st.booleans(),
        reason=st.none() | st.sampled_from(Reason),
        comment=COMMENTS,
        passage=PASSAGES,
        wanted=st.booleans(),
    )
    def vote(self, by, on, helpful, reason, comment, passage, wanted) -> None:
        route = ROUTES[on.department]
        self.inbox.votes.cast(
            by.id,
            on,
            helpful,
            self.now,
            route,
            reason,
            comment,
            passage=passage,
            answer_wanted=wanted,
        )
        self.votes[by.id, on.id, on.version, passage.anchor] = helpful
        said = self.inbox.votes.of(by.id, on.id, on.version, passage.anchor)
        assert said.helpful is helpful
        if not helpful and (reason or comment):
            assert (said.reason, said.comment) == (reason, comment)

    @rule(by=REPS, query=st.sampled_from(["lost", "refund"]), comment=COMMENTS)
    def ask(self, by, query, comment) -> None:
        item = self.inbox.ask(by.id, query, SHIPPING, comment, self.now)
        assert (item.reporter_id, item.query, item.comment) == (by.id, query, comment)
        assert item.state in LIVE

    @precondition(lambda self: self.threads)
    @rule(by=ANYBODY, pick=PICK)
    def answer(self, by, pick) -> None:
        item = self.picked(pick)
        merged = [one for one in self.of_everybody().values() if one.duplicate_of == item.id]
        merged = [one for one in merged if one.state is State.MERGED]

        def act() -> Item:
            return self.inbox.steps.answer(item.id, Outcome.CORRECTED, "Done.", by, self.now)

        if self.take_step(Verb.ANSWER, item, by, act):
            for one in (item, *merged):
                after = self.inbox.question(one.id, one.reporter_id)
                assert (after.state, after.reply) == (State.ANSWERED, "Done.")
                if not one.answer_wanted:
                    self.quiet.add(self.inbox.thread.of(after)[-1].id)

    @precondition(lambda self: self.threads)
    @rule(verb=st.sampled_from(["see", "take", "give_back"]), by=ANYBODY, pick=PICK)
    def look_or_take(self, verb, by, pick) -> None:
        item, step = self.picked(pick), getattr(self.inbox.steps, verb)
        named = {"see": Verb.SEE, "take": Verb.TAKE, "give_back": Verb.GIVE_BACK}[verb]
        self.take_step(named, item, by, lambda: step(item.id, by, self.now))

    @precondition(lambda self: self.threads)
    @rule(to=ANYBODY, by=ANYBODY, pick=PICK)
    def assign(self, to, by, pick) -> None:
        item, steps = self.picked(pick), self.inbox.steps
        done = self.take_step(
            Verb.ASSIGN, item, by, lambda: steps.assign(item.id, to, by, self.now)
        )
        if done:
            assert done.assignee_id == to.id
            assert item.department in to.departments

    @precondition(lambda self: self.threads)
    @rule(by=ANYBODY, pick=PICK)
    def ask_back(self, by, pick) -> None:
        item, steps = self.picked(pick), self.inbox.steps
        self.take_step(
            Verb.ASK_BACK, item, by, lambda: steps.ask_back(item.id, "Which?", by, self.now)
        )

    @precondition(lambda self: self.threads)
    @rule(by=REPS, pick=PICK)
    def reply(self, by, pick) -> None:
        item, replies = self.picked(pick), self.inbox.replies
        route = ROUTES[item.department]
        done = self.take_step(
            Verb.REPLY, item, by, lambda: replies.reply(item.id, "That.", by.id, self.now, route)
        )
        if done:
            assert done.due_at >= item.due_at
            assert done.state is not State.WAITING

    @precondition(lambda self: self.threads)
    @rule(by=REPS, pick=PICK)
    def reopen(self, by, pick) -> None:
        item, replies = self.picked(pick), self.inbox.replies
        route = ROUTES[item.department]
        done = self.take_step(
            Verb.REOPEN, item, by, lambda: replies.reopen(item.id, "No!", by.id, self.now, route)
        )
        if done:
            assert item.may_reopen(self.now)
            assert done.due_at > self.now

    @precondition(lambda self: self.threads)
    @rule(to=st.sampled_from([SHIPPING, BILLING]), by=ANYBODY, pick=PICK)
    def reroute(self, to, by, pick) -> None:
        item, steps = self.picked(pick), self.inbox.steps
        done = self.take_step(
            Verb.REROUTE, item, by, lambda: steps.reroute(item.id, "", to, by, self.now)
        )
        if done:
            assert done.created_at == item.created_at
            assert item.waiting_since or done.due_at == item.due_at

    @precondition(lambda self: len(self.threads) > 1)
    @rule(by=MEMBERS, pick=PICK)
    def merge(self, by, pick) -> None:
        item, into, steps = self.picked(pick), self.picked(pick), self.inbox.steps
        self.take_step(Verb.MERGE, item, by, lambda: steps.merge(item.id, into.id, by, self.now))

    @precondition(lambda self: self.threads)
    @rule(by=REPS, pick=PICK)
    def withdraw(self, by, pick) -> None:
        item, replies = self.picked(pick), self.inbox.replies
        self.take_step(Verb.WITHDRAW, item, by, lambda: replies.withdraw(item.id, by.id, self.now))

    @precondition(lambda self: self.threads)
    @rule(by=ANYBODY, pick=PICK)
    def note(self, by, pick) -> None:
        item, steps = self.picked(pick), self.inbox.steps
        self.take_step(Verb.NOTE, item, by, lambda: steps.note(item.id, "Hm.", by, self.now))

    @invariant()
    def all_of_it_holds(self) -> None:
        items = self.of_everybody()
        self.no_vote_is_lost_or_doubled()
        self.no_item_is_lost_and_no_event_ever_changes(items)
        self.the_events_tell_where_each_item_stands(items)
        self.nothing_is_answered_twice(items)
        self.nobody_who_asked_is_left_untold(items)
        self.what_is_merged_is_answered_with_something_open(items)
        self.live_feedback_is_of_a_no_and_only_one(items)
        self.each_inbox_holds_its_departments_items_only(items)

    def no_vote_is_lost_or_doubled(self) -> None:
        for id in ("SHP-014", "BIL-001"):
            expected = [
                helpful
                for (_, voted, _, anchor), helpful in self.votes.items()
                if voted == id and not anchor
            ]
            tally = self.inbox.votes.tally(id)
            assert (tally.yes, tally.no) == (expected.count(True), expected.count(False))

    def no_item_is_lost_and_no_event_ever_changes(self, items: dict[int, Item]) -> None:
        assert set(self.threads) <= set(items)
        for id, item in items.items():
            events = self.inbox.thread.of(item)
            before = self.threads.get(id, ())
            assert events[: len(before)] == before
            self.threads[id] = events

    def the_events_tell_where_each_item_stands(self, items: dict[int, Item]) -> None:
        for id, item in items.items():
            assert replayed(self.threads[id]) == item.state, self.threads[id]

    def nothing_is_answered_twice(self, items: dict[int, Item]) -> None:
        for id, item in items.items():
            ends = (EventKind.ANSWERED, EventKind.REOPENED)
            turns = [one.kind for one in self.threads[id] if one.kind in ends]
            answers = turns.count(EventKind.ANSWERED)
            assert answers == item.answers
            for first, second in pairwise(turns):
                assert (first, second) != (EventKind.ANSWERED, EventKind.ANSWERED)

    def nobody_who_asked_is_left_untold(self, items: dict[int, Item]) -> None:
        with self.engine.connect() as connection:
            rows = connection.execute(select(notices.c.person_id, notices.c.key)).all()
        told = set(map(tuple, rows))
        assert len(told) == len(rows)
        for id, item in items.items():
            for one in self.threads[id]:
                wanted = one.kind in TOLD and one.id not in self.quiet
                assert ((item.reporter_id, f"item:{id}:{one.id}") in told) is wanted, one

    def what_is_merged_is_answered_with_something_open(self, items: dict[int, Item]) -> None:
        for item in items.values():
            if item.state is State.MERGED:
                assert items[item.duplicate_of].open
                assert items[item.duplicate_of].department == item.department

    def live_feedback_is_of_a_no_and_only_one(self, items: dict[int, Item]) -> None:
        waiting = [
            (item.reporter_id, item.procedure_id, item.version, item.passage.anchor)
            for item in items.values()
            if item.kind is Kind.FEEDBACK and item.state in LIVE
        ]
        assert len(waiting) == len(set(waiting))
        assert all(self.votes[vote] is False for vote in waiting)

    def each_inbox_holds_its_departments_items_only(self, items: dict[int, Item]) -> None:
        everything = items.values()
        for member in (DANA, OLA):
            counts = self.inbox.lists.counts(member.departments, self.now)
            asked = Listed(member.departments, states=set(State), per_page=1_000)
            page = self.inbox.lists.page(asked, self.now)
            expected = {item.id for item in everything if item.department in member.departments}
            assert {item.id for item in page.items} == expected
            assert page.total == len(expected)
            held = Counter(item.state for item in page.items)
            assert counts.by_state == dict(held)
            mine = [item for item in everything if item.department in member.departments]
            assert counts.overdue == sum(item.overdue(self.now) for item in mine)
            assert counts.soon == sum(item.due_soon(self.now) for item in mine)


def replayed(events: tuple[Event, ...]) -> State:
    """Where an item stands, from nothing but what happened to it."""
    state = State.NEW
    for one in events:
        match one.kind:
            case EventKind.ANSWERED:
                state = State.ANSWERED
            case EventKind.MERGED:
                state = State.MERGED
            case EventKind.REROUTED:
                state = state if state is State.MERGED else State.NEW
            case EventKind.ASSIGNED:
                looked_at = state is State.NEW or (state is State.IN_WORK and not one.became)
                state = State.SEEN if looked_at else state
            case EventKind.NOTE | EventKind.JOINED:
                pass
            case _:
                state = State(one.became)
    return state


TestFeedback = Feedback.TestCase
TestFeedback.settings = settings(
    max_examples=examples(6),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
