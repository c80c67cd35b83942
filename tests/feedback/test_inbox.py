from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event

from kb.feedback.errors import AlreadyAnswered, EmptyQuestion, EmptyReply, NotYourDepartment
from kb.feedback.model import Counts, Item, Kind, Outcome, Reason, Route, State
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.selection import Listed, Sort
from kb.procedures.model import Department
from tests.databases import only_sqlite
from tests.feedback.conftest import ANA, BEN, BILLING, DANA, HOURS, LATE, NOW, OLA, SHIPPING

SLOW = Route(Department("shipping", "Shipping", answer_within=timedelta(days=2)))


def ask(inbox: Inbox, now: datetime, query: str = "lost parcel", **changes: object) -> Item:
    asked = {"route": SHIPPING, "comment": "", **changes}
    person_id = asked.pop("person_id", ANA.id)
    return inbox.ask(person_id=person_id, query=query, now=now, **asked)


def listed(inbox: Inbox, departments: frozenset[str] | set[str], **changes: object) -> list[Item]:
    page = inbox.lists.page(Listed(departments, per_page=100, **changes), NOW)
    assert page.total == len(page.items)
    return list(page.items)


def test_a_request_lands_in_the_inbox_of_its_department(inbox: Inbox, now: datetime):
    item = ask(inbox, now, "WISMO <b>", comment="  nothing on lost parcels ")
    assert (item.kind, item.department, item.query) == (Kind.REQUEST, "shipping", "WISMO <b>")
    assert (item.reporter, item.comment) == ("Ana", "nothing on lost parcels")
    assert item.due_at == now + HOURS
    assert item.state is State.NEW
    assert listed(inbox, DANA.departments) == [item]
    assert listed(inbox, OLA.departments) == []
    assert listed(inbox, ANA.departments) == []


def test_a_no_lands_there_too_with_what_was_read(inbox: Inbox, now: datetime):
    inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, Reason.WRONG, "Step 3")
    (item,) = listed(inbox, DANA.departments, kind=Kind.FEEDBACK)
    assert (item.procedure_id, item.procedure_title) == ("SHP-014", "Complaint: Late Shipment")
    assert (item.version, item.reason, item.comment) == (LATE.version, Reason.WRONG, "Step 3")
    assert listed(inbox, DANA.departments, kind=Kind.REQUEST) == []


def test_asking_twice_in_the_same_words_is_one_item_while_open(inbox: Inbox, now: datetime):
    first = ask(inbox, now)
    assert ask(inbox, now + timedelta(seconds=1)) == first
    others = [
        ask(inbox, now, comment="urgent"),
        ask(inbox, now, person_id=BEN.id),
        ask(inbox, now, route=BILLING),
    ]
    assert len({first.id, *(one.id for one in others)}) == 4
    inbox.steps.answer(first.id, Outcome.DECLINED, "No.", DANA, now)
    assert ask(inbox, now).id != first.id


def test_an_empty_question_is_refused(inbox: Inbox, now: datetime):
    with pytest.raises(EmptyQuestion):
        ask(inbox, now, " \0 ", comment="\n")
    assert ask(inbox, now, "", comment="How do I ship to Malta?").query == ""


def test_an_answer_reaches_the_reporter(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    later = now + timedelta(hours=1)
    answered = inbox.steps.answer(item.id, Outcome.CORRECTED, " See step 4. ", DANA, later)
    assert (answered.state, answered.outcome) == (State.ANSWERED, Outcome.CORRECTED)
    assert (answered.reply, answered.answered_by) == ("See step 4.", "Dana")
    assert answered.answered_at == later
    assert inbox.questions(ANA.id, 1, 10).items == (answered,)
    assert inbox.questions(BEN.id, 1, 10).total == 0
    assert listed(inbox, DANA.departments) == []
    assert listed(inbox, DANA.departments, states={State.ANSWERED}) == [answered]


def test_what_cannot_be_answered_stays_open(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    with pytest.raises(EmptyReply):
        inbox.steps.answer(item.id, Outcome.DECLINED, " ", DANA, now)
    for stranger in (OLA, ANA):
        with pytest.raises(NotYourDepartment):
            inbox.steps.answer(item.id, Outcome.DECLINED, "No.", stranger, now)
    for unknown in (0, -1, 99, 2**31, 10**40):
        with pytest.raises(NotYourDepartment):
            inbox.steps.answer(unknown, Outcome.DECLINED, "No.", DANA, now)
        assert inbox.get(unknown, DANA.departments) is None
    assert inbox.get(item.id, DANA.departments) == item
    assert inbox.get(item.id, OLA.departments) is None


def test_the_first_answer_counts(inbox: Inbox, now: datetime):
    item = ask(inbox, now)
    answered = inbox.steps.answer(item.id, Outcome.CORRECTED, "Done.", DANA, now)
    with pytest.raises(AlreadyAnswered):
        inbox.steps.answer(item.id, Outcome.DECLINED, "No.", DANA, now)
    assert inbox.get(item.id, DANA.departments) == answered


def test_answers_are_unread_until_seen(inbox: Inbox, now: datetime):
    items = [ask(inbox, now, f"q{number}") for number in range(3)]
    for item in items[:2]:
        inbox.steps.answer(item.id, Outcome.DUPLICATE, "See above.", DANA, now)
    assert inbox.unread_answers(ANA.id) == 2
    assert inbox.unread_answers(BEN.id) == 0
    inbox.mark_seen(BEN.id, [item.id for item in items], now)
    assert inbox.unread_answers(ANA.id) == 2
    inbox.mark_seen(ANA.id, [items[0].id, items[2].id, -1, 10**30], now)
    assert inbox.unread_answers(ANA.id) == 1
    seen = {one.id: one.seen for one in inbox.questions(ANA.id, 1, 10).items}
    assert seen == {items[0].id: True, items[1].id: False, items[2].id: False}
    # An answer that comes after the page was looked at is still news.
    inbox.steps.answer(items[2].id, Outcome.DECLINED, "No.", DANA, now)
    assert inbox.unread_answers(ANA.id) == 2


def test_newest_and_oldest_first_by_page(inbox: Inbox, now: datetime):
    items = [ask(inbox, now + timedelta(minutes=number), f"q{number}") for number in range(5)]

    def queries(newest_first: bool, page: int) -> list[str | None]:
        sort = Sort.NEWEST if newest_first else Sort.OLDEST
        asked = Listed(DANA.departments, sort=sort, page=page, per_page=2)
        found = inbox.lists.page(asked, now)
        assert found.total == len(items)
        return [item.query for item in found.items]

    assert queries(True, 1) == ["q4", "q3"]
    assert queries(True, 3) == ["q0"]
    assert queries(False, 1) == ["q0", "q1"]
    assert queries(False, 0) == ["q0", "q1"]
    assert queries(False, 10**40) == []


def test_one_department_of_several_can_be_picked_and_no_other(inbox: Inbox, now: datetime):
    mine = ask(inbox, now)
    ask(inbox, now, route=BILLING)
    both = {"shipping", "billing"}
    assert len(listed(inbox, both)) == 2
    assert listed(inbox, both, department="shipping") == [mine]
    assert listed(inbox, DANA.departments, department="billing") == []


def test_counts_are_of_ones_own_departments(inbox: Inbox, now: datetime):
    ask(inbox, now, "a")
    ask(inbox, now, "b", route=SLOW)
    ask(inbox, now, "c", route=BILLING)
    done = ask(inbox, now, "d")
    inbox.steps.answer(done.id, Outcome.DECLINED, "No.", DANA, now)
    inbox.votes.cast(BEN.id, LATE, False, now, SHIPPING)
    inbox.votes.cast(BEN.id, LATE, True, now, SHIPPING)
    late = now + timedelta(hours=9)
    by_state = {State.NEW: 2, State.ANSWERED: 1, State.WITHDRAWN: 1}
    first = Counts(2, 1, 0, {"shipping": 2}, 0, by_state)
    assert inbox.lists.counts(DANA.departments, now) == first
    assert inbox.lists.counts(DANA.departments, late) == replace(first, overdue=1)
    soon = inbox.lists.counts(DANA.departments, now + timedelta(hours=7))
    assert soon == replace(first, soon=1)
    assert inbox.lists.counts({"shipping", "billing"}, late).by_department == {
        "shipping": 2,
        "billing": 1,
    }
    assert inbox.lists.counts(frozenset(), late) == Counts(0, 0, 0)


def test_lists_and_counts_cost_the_same_for_10_and_200_items(
    inbox: Inbox, engine: Engine, now: datetime
):
    def statements() -> int:
        seen: list[str] = []
        listen = event.listens_for(engine, "before_cursor_execute")
        counter = listen(lambda *arguments: seen.append(arguments[2]))
        inbox.lists.page(Listed(DANA.departments, per_page=500), now)
        inbox.questions(ANA.id, 1, 500)
        inbox.lists.counts(DANA.departments, now)
        inbox.unread_answers(ANA.id)
        event.remove(engine, "before_cursor_execute", counter)
        return len(seen)

    for number in range(10):
        ask(inbox, now, f"q{number}")
    few = statements()
    for number in range(10, 200):
        ask(inbox, now, f"q{number}")
    assert statements() == few


@only_sqlite
def test_the_inbox_is_found_by_index(engine: Engine):
    query = (
        "EXPLAIN QUERY PLAN SELECT * FROM items WHERE department IN ('a', 'b') "
        "AND state IN ('new', 'seen') ORDER BY due_at LIMIT 20"
    )
    with engine.connect() as connection:
        plan = " ".join(row.detail for row in connection.exec_driver_sql(query))
    assert "USING INDEX ix_items_department_state_" in plan
