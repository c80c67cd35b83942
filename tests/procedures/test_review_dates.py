"""Review dates: never later than promised, spread, and the same wherever they are worked out."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kb.procedures.review_dates import SPREAD, due

DAY = date(2026, 3, 2)


@given(st.text(max_size=30), st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 3000))
def test_a_date_is_within_its_spread_and_never_later(id: str, reviewed: date, every: int) -> None:
    found = due(id, reviewed, every)
    assert timedelta(0) <= reviewed + timedelta(days=every) - found <= timedelta(every * SPREAD)
    assert found > reviewed
    assert found == due(id, reviewed, every)


def test_what_was_confirmed_on_one_day_does_not_fall_due_on_one_day() -> None:
    days = Counter(due(f"P-{nth:04}", DAY, 183) for nth in range(1600))
    assert len(days) == 37
    assert max(days.values()) < 80  # 43 on average


def test_the_next_round_is_in_another_order() -> None:
    ids = [f"P-{nth:04}" for nth in range(400)]
    first = {id: due(id, DAY, 183) for id in ids}
    second = {id: due(id, DAY + timedelta(days=183), 183) for id in ids}
    close = [id for id in ids if abs((second[id] - first[id]).days - 183) < 4]
    assert len(close) < len(ids) / 3


def test_short_periods_hold_to_the_day() -> None:
    assert due("a", DAY, 1) == DAY + timedelta(days=1)
    assert due("a", DAY, 4) == DAY + timedelta(days=4)


def test_a_period_beyond_the_calendar_ends_with_it() -> None:
    assert due("a", DAY, 10**9) == date.max
