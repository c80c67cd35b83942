"""The report's questions: read along their indexes, and right at the edges."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from kb.insight.figures import Span
from kb.insight.sql.report import Report
from kb.insight.sql.search_log import Log
from tests.databases import only_sqlite
from tests.insight.acts import FOUND, START, opening, search

DAY = START.date()
WEEK = Span(DAY, DAY + timedelta(days=6))


@pytest.fixture
def report(engine: Engine) -> Report:
    return Report(engine)


@only_sqlite
@pytest.mark.parametrize("department", [None, "shipping"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("by_day", ()),
        ("searchers", ()),
        ("weak", (100,)),
        ("unopened", (100,)),
        ("opened", ()),
        ("slow", ()),
        ("slowest", (20,)),
    ],
)
def test_no_question_reads_the_whole_log(
    report: Report, engine: Engine, name: str, arguments: tuple, department: str | None
) -> None:
    """Measured with 200,000 searches: docs/decisions/search-log.md. Here, how SQLite goes there."""
    plans = []

    def note(connection, cursor, statement, parameters, *_rest) -> None:
        if statement.startswith("SELECT"):
            cursor = connection.connection.cursor()
            plans.extend(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    event.listen(engine, "before_cursor_execute", note)
    getattr(report, name)(Span(WEEK.first, WEEK.last, department), *arguments)
    steps = [row[3] for row in plans if " searches" in row[3] or " openings" in row[3]]
    assert steps
    assert all("INDEX ix_" in step or "INTEGER PRIMARY KEY" in step for step in steps), steps


def test_the_people_of_a_group_are_counted_once(log: Log, report: Report) -> None:
    poor = {"found": type(FOUND)(3, False, 0.4, "shipping")}
    for nth, (who, words) in enumerate(
        [("ana", "norway"), ("ana", "to norway"), ("ben", "to norway"), ("", "norway")]
    ):
        log.tell(search(nth * 60, words, who, **poor))
    log.flush()
    groups = [{"norway", "to norway"}, {"norway"}, {"nothing of it"}]
    assert report.people(WEEK, groups, "weak") == [3, 2, 0]


def test_first_and_last_day_count(log: Log, report: Report) -> None:
    day = 86_400
    for nth in (-9 * 3600 - 1, -9 * 3600, 6 * day + 15 * 3600 - 1, 6 * day + 15 * 3600):
        log.tell(search(nth, f"at {nth}"))
    log.flush()
    assert sum(count.searches for count in report.by_day(WEEK).values()) == 2


def test_words_of_one_person_need_a_week(log: Log, report: Report) -> None:
    for who, words in (("ana", "alone"), ("ana", "both"), ("ben", "both")):
        log.tell(search(len(words), words, who))
    log.flush()
    assert [one.folded for one in report.unopened(WEEK, 10)] == ["both", "alone"]
    shorter = Span(WEEK.first, WEEK.last - timedelta(days=1))
    assert [one.folded for one in report.unopened(shorter, 10)] == ["both"]
    assert report.slowest(shorter, 10) == []


def test_the_mean_rank_is_that_of_all_openings(log: Log, report: Report) -> None:
    for nth, rank in enumerate([1, 1, 4]):
        log.tell(search(nth * 100, f"words {nth}"))
        log.tell(opening(nth * 100 + 2, f"words {nth}", rank=rank))
    log.flush()
    opened = report.opened(WEEK)["SHP-014"]
    assert (opened.openings, opened.rank) == (3, 2.0)


def test_half_and_95_in_100(log: Log, report: Report) -> None:
    for nth in range(100):
        log.tell(search(nth * 60, f"words {nth}", millis=float(nth + 1)))
    log.flush()
    slow = report.slow(WEEK)
    assert slow is not None
    assert (slow.p50, slow.p95, slow.most) == (50, 95, 100)
    assert report.slow(Span(DAY - timedelta(days=9), DAY - timedelta(days=8))) is None
