from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kb import database
from kb.feedback.errors import AlreadyAnswered, EmptyReply, NotYourDepartment, Withdrawn
from kb.feedback.life_cycle import Verb, next_state
from kb.feedback.model import (
    LIVE,
    LONGEST_TEXT,
    OPEN,
    RUNNING,
    Item,
    Kind,
    State,
    cleaned,
    usable_reply,
)
from tests.feedback.conftest import ANA, DANA, OLA

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ITEM = Item(
    id=1,
    kind=Kind.REQUEST,
    department="shipping",
    reporter_id=1,
    reporter="Ana",
    comment="",
    created_at=NOW,
    due_at=NOW + timedelta(hours=8),
    soon_at=NOW + timedelta(hours=6),
    changed_at=NOW,
    state=State.NEW,
)


def test_an_open_item_is_overdue_after_its_time():
    assert not ITEM.overdue(ITEM.due_at)
    assert ITEM.overdue(ITEM.due_at + timedelta(seconds=1))
    assert not replace(ITEM, state=State.ANSWERED).overdue(NOW + timedelta(days=9))


def test_only_an_open_item_of_ones_own_department_is_answerable():
    assert next_state(Verb.ANSWER, ITEM, DANA) is State.ANSWERED
    for stranger in (ANA, OLA):
        with pytest.raises(NotYourDepartment):
            next_state(Verb.ANSWER, ITEM, stranger)
    with pytest.raises(AlreadyAnswered, match="Dana has answered"):
        next_state(Verb.ANSWER, replace(ITEM, state=State.ANSWERED, answered_by="Dana"), DANA)
    with pytest.raises(Withdrawn, match="Ana has taken this back"):
        next_state(Verb.ANSWER, replace(ITEM, state=State.WITHDRAWN), DANA)


def test_a_stranger_does_not_learn_that_an_item_was_answered():
    with pytest.raises(NotYourDepartment):
        next_state(Verb.ANSWER, replace(ITEM, state=State.ANSWERED, answered_by="Dana"), OLA)


@pytest.mark.parametrize("reply", ["", " \n\t", "\0\0", " \0 "])
def test_a_reply_without_a_word_is_refused(reply: str):
    with pytest.raises(EmptyReply):
        usable_reply(reply)


def test_text_is_kept_as_typed():
    typed = "<script>alert('1')</script>\n\n  Step 3 -- is *wrong*   & old"
    assert cleaned(typed) == typed


@given(st.text(max_size=50))
def test_cleaned_text_can_be_stored(text: str):
    stored = cleaned(text * 200)
    stored.encode()
    assert "\0" not in stored
    assert len(stored) <= LONGEST_TEXT
    assert cleaned(cleaned(text)) == cleaned(text)


def test_the_index_of_live_items_holds_the_states_that_are_live() -> None:
    named = re.findall(r"'([^']+)'", database.LIVE)
    assert set(named) == set(LIVE) == OPEN | {State.MERGED}
    assert RUNNING | {State.WAITING} == OPEN
