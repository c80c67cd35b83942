"""Working hours: when a promise is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.procedures.calendar import Calendar, Hours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = (Hours(frozenset(range(5)), time(9), time(17)),)
AMSTERDAM = Calendar(OFFICE, frozenset({date(2026, 12, 25)}), ZoneInfo("Europe/Amsterdam"))


def at(day: str, hour: str) -> datetime:
    local = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "within", "due"),
    [
        (at("2026-11-24", "10:00"), 4 * HOUR, at("2026-11-24", "14:00")),
        (at("2026-11-24", "15:00"), 4 * HOUR, at("2026-11-25", "11:00")),
        (at("2026-11-24", "20:00"), 4 * HOUR, at("2026-11-25", "13:00")),  # after work
        (at("2026-11-27", "16:00"), 8 * HOUR, at("2026-11-30", "16:00")),  # over the weekend
        (at("2026-11-28", "12:00"), 1 * HOUR, at("2026-11-30", "10:00")),  # on a Saturday
        (at("2026-11-24", "10:00"), 8 * HOUR, at("2026-11-25", "10:00")),
        (at("2026-11-24", "10:00"), 2 * DAY, at("2026-11-26", "10:00")),
        (at("2026-11-27", "10:00"), 1 * DAY, at("2026-11-30", "10:00")),  # Friday
        (at("2026-11-28", "12:00"), 1 * DAY, at("2026-12-01", "09:00")),  # counted from Monday
        (at("2026-12-24", "16:00"), 2 * HOUR, at("2026-12-28", "10:00")),  # a holiday on Friday
        (at("2026-12-24", "16:00"), 1 * DAY, at("2026-12-28", "16:00")),
        (at("2026-10-23", "16:30"), 1 * HOUR, at("2026-10-26", "09:30")),  # the clocks went back
    ],
)
def test_a_promise_is_due_in_working_hours(
    asked: datetime, within: timedelta, due: datetime
) -> None:
    assert AMSTERDAM.due(asked, within) == due


def test_without_hours_set_work_goes_on_all_the_time() -> None:
    asked = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert Calendar().due(asked, 8 * HOUR) == asked + 8 * HOUR
    assert Calendar().due(asked, 2 * DAY) == asked + 2 * DAY


def test_a_lunch_break_is_no_work() -> None:
    days = frozenset(range(5))
    split = Calendar((Hours(days, time(9), time(12)), Hours(days, time(13), time(17))))
    asked = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert split.due(asked, 2 * HOUR) == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def test_a_calendar_without_any_work_still_has_an_answer() -> None:
    asked = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert Calendar(hours=()).due(asked, 2 * HOUR) == asked + 2 * HOUR
    assert Calendar(hours=()).due(asked, DAY) >= asked


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 100),
    st.integers(1, 100),
)
def test_who_promised_more_has_longer_and_it_is_due_in_working_hours(
    asked: datetime, fewer: int, more: int
) -> None:
    first = AMSTERDAM.due(asked, fewer * HOUR / 2)
    later = AMSTERDAM.due(asked, (fewer + more) * HOUR / 2)
    assert first < later or (fewer + more) % 48 == 0 or fewer % 48 == 0
    local = first.astimezone(AMSTERDAM.zone)
    assert AMSTERDAM.works_on(local.date())
    assert time(9) <= local.time() <= time(17)
