"""An item's life step by step: where each leads, whose it is, what is told, what stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event, select

from kb.database import notices, reading
from kb.feedback.errors import AlreadyAnswered, EmptyReply, NotNow, NotYourDepartment, TooLate
from kb.feedback.life_cycle import STEPS, EventKind, Party, Verb
from kb.feedback.model import (
    LIVE,
    OPEN,
    About,
    Fix,
    Item,
    Outcome,
    Passage,
    Reason,
    State,
)
from kb.feedback.sql.inbox import Inbox
from tests.feedback.conftest import (
    ANA,
    BEN,
    BILLING,
    DANA,
    HOURS,
    LATE,
    OLA,
    SHIPPING,
    Member,
)

DORA = Member(5, frozenset({"shipping", "billing"}))
HOUR = timedelta(hours=1)
STEP = Passage(About.STEP, "step-2", "Treat the parcel as lost.")


def ask(inbox: Inbox, now: datetime, query: str = "lost parcel", by: Member = ANA) -> Item:
    return inbox.ask(by.id, query, SHIPPING, "", now)


def told(engine: Engine) -> list[tuple[int, str, str]]:
    """Who was told what kind of thing, by which link, oldest first."""
    columns = (notices.c.person_id, notices.c.kind, notices.c.link)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(notices.c.id))]


def kinds(inbox: Inbox, item: Item) -> list[EventKind]:
    return [one.kind for one in inbox.thread.of(item)]


def test_every_verb_stands_in_the_table_and_leads_somewhere():
    assert set(STEPS) == set(Verb)
    assert {step.by for step in STEPS.values()} == set(Party)
    assert all(step.leads for step in STEPS.values())
    for state in LIVE:  # none of them is a dead end: each can be left by a person
        ways = [step for step in STEPS.values() if step.leads.get(state, state) is not state]
        assert any(step.by is not Party.SYSTEM for step in ways), state
    assert STEPS[Verb.ANSWER].leads.keys() == OPEN


def test_a_question_is_seen_taken_asked_back_replied_and_answered(
    inbox: Inbox, engine: Engine, now: datetime
):
    item = ask(inbox, now)
    assert inbox.steps.see(item.id, DANA, now + HOUR).state is State.SEEN
    taken = inbox.steps.take(item.id, DANA, now + HOUR)
    assert (taken.state, taken.assignee_id, taken.assignee) == (State.IN_WORK, DANA.id, "Dana")
    asked = inbox.steps.ask_back(item.id, "Which carrier?", DANA, now + 2 * HOUR)
    assert (asked.state, asked.waiting_since) == (State.WAITING, now + 2 * HOUR)
    assert inbox.unread_answers(ANA.id) == 1
    replied = inbox.replies.reply(item.id, "The post.", ANA.id, now + 5 * HOUR, SHIPPING)
    assert (replied.state, replied.waiting_since) == (State.IN_WORK, None)
    answered = inbox.steps.answer(
        item.id,
        Outcome.CORRECTED,
        "Now it says so.",
        DANA,
        now + 6 * HOUR,
        Fix("SHP-014", "b" * 12),
    )
    assert (answered.state, answered.fix) == (State.ANSWERED, Fix("SHP-014", "b" * 12))
    events = inbox.thread.of(answered)
    assert [(one.kind, one.by, one.words) for one in events] == [
        (EventKind.OPENED, "Ana", ""),
        (EventKind.SEEN, "Dana", ""),
        (EventKind.TAKEN, "Dana", ""),
        (EventKind.ASKED_BACK, "Dana", "Which carrier?"),
        (EventKind.REPLIED, "Ana", "The post."),
        (EventKind.ANSWERED, "Dana", "Now it says so."),
    ]
    assert [(one.was, one.became) for one in events][-2:] == [
        ("waiting", "in work"),
        ("in work", "corrected"),
    ]
    mine, theirs = f"/questions/{item.id}", f"/inbox/{item.id}"
    assert told(engine) == [
        (DANA.id, "question", theirs),
        (ANA.id, "answer", mine),
        (DANA.id, "question", theirs),
        (ANA.id, "answer", mine),
    ]


def test_the_clock_stands_while_the_reporter_is_asked(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    inbox.steps.ask_back(item.id, "Which carrier?", DANA, now + 2 * HOUR)
    waiting = inbox.get(item.id, DANA.departments)
    assert not waiting.overdue(now + 90 * HOUR)
    assert inbox.lists.counts(DANA.departments, now + 90 * HOUR).overdue == 0
    assert inbox.lists.overdue(now + 90 * HOUR) == ()
    later = now + 50 * HOUR
    replied = inbox.replies.reply(item.id, "The post.", ANA.id, later, SHIPPING)
    assert replied.due_at == item.due_at + 48 * HOUR  # six hours of the eight are left
    assert replied.soon_at == item.soon_at + 48 * HOUR
    assert inbox.lists.overdue(later + 7 * HOUR) == (replied,)


def test_it_is_due_soon_in_the_last_quarter(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    assert (item.due_at, item.soon_at) == (now + HOURS, now + 6 * HOUR)
    assert [item.due_soon(now + hours * HOUR) for hours in (5, 6, 8, 9)] == [
        False,
        True,
        True,
        False,
    ]


def test_looking_and_taking_twice_is_told_once(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    for _ in range(2):
        inbox.steps.see(item.id, DANA, now)
        inbox.steps.take(item.id, DANA, now)
    assert kinds(inbox, item) == [EventKind.OPENED, EventKind.SEEN, EventKind.TAKEN]
    assert inbox.steps.see(item.id, DANA, now).state is State.IN_WORK


def test_assigned_to_a_colleague_who_is_told_and_to_no_stranger(
    inbox: Inbox, engine: Engine, now: datetime
):
    item = ask(inbox, now)
    with pytest.raises(NotNow):
        inbox.steps.assign(item.id, OLA, DANA, now)
    assigned = inbox.steps.assign(item.id, DANA, Member(4, frozenset({"shipping"})), now)
    assert (assigned.state, assigned.assignee) == (State.SEEN, "Dana")
    assert told(engine)[-1] == (DANA.id, "question", f"/inbox/{item.id}")
    back = inbox.steps.give_back(item.id, DANA, now)
    assert back.assignee_id is None
    shown = [(one.was, one.became) for one in inbox.thread.of(item)][1:]
    assert shown == [("", "Dana"), ("Dana", "")]


def test_notes_are_the_departments_alone(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    inbox.steps.note(item.id, "He asks this every week.", DANA, now)
    inbox.steps.assign(item.id, DANA, DANA, now)
    assert "He asks" in inbox.thread.of(item)[1].words
    seen = inbox.thread.told((item,))[item.id]
    assert [one.kind for one in seen] == [EventKind.OPENED]
    assert not any("He asks" in one.words for one in seen)


def test_not_solved_reopens_with_history_and_a_new_promise(
    inbox: Inbox, engine: Engine, now: datetime
):
    item = ask(inbox, now)
    inbox.steps.answer(item.id, Outcome.ALREADY_RIGHT, "See step 4.", DANA, now + HOUR)
    later = now + timedelta(days=14) + HOUR
    again = inbox.replies.reopen(item.id, "Step 4 is about cash.", ANA.id, later, SHIPPING)
    assert (again.state, again.assignee_id, again.outcome) == (State.IN_WORK, DANA.id, None)
    assert (again.due_at, again.reopened_at, again.answers) == (later + HOURS, later, 1)
    assert told(engine)[-1] == (DANA.id, "question", f"/inbox/{item.id}")
    twice = inbox.steps.answer(item.id, Outcome.CORRECTED, "Now it does.", DANA, later + HOUR)
    assert twice.answers == 2
    words = [one.words for one in inbox.thread.of(twice) if one.kind is EventKind.ANSWERED]
    assert words == ["See step 4.", "Now it does."]
    assert [who for who, kind, _ in told(engine) if kind == "answer"] == [ANA.id, ANA.id]


def test_not_solved_goes_to_all_where_who_answered_has_left(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    inbox.steps.answer(item.id, Outcome.DECLINED, "No.", DANA, now)
    left = replace(SHIPPING, tell=(4,), able=frozenset({4}))
    again = inbox.replies.reopen(item.id, "", ANA.id, now, left)
    assert (again.state, again.assignee_id) == (State.NEW, None)


def test_not_solved_after_two_weeks_is_too_late_and_is_nobody_elses_to_say(
    inbox: Inbox, now: datetime
):
    item = ask(inbox, now)
    with pytest.raises(NotNow):
        inbox.replies.reopen(item.id, "", ANA.id, now, SHIPPING)
    inbox.steps.answer(item.id, Outcome.DECLINED, "No.", DANA, now)
    with pytest.raises(NotYourDepartment):
        inbox.replies.reopen(item.id, "", BEN.id, now, SHIPPING)
    late = now + timedelta(days=14, seconds=1)
    with pytest.raises(TooLate):
        inbox.replies.reopen(item.id, "", ANA.id, late, SHIPPING)


def test_a_vote_that_was_said_again_is_not_reopened_beside_it(inbox: Inbox, now: datetime):
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.WRONG)
    (first,) = inbox.questions(ANA.id, 1, 10).items
    inbox.steps.answer(first.id, Outcome.DECLINED, "No.", DANA, now)
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.WRONG, "Look again")
    with pytest.raises(NotNow):
        inbox.replies.reopen(first.id, "", ANA.id, now, SHIPPING)


def test_rerouting_keeps_history_and_clock_and_tells_both_sides(
    inbox: Inbox, engine: Engine, now: datetime
):
    item = ask(inbox, now)
    inbox.steps.take(item.id, DANA, now)
    with pytest.raises(NotNow):
        inbox.steps.reroute(item.id, "", SHIPPING, DANA, now)
    moved = inbox.steps.reroute(item.id, "A refund is theirs.", BILLING, DANA, now + HOUR)
    assert (moved.department, moved.state, moved.assignee_id) == ("billing", State.NEW, None)
    assert (moved.due_at, moved.created_at) == (item.due_at, item.created_at)
    assert inbox.get(item.id, DANA.departments) is None
    with pytest.raises(NotYourDepartment):
        inbox.steps.take(item.id, DANA, now)
    (_, _, rerouted) = inbox.thread.told((moved,))[item.id]
    assert (rerouted.was, rerouted.became) == ("shipping", "billing")
    assert rerouted.words == "A refund is theirs."
    assert told(engine)[1:] == [
        (ANA.id, "answer", f"/questions/{item.id}"),
        (OLA.id, "question", f"/inbox/{item.id}"),
    ]


def test_all_who_reported_the_same_get_the_word(inbox: Inbox, engine: Engine, now: datetime):
    items = [ask(inbox, now, "lost"), ask(inbox, now, "gone", BEN), ask(inbox, now, "away", BEN)]
    master, second, third = (item.id for item in items)
    inbox.steps.merge(third, second, DANA, now)
    merged = inbox.steps.merge(second, master, DANA, now)
    assert (merged.state, merged.duplicate_of) == (State.MERGED, master)
    assert inbox.get(third, DANA.departments).duplicate_of == master
    assert inbox.get(master, DANA.departments).duplicates == 2
    assert inbox.lists.counts(DANA.departments, now).open == 1
    with pytest.raises(NotNow):
        inbox.steps.answer(second, Outcome.DECLINED, "No.", DANA, now)
    inbox.steps.answer(master, Outcome.CORRECTED, "Now it is there.", DANA, now + HOUR)
    for number in (second, third):
        answered = inbox.question(number, BEN.id)
        assert (answered.state, answered.reply) == (State.ANSWERED, "Now it is there.")
    answers = sorted((who, link) for who, kind, link in told(engine) if kind == "answer")
    assert answers == [
        (ANA.id, f"/questions/{master}"),
        (BEN.id, f"/questions/{second}"),
        (BEN.id, f"/questions/{third}"),
    ]


def test_merging_is_within_ones_own_and_never_with_itself(inbox: Inbox, now: datetime):
    mine, other = ask(inbox, now, "lost"), inbox.ask(BEN.id, "lost", BILLING, "", now)
    with pytest.raises(NotYourDepartment):
        inbox.steps.merge(mine.id, other.id, DANA, now)
    with pytest.raises(NotNow):
        inbox.steps.merge(mine.id, mine.id, DANA, now)
    second = ask(inbox, now, "gone")
    inbox.steps.merge(second.id, mine.id, DANA, now)
    with pytest.raises(NotNow):  # a round of two
        inbox.steps.merge(mine.id, second.id, DANA, now)
    inbox.steps.answer(mine.id, Outcome.DECLINED, "No.", DANA, now)
    with pytest.raises(AlreadyAnswered):
        inbox.steps.merge(ask(inbox, now, "third").id, mine.id, DANA, now)


def test_when_the_first_is_taken_back_the_next_takes_its_place(inbox: Inbox, now: datetime):
    ids = [ask(inbox, now, word, BEN).id for word in ("lost", "gone", "away")]
    for number in ids[1:]:
        inbox.steps.merge(number, ids[0], DANA, now)
    inbox.replies.withdraw(ids[0], BEN.id, now)
    first, second, third = (inbox.question(number, BEN.id) for number in ids)
    assert (first.state, second.state, third.state) == (
        State.WITHDRAWN,
        State.NEW,
        State.MERGED,
    )
    assert (second.duplicate_of, third.duplicate_of) == (None, second.id)
    inbox.steps.answer(second.id, Outcome.CORRECTED, "Done.", DANA, now)
    assert inbox.question(third.id, BEN.id).state is State.ANSWERED


def test_merged_items_go_along_to_another_department(inbox: Inbox, now: datetime):
    first, second = ask(inbox, now, "lost"), ask(inbox, now, "gone", BEN)
    inbox.steps.merge(second.id, first.id, DANA, now)
    inbox.steps.reroute(first.id, "", BILLING, DANA, now)
    assert inbox.get(second.id, OLA.departments).state is State.MERGED
    assert inbox.lists.counts(OLA.departments, now).open == 1


def test_who_wants_no_answer_is_not_told_and_finds_it_read(
    inbox: Inbox, engine: Engine, now: datetime
):
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.UNCLEAR, answer_wanted=False)
    (item,) = inbox.questions(ANA.id, 1, 10).items
    assert not item.answer_wanted
    inbox.steps.answer(item.id, Outcome.CORRECTED, "Clearer now.", DANA, now)
    assert [who for who, kind, _ in told(engine) if kind == "answer"] == []
    assert inbox.unread_answers(ANA.id) == 0
    assert inbox.question(item.id, ANA.id).reply == "Clearer now."


def test_a_passage_has_a_vote_and_an_item_of_its_own(inbox: Inbox, now: datetime):
    inbox.votes.cast(ANA.id, LATE, True, now, SHIPPING)
    inbox.votes.cast(
        ANA.id, LATE, False, now, SHIPPING, Reason.WRONG, passage=STEP, query="lost parcel"
    )
    assert inbox.votes.tally("SHP-014").yes == 1
    assert inbox.votes.tally("SHP-014").no == 0
    (item,) = inbox.questions(ANA.id, 1, 10).items
    assert (item.passage, item.query) == (STEP, "lost parcel")
    assert inbox.votes.of(ANA.id, "SHP-014", LATE.version).helpful
    assert not inbox.votes.of(ANA.id, "SHP-014", LATE.version, "step-2").helpful
    inbox.votes.cast(ANA.id, LATE, True, now, SHIPPING, passage=STEP)
    assert inbox.question(item.id, ANA.id).state is State.WITHDRAWN


def test_several_are_answered_at_once_and_the_rest_is_named(inbox: Inbox, now: datetime):
    mine = [ask(inbox, now, word).id for word in ("a", "b", "c")]
    others = inbox.ask(BEN.id, "d", BILLING, "", now).id
    inbox.steps.answer(mine[0], Outcome.DECLINED, "No.", DANA, now)
    closed, refused = inbox.steps.answer_all(
        [*mine, others, mine[1]], Outcome.CORRECTED, "Done.", DANA, now
    )
    assert [item.id for item in closed] == mine[1:]
    assert refused == [mine[0], others]


@pytest.mark.parametrize("verb", ["ask_back", "note"])
def test_nothing_is_asked_or_noted_without_a_word(inbox: Inbox, now: datetime, verb: str):
    item = ask(inbox, now)
    with pytest.raises(EmptyReply):
        getattr(inbox.steps, verb)(item.id, " ", DANA, now)
    with pytest.raises(EmptyReply):
        inbox.replies.reply(item.id, "\0", ANA.id, now, SHIPPING)


def test_no_statement_ever_changes_or_removes_an_event(inbox: Inbox, engine: Engine, now: datetime):
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2].upper()))
    first, second = ask(inbox, now, "lost"), ask(inbox, now, "gone", BEN)
    third = ask(inbox, now, "away")
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.WRONG)
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.WRONG, "Step 3")
    inbox.votes.cast(ANA.id, LATE, True, now, SHIPPING)
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING)
    for step in (inbox.steps.see, inbox.steps.take, inbox.steps.give_back):
        step(first.id, DANA, now)
    inbox.steps.assign(first.id, DANA, DANA, now)
    inbox.steps.note(first.id, "Hm.", DANA, now)
    inbox.steps.ask_back(first.id, "Which?", DANA, now)
    inbox.replies.reply(first.id, "That.", ANA.id, now, SHIPPING)
    inbox.steps.merge(second.id, first.id, DANA, now)
    inbox.steps.answer(first.id, Outcome.DECLINED, "No.", DANA, now)
    inbox.replies.reopen(first.id, "Still.", ANA.id, now, SHIPPING)
    inbox.steps.reroute(first.id, "", BILLING, DANA, now)
    inbox.replies.withdraw(first.id, ANA.id, now)
    inbox.steps.answer_all([third.id], Outcome.DECLINED, "No.", DANA, now)
    touching = [sql for sql in sent if "ITEM_EVENTS" in sql and not sql.startswith("SELECT")]
    assert len(touching) > 15
    assert all(sql.startswith("INSERT INTO ITEM_EVENTS") for sql in touching)
