"""How dates, spans and titles read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kb.procedures.counting import counted
from kb.web.site import wording

TODAY = date(2026, 11, 22)


def test_a_date_reads_the_same_in_every_locale() -> None:
    assert wording.day(date(2026, 10, 2)) == "2 Oct 2026"
    assert wording.moment(datetime(2026, 10, 2, 9, 5, tzinfo=UTC)) == "2 Oct 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("when", "reads"),
    [
        (date(2026, 10, 2), "2 Oct"),
        (date(2026, 11, 22), "22 Nov"),
        (date(2026, 4, 2), "2 Apr 2026"),
        (date(2024, 11, 22), "22 Nov 2024"),
        (date(2028, 1, 1), "1 Jan 2028"),
        (date.max, "31 Dec 9999"),
    ],
)
def test_the_year_is_left_out_only_where_it_is_plain(when: date, reads: str) -> None:
    assert wording.short_day(when, TODAY) == reads


@pytest.mark.parametrize(
    ("days", "reads"),
    [
        (1, "1 day"),
        (13, "13 days"),
        (14, "2 weeks"),
        (27, "3 weeks"),
        (59, "8 weeks"),
        (60, "2 months"),
        (729, "24 months"),
        (730, "2 years"),
        (4000, "10 years"),
    ],
)
def test_a_number_of_days_reads_in_its_largest_fitting_unit(days: int, reads: str) -> None:
    assert wording.days_long(days) == reads
    assert wording.overdue_by(TODAY - timedelta(days=days), TODAY) == reads


@pytest.mark.parametrize(
    ("within", "reads"),
    [
        (timedelta(hours=8), "8 hours"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=2), "2 days"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(0), "1 minute"),
    ],
)
def test_a_promised_time_reads_as_it_was_promised(within: timedelta, reads: str) -> None:
    assert wording.promised(within) == reads


@pytest.mark.parametrize(
    ("number", "noun", "reads"),
    [
        (0, "procedure", "0 procedures"),
        (1, "procedure", "1 procedure"),
        (1204, "procedure", "1,204 procedures"),
        (2, "category", "2 categories"),
        (2, "day", "2 days"),
        (5, "search", "5 searches"),
        (2, "box", "2 boxes"),
        (1, "person", "1 person"),
        (3, "person", "3 people"),
        (2, "search test", "2 search tests"),
    ],
)
def test_what_is_counted_is_named_right(number: int, noun: str, reads: str) -> None:
    assert counted(number, noun) == reads


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        ("Complaint: Late Shipment", "Complaint:", "Late Shipment"),
        ("Late Shipment", "", "Late Shipment"),
        (": odd", "", ": odd"),
        ("How: to: do", "How:", "to: do"),
        ("", "", ""),
    ],
)
def test_the_category_is_quiet_and_the_topic_loud(text: str, quiet: str, loud: str) -> None:
    assert (wording.quiet(text), wording.loud(text)) == (quiet, loud)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (119 * 60, "119 minutes ago"),
        (2 * 3600, "2 hours ago"),
        (47 * 3600, "47 hours ago"),
        (48 * 3600, "2 days ago"),
        (400 * 24 * 3600, "13 months ago"),
    ],
)
def test_how_long_ago_something_was(seconds: int, said: str) -> None:
    now = datetime(2026, 10, 2, 9, 5, tzinfo=UTC)
    assert wording.ago(now - timedelta(seconds=seconds), now) == said
