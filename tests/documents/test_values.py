import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.text import values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  Late\u00a0shipment ", "Late shipment"),
        ("", None),
        (None, None),
        (["one"], "one"),
        ({"Complaint": "Late"}, "Complaint: Late"),
    ],
)
def test_text(written: object, read: str | None) -> None:
    assert values.text(written) == read


@pytest.mark.parametrize("written", [["a", "b"], {"a": "b", "c": "d"}, {"a": ["b"]}, [["a", "b"]]])
def test_text_that_is_none(written: object) -> None:
    with pytest.raises(ValueError, match="one line"):
        values.text(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["a", "b", "A", None, ""], ("a", "b")),
        ("a, b ,, c", ("a", "b", "c")),
        ("[a, b]", ("a", "b")),
        (None, ()),
        ([{"Complaint": "Late Shipment"}, "wismo"], ("Complaint: Late Shipment", "wismo")),
        ({"Complaint": "Late Shipment"}, ("Complaint: Late Shipment",)),
    ],
)
def test_lists(written: object, read: tuple[str, ...]) -> None:
    assert values.texts(written) == read


@pytest.mark.parametrize(
    "written",
    ["2026-03-01", "2026-3-1", "2026-03-01 10:30:00", "2026-03-01T10:30:00Z", "2026-03-01T10:30"],
)
def test_days(written: str) -> None:
    assert values.day(written) == date(2026, 3, 1)


@pytest.mark.parametrize("written", ["soon", "2026-02-30", "01.03.2026", "March 2026", "2026", "0"])
def test_days_that_are_none(written: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        values.day(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("90 days", 90),
        ("90", 90),
        ("6 months", 183),
        ("1 Year", 365),
        ("2weeks", 14),
        ("yearly", 365),
        (None, None),
    ],
)
def test_periods(written: str | None, read: int | None) -> None:
    assert values.days(written) == read


@pytest.mark.parametrize("written", ["often", "0 days", "six months", "-3 days", "1.5 years", "³"])
def test_periods_that_are_none(written: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        values.days(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("8 hours", timedelta(hours=8)),
        ("2 days", timedelta(days=2)),
        ("30 minutes", timedelta(minutes=30)),
        ("4", timedelta(hours=4)),
        (None, None),
    ],
)
def test_times_to_answer(written: str | None, read: timedelta | None) -> None:
    assert values.within(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Dana.Reyes@KB.example", "dana.reyes@kb.example"),
        ("Dana Reyes <dana@kb.example>", "dana@kb.example"),
        ("The shipping team", "The shipping team"),
        (None, None),
    ],
)
def test_addresses(written: str | None, read: str | None) -> None:
    assert values.address(written) == read


anything = st.recursive(
    st.none() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(anything)
def test_anything_is_read_or_refused(written: object) -> None:
    for read in (values.text, values.texts, values.day, values.days, values.within, values.address):
        with contextlib.suppress(ValueError):
            read(written)
