"""What several people (or one who clicks twice) do at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine

from kb.feedback.errors import AlreadyAnswered
from kb.feedback.model import Item, Outcome, State
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.selection import Listed
from tests.feedback.conftest import ANA, BEN, DANA, LATE, SHIPPING

CROWD = 8


def at_once(act: Callable[[int], object], times: int = CROWD) -> list[object]:
    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(act, range(times)))


def test_of_many_answers_one_counts_and_is_kept(engine: Engine, now: datetime):
    item = Inbox(engine).ask(ANA.id, "lost", SHIPPING, "", now)

    def answer(number: int) -> Item | None:
        try:
            return Inbox(engine).steps.answer(
                item.id, Outcome.CORRECTED, f"Reply {number}", DANA, now
            )
        except AlreadyAnswered:
            return None

    won = [one for one in at_once(answer) if one is not None]
    assert len(won) == 1
    assert Inbox(engine).get(item.id, DANA.departments) == won[0]


def test_a_doubled_click_is_one_vote_and_one_item(inbox: Inbox, now: datetime):
    at_once(lambda _number: inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING))
    assert inbox.votes.tally(LATE.id).no == 1
    assert inbox.questions(ANA.id, 1, 10).total == 1


def test_a_doubled_request_is_one_item(inbox: Inbox, now: datetime):
    at_once(lambda _number: inbox.ask(ANA.id, "lost", SHIPPING, "", now))
    assert inbox.questions(ANA.id, 1, 10).total == 1


def test_votes_back_and_forth_leave_vote_and_item_agreeing(inbox: Inbox, now: datetime):
    at_once(lambda number: inbox.votes.cast(ANA.id, LATE, number % 2 == 0, now, SHIPPING), 40)
    tally = inbox.votes.tally(LATE.id)
    (item,) = inbox.questions(ANA.id, 1, 10).items
    assert tally.yes + tally.no == 1
    assert item.state is (State.NEW if tally.no else State.WITHDRAWN)


def test_an_answer_and_a_change_of_mind_at_once_never_undo_each_other(inbox: Inbox, now: datetime):
    for round_number in range(10):
        item = inbox.ask(BEN.id, f"{round_number}", SHIPPING, "", now)
        inbox.votes.cast(ANA.id, LATE, False, now, SHIPPING, None, f"round {round_number}")
        waiting = inbox.lists.page(Listed(DANA.departments, per_page=100), now)
        mine = next(one for one in waiting.items if one.reporter_id == ANA.id)

        def act(number: int, mine: Item = mine) -> Item | None:
            if number:
                inbox.votes.cast(ANA.id, LATE, True, now, SHIPPING)
                return None
            try:
                return inbox.steps.answer(mine.id, Outcome.CORRECTED, "Done.", DANA, now)
            except AlreadyAnswered:
                return None

        answered, _ = at_once(act, 2)
        after = inbox.get(mine.id, DANA.departments)
        assert after.state is (State.ANSWERED if answered else State.WITHDRAWN)
        assert (after.reply == "Done.") is (answered is not None)
        inbox.steps.answer(item.id, Outcome.DECLINED, "No.", DANA, now)


def test_many_reps_at_once_lose_nothing(engine: Engine, now: datetime):
    def act(number: int) -> None:
        Inbox(engine).ask(ANA.id, f"query {number}", SHIPPING, "", now)
        Inbox(engine).lists.counts(DANA.departments, now)

    at_once(act, 60)
    assert Inbox(engine).lists.counts(DANA.departments, now).open == 60
