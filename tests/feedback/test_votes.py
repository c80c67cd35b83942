from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from kb.feedback.errors import Withdrawn
from kb.feedback.model import LONGEST_TEXT, Item, Outcome, Reason, State, Tally, Vote
from kb.feedback.sql.inbox import Inbox
from kb.procedures.model import UNASSIGNED
from tests.feedback.conftest import ANA, BEN, DANA, HOURS, LATE, NOBODYS, SHIPPING

NEWER = replace(LATE, version="ba9876543210", title="Complaint: Very Late Shipment")


def cast(inbox: Inbox, now: datetime, helpful: bool, *words: object, **changes: object) -> Vote:
    person_id = changes.get("person_id", ANA.id)
    return inbox.votes.cast(
        person_id, changes.get("on", LATE), helpful, now, changes.get("route", SHIPPING), *words
    )


def reported(inbox: Inbox) -> list[Item]:
    """All items of Ana, oldest first."""
    return sorted(inbox.questions(ANA.id, 1, 100).items, key=lambda item: item.id)


def test_a_yes_is_counted_and_opens_nothing(inbox: Inbox, now: datetime):
    vote = cast(inbox, now, True)
    assert vote == Vote("SHP-014", LATE.version, True, now)
    assert inbox.votes.of(ANA.id, "SHP-014", LATE.version) == vote
    assert inbox.votes.tally("SHP-014") == Tally(1, 0)
    assert reported(inbox) == []


def test_one_vote_per_person_and_version(inbox: Inbox, now: datetime):
    for helpful in (True, True, False, False, True):
        cast(inbox, now, helpful)
    assert inbox.votes.tally("SHP-014") == Tally(1, 0)
    cast(inbox, now, False, person_id=BEN.id)
    cast(inbox, now, False, on=NEWER)
    assert inbox.votes.tally("SHP-014") == Tally(1, 2)
    assert inbox.votes.tally("SHP-014", LATE.version) == Tally(1, 1)
    assert inbox.votes.tally("SHP-014", NEWER.version) == Tally(0, 1)
    assert inbox.votes.tally("SHP-999") == Tally(0, 0)
    assert inbox.votes.of(BEN.id, "SHP-014", NEWER.version) is None


def test_a_no_opens_one_item_that_further_words_amend(inbox: Inbox, now: datetime):
    cast(inbox, now, False)
    (bare,) = reported(inbox)
    assert (bare.reason, bare.comment, bare.due_at) == (None, "", now + HOURS)
    vote = cast(inbox, now + HOURS, False, Reason.UNCLEAR, "Which code?")
    (item,) = reported(inbox)
    assert (item.id, item.created_at, item.due_at) == (bare.id, now, now + HOURS)
    assert (item.reason, item.comment) == (Reason.UNCLEAR, "Which code?")
    assert (vote.reason, vote.comment, vote.state) == (Reason.UNCLEAR, "Which code?", State.NEW)


def test_a_second_click_does_not_erase_the_words(inbox: Inbox, now: datetime):
    cast(inbox, now, False, Reason.WRONG, "Step 3")
    vote = cast(inbox, now, False)
    assert (vote.reason, vote.comment) == (Reason.WRONG, "Step 3")
    assert cast(inbox, now, False, None, "Step 4").reason is None
    assert cast(inbox, now, False, Reason.WRONG).comment == ""


def test_a_yes_withdraws_the_item_and_keeps_it(inbox: Inbox, now: datetime):
    cast(inbox, now, False, Reason.WRONG, "Step 3")
    assert cast(inbox, now, True).state is State.WITHDRAWN
    (item,) = reported(inbox)
    assert (item.state, item.comment) == (State.WITHDRAWN, "Step 3")
    assert inbox.lists.counts(DANA.departments, now).open == 0
    with pytest.raises(Withdrawn):
        inbox.steps.answer(item.id, Outcome.CORRECTED, "Done.", DANA, now)


def test_no_again_opens_the_withdrawn_item_with_a_new_time(inbox: Inbox, now: datetime):
    later = now + timedelta(days=1)
    cast(inbox, now, False, Reason.WRONG, "Step 3")
    cast(inbox, now, True)
    cast(inbox, later, False)
    (item,) = reported(inbox)
    assert (item.state, item.comment) == (State.NEW, "Step 3")
    assert item.due_at == later + HOURS


def test_after_the_answer_only_something_new_opens_another(inbox: Inbox, now: datetime):
    cast(inbox, now, False, Reason.WRONG, "Step 3")
    (first,) = reported(inbox)
    answered = inbox.steps.answer(first.id, Outcome.ALREADY_RIGHT, "It is so.", DANA, now)
    cast(inbox, now, False)
    cast(inbox, now, False, Reason.WRONG, " Step 3 ")
    assert reported(inbox) == [answered]
    cast(inbox, now, False, Reason.WRONG, "Step 3, really")
    assert [item.state for item in reported(inbox)] == [State.ANSWERED, State.NEW]
    cast(inbox, now, True)
    assert [item.state for item in reported(inbox)] == [State.ANSWERED, State.WITHDRAWN]
    assert reported(inbox)[0] == answered


def test_a_change_of_mind_after_the_answer_opens_another(inbox: Inbox, now: datetime):
    cast(inbox, now, False)
    inbox.steps.answer(reported(inbox)[0].id, Outcome.CORRECTED, "Done.", DANA, now)
    cast(inbox, now, True)
    cast(inbox, now, False)
    assert [item.state for item in reported(inbox)] == [State.ANSWERED, State.NEW]


def test_each_version_has_its_own_item_with_its_title(inbox: Inbox, now: datetime):
    cast(inbox, now, False, Reason.WRONG)
    cast(inbox, now, False, Reason.WRONG, on=NEWER)
    cast(inbox, now, True, on=NEWER)
    assert [(item.procedure_title, item.state) for item in reported(inbox)] == [
        ("Complaint: Late Shipment", State.NEW),
        ("Complaint: Very Late Shipment", State.WITHDRAWN),
    ]


def test_feedback_on_what_belongs_to_nobody_is_the_administrators(inbox: Inbox, now: datetime):
    cast(inbox, now, False, route=NOBODYS)
    assert inbox.lists.counts({UNASSIGNED}, now).open == 1
    assert inbox.lists.counts(DANA.departments, now).open == 0


def test_markup_nul_and_length_of_a_comment(inbox: Inbox, now: datetime):
    vote = cast(inbox, now, False, None, "<script>\0alert(1)</script>\ud800" + "x" * 9_000)
    assert vote.comment.startswith("<script>alert(1)</script>?xxx")
    assert len(vote.comment) == LONGEST_TEXT
