"""What is reviewed first: the score as a table, and its reasons in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kb.reviews.urgency import Facts, age, reasons, score

TODAY = date(2026, 11, 22)


def facts(
    days: int | None, every: int | None = 180, openings: int = 0, complaints: int = 0
) -> Facts:
    """Reviewed so many days ago."""
    reviewed = None if days is None else TODAY - timedelta(days=days)
    due = reviewed + timedelta(days=every) if reviewed and every else None
    return Facts(reviewed, every, due, openings, complaints)


# (score, facts): each differs from the first in one thing
TABLE = [
    (1.0, facts(180)),
    (2.0, facts(360)),
    (0.5, facts(90)),
    (0.0, facts(0)),
    (0.0, facts(-9)),
    (6.0, facts(9_999)),
    (2.0, facts(None)),
    (1.0, facts(365, every=None)),
    (2.0, facts(180, openings=9)),
    (3.0, facts(180, openings=99)),
    (4.0, facts(180, openings=999)),
    (2.0, facts(180, complaints=1)),
    (4.0, facts(180, complaints=3)),
    (24.0, facts(360, openings=99, complaints=3)),
]


@pytest.mark.parametrize(("expected", "those"), TABLE)
def test_the_score_is_use_by_age_by_complaints(expected: float, those: Facts) -> None:
    assert score(those, TODAY) == pytest.approx(expected)


WORDS = [
    (facts(180), "due today · reviewed 6 months ago · not opened from a search in 90 days"),
    (
        facts(500, openings=1),
        "10 months overdue · reviewed 16 months ago, 2.8 times its interval"
        " · opened once in 90 days",
    ),
    (
        facts(179, openings=1204, complaints=1),
        "due in 1 day · reviewed 5 months ago · opened 1,204 times in 90 days · 1 open complaint",
    ),
    (
        facts(None, complaints=2),
        "never reviewed · not opened from a search in 90 days · 2 open complaints",
    ),
    (facts(0, every=None), "reviewed today · not opened from a search in 90 days"),
]


@pytest.mark.parametrize(("those", "words"), WORDS)
def test_the_reasons_are_said_in_words(those: Facts, words: str) -> None:
    assert " · ".join(reasons(those, TODAY)) == words


def test_nothing_is_older_than_six_intervals() -> None:
    assert age(facts(7_000, every=1), TODAY) == 6.0
