"""Working hours as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.settings_files import timetables
from kb.documents.settings_files.departments import parse_departments
from kb.procedures.calendar import Hours

WEEK = frozenset(range(5))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mon-Fri 9:00-17:00", (Hours(WEEK, time(9), time(17)),)),
        ("monday – friday 9.00 – 17.30", (Hours(WEEK, time(9), time(17, 30)),)),
        ("Sat 10-14", (Hours(frozenset({5}), time(10), time(14)),)),
        ("Sat-Mon 0:00-24:00", (Hours(frozenset({5, 6, 0}), time(0), time(0)),)),
        ("Mon, Wed 9-12", (Hours(frozenset({0, 2}), time(9), time(12)),)),
        (
            "Mon-Fri 9-12; Mon-Fri 13-17",
            (Hours(WEEK, time(9), time(12)), Hours(WEEK, time(13), time(17))),
        ),
        (["Sat 10-14"], (Hours(frozenset({5}), time(10), time(14)),)),
        (None, None),
        ("", None),
    ],
)
def test_hours(written: object, read: object) -> None:
    assert timetables.hours(written) == read


@pytest.mark.parametrize(
    "written", ["always", "Mon-Fri", "9-17", "Xyz 9-17", "Mon 17-9", "Mon 25-26"]
)
def test_what_are_no_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"are no|is no|ends before"):
        timetables.hours(written)


@given(
    st.lists(
        st.builds(
            Hours,
            st.frozensets(st.integers(0, 6), min_size=1),
            st.builds(time, st.integers(0, 11), st.integers(0, 59)),
            st.builds(time, st.integers(12, 23), st.integers(0, 59)),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_what_is_written_is_read_again(stretches: list[Hours]) -> None:
    assert timetables.hours(timetables.written_hours(tuple(stretches))) == tuple(stretches)


def test_the_top_of_the_file_speaks_for_all_who_do_not_say_their_own() -> None:
    found = parse_departments(
        b"time_zone: Europe/Amsterdam\nhours: Mon-Fri 9-17\nholidays: [2026-12-25]\n"
        b"departments:\n  - id: a\n  - id: b\n    hours: Sat 9-12\n"
    )
    assert found.faults == ()
    a, b = found.get("a").calendar, found.get("b").calendar
    assert (a.hours, a.zone.key) == ((Hours(WEEK, time(9), time(17)),), "Europe/Amsterdam")
    assert (b.hours[0].days, b.holidays) == (frozenset({5}), frozenset({date(2026, 12, 25)}))


def test_what_is_wrong_at_the_top_is_said_once() -> None:
    found = parse_departments(b"time_zone: Mars\ndepartments:\n  - id: a\n  - id: b\n")
    (fault,) = found.faults
    assert (fault.line, fault.message) == (1, "time_zone: 'Mars' is not a time zone")
    assert list(found.by_id) == ["a", "b"]
