"""Any order of votes, questions and answers: nothing lost, nothing doubled, nobody elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from kb.feedback.errors import AlreadyAnswered, NotYourDepartment
from kb.feedback.inbox import Inbox
from kb.feedback.listing import Listed
from kb.feedback.model import Item, Kind, Outcome, Reason, State
from tests.effort import examples

from .conftest import ANA, BEN, BILLING, DANA, LATE, NOW, OLA, SHIPPING, with_people

ROUTES = {"shipping": SHIPPING, "billing": BILLING}
REPS = st.sampled_from([ANA, BEN])
PROCEDURES = st.sampled_from(
    [
        LATE,
        replace(LATE, version="b" * 12),
        replace(LATE, id="BIL-001", path="refund.md", department="billing"),
    ]
)
COMMENTS = st.sampled_from(["", "Step 3", "Step 4"])


class Feedback(RuleBasedStateMachine):
    """What is expected is kept in plain dictionaries beside the real inbox."""

    def __init__(self) -> None:
        super().__init__()
        memory = create_engine("sqlite://", poolclass=StaticPool)
        self.engine = with_people(memory)
        self.inbox = Inbox(self.engine)
        self.votes: dict[tuple[int, str, str], bool] = {}
        self.answered: dict[int, Item] = {}
        self.known: set[int] = set()
        self.now = NOW

    def teardown(self) -> None:
        self.engine.dispose()

    def of_everybody(self) -> dict[int, Item]:
        return {
            item.id: item
            for person in (ANA, BEN)
            for item in self.inbox.questions(person.id, 1, 1_000).items
        }

    @rule()
    def an_hour_passes(self) -> None:
        self.now += timedelta(hours=1)

    @rule(
        by=REPS,
        on=PROCEDURES,
        helpful=st.booleans(),
        reason=st.none() | st.sampled_from(Reason),
        comment=COMMENTS,
    )
    def vote(self, by, on, helpful, reason, comment) -> None:
        self.inbox.votes.cast(by.id, on, helpful, self.now, ROUTES[on.department], reason, comment)
        self.votes[by.id, on.id, on.version] = helpful
        said = self.inbox.votes.of(by.id, on.id, on.version)
        assert said.helpful is helpful
        if not helpful and (reason or comment):
            assert (said.reason, said.comment) == (reason, comment)

    @rule(by=REPS, query=st.sampled_from(["lost", "refund"]), comment=COMMENTS)
    def ask(self, by, query, comment) -> None:
        item = self.inbox.ask(by.id, query, SHIPPING, comment, self.now)
        assert (item.reporter_id, item.query, item.comment) == (by.id, query, comment)
        assert item.open

    @precondition(lambda self: self.known)
    @rule(by=st.sampled_from([ANA, DANA, OLA]), pick=st.randoms(use_true_random=False))
    def answer(self, by, pick) -> None:
        before = self.of_everybody()[pick.choice(sorted(self.known))]
        try:
            after = self.inbox.steps.answer(before.id, Outcome.CORRECTED, "Done.", by, self.now)
        except NotYourDepartment:
            assert before.department not in by.departments
        except AlreadyAnswered:
            assert not before.open
        else:
            assert before.department in by.departments
            assert before.open
            self.answered[after.id] = after

    @invariant()
    def no_vote_is_lost_or_doubled(self) -> None:
        for id in ("SHP-014", "BIL-001"):
            expected = [helpful for (_, voted, _), helpful in self.votes.items() if voted == id]
            tally = self.inbox.votes.tally(id)
            assert (tally.yes, tally.no) == (expected.count(True), expected.count(False))

    @invariant()
    def no_item_is_lost_and_no_answer_changes(self) -> None:
        items = self.of_everybody()
        assert self.known <= set(items)
        self.known = set(items)
        for id, item in self.answered.items():
            assert items[id] == item

    @invariant()
    def open_feedback_is_of_a_no_and_only_one(self) -> None:
        waiting = [
            (item.reporter_id, item.procedure_id, item.version)
            for item in self.of_everybody().values()
            if item.kind is Kind.FEEDBACK and item.open
        ]
        assert len(waiting) == len(set(waiting))
        assert all(self.votes[vote] is False for vote in waiting)

    @invariant()
    def each_inbox_holds_its_departments_items_only(self) -> None:
        everything = self.of_everybody().values()
        for member in (DANA, OLA):
            for state in State:
                asked = Listed(member.departments, states={state}, per_page=1_000)
                page = self.inbox.lists.page(asked, self.now)
                expected = {
                    item.id
                    for item in everything
                    if item.department in member.departments and item.state is state
                }
                assert {item.id for item in page.items} == expected
                assert page.total == len(expected)


TestFeedback = Feedback.TestCase
TestFeedback.settings = settings(
    max_examples=examples(10),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
