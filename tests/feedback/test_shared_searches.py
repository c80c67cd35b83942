"""Failed searches that several people share: one request with a count, nobody's name in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kb.insight.events import PublicResult, Searched
from kb.insight.sql.log_batches import SearchLogWriter
from kb.insight.sql.report import Report
from kb.insight.sql.shared_searches import SharedSearches
from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import page

WEAK = PublicResult(2, False, 0.4, "shipping")
SHIPPING = frozenset({"shipping"})


def searched(
    parts: Parts, query: str, *people: str, found: PublicResult = WEAK, days: int = 1
) -> None:
    """Each of them searched for that, so many days ago."""
    journal = SearchLogWriter(parts.engine, str.lower)
    when = NOW - timedelta(days=days)
    journal.write([Searched(who, when, query, found, 2.0, finished=True) for who in people])
    journal.settle(when + timedelta(hours=1))


def counted(parts: Parts, now=NOW, departments=SHIPPING) -> list[tuple[str, int]]:
    parts.feedback.sharing.count(now)
    found = SharedSearches(parts.engine).open(departments, 1, 50)
    return [(one.words[0], one.people) for one in found]


def test_three_people_make_one_and_two_do_not(parts: Parts) -> None:
    searched(parts, "zebra stripes", "ana", "bo")
    assert counted(parts) == []
    searched(parts, "zebra stripes", "cy")
    assert counted(parts) == [("zebra stripes", 3)]
    assert counted(parts) == [("zebra stripes", 3)]


def test_one_person_three_times_is_one_person(parts: Parts) -> None:
    for days in (1, 2, 3):
        searched(parts, "zebra stripes", "ana", days=days)
    assert counted(parts) == []


def test_the_same_meaning_is_one(parts: Parts) -> None:
    searched(parts, "customs form for norway", "ana", "bo")
    searched(parts, "customs forms norway", "cy")
    assert counted(parts) == [("customs form for norway", 3)]


def test_what_was_asked_is_in_the_inbox_already(rep: FlaskClient, parts: Parts) -> None:
    searched(parts, "zebra stripes", "ana", "bo", "cy")
    with parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE searches SET asked = true WHERE person_key = 'ana'")
    assert counted(parts) == []


def test_what_is_found_by_now_goes(parts: Parts) -> None:
    searched(parts, "late shipment", "ana", "bo", "cy")
    assert counted(parts) == []


def test_it_belongs_to_the_likely_department_and_else_to_the_administrators(parts: Parts) -> None:
    nowhere = PublicResult(0, False, 0.0, None)
    searched(parts, "zebra stripes", "ana", "bo", "cy")
    searched(parts, "qwxyz vbnmk", "ana", "bo", "cy", found=nowhere)
    assert counted(parts) == [("zebra stripes", 3)]
    assert counted(parts, departments=frozenset({"unassigned"})) == [("qwxyz vbnmk", 3)]


def test_after_thirty_days_it_is_forgotten(parts: Parts) -> None:
    searched(parts, "zebra stripes", "ana", "bo", "cy")
    assert counted(parts) == [("zebra stripes", 3)]
    assert counted(parts, NOW + timedelta(days=31)) == []


def test_done_it_comes_back_only_after_thirty_days(parts: Parts) -> None:
    searched(parts, "zebra stripes", "ana", "bo", "cy")
    counted(parts)
    SharedSearches(parts.engine).close(1, 1, NOW)
    assert counted(parts) == []
    searched(parts, "zebra stripes", "ana", "bo", "cy", days=-32)
    assert counted(parts, NOW + timedelta(days=33)) == [("zebra stripes", 3)]


def test_words_that_part_are_two(parts: Parts) -> None:
    """A group that falls apart leaves no row with words that are another's."""
    searched(parts, "customs form for norway", "ana", "bo", "cy")
    searched(parts, "customs forms norway", "dee", "eve", "fay")
    assert counted(parts) == [("customs form for norway", 6)]
    Report(parts.engine).ignore(["customs form for norway"], NOW)
    assert counted(parts) == [("customs forms norway", 3)]


@pytest.fixture
def shared(parts: Parts) -> None:
    searched(parts, "zebra stripes", "ana-secret-key", "bo-secret-key", "cy-secret-key")
    counted(parts)


@pytest.mark.usefixtures("shared")
def test_the_inbox_tells_words_and_count_and_what_to_do(editor: FlaskClient) -> None:
    assert "Shared searches" in page(editor, "/inbox")
    shown = page(editor, "/inbox/searches")
    for word in ("3 people", "“zebra stripes”", "q=zebra+stripes", "words=zebra+stripes"):
        assert word in shown
    assert "secret-key" not in shown


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("client", ["outsider", "administrator"])
def test_another_departments_are_not_there(
    client: str, request: pytest.FixtureRequest, parts: Parts
) -> None:
    other = request.getfixturevalue(client)
    assert "zebra" not in page(other, "/inbox/searches")
    for verb in ("setting-aside", "closing"):
        assert other.post(f"/inbox/searches/1/{verb}").status_code == 404
    assert SharedSearches(parts.engine).count(SHIPPING) == 1


@pytest.mark.usefixtures("shared")
def test_set_aside_it_stands_under_ignored(editor: FlaskClient, parts: Parts) -> None:
    editor.post("/inbox/searches/1/setting-aside")
    assert "zebra" not in page(editor, "/inbox/searches").partition("<main")[2]
    assert "zebra stripes" in page(editor, "/insight/search/ignored")
    assert counted(parts) == []


@pytest.mark.usefixtures("shared")
def test_done_it_is_gone(editor: FlaskClient) -> None:
    assert editor.post("/inbox/searches/1/closing").location == "/inbox/searches"
    assert "Nothing that several people missed" in page(editor, "/inbox/searches")
    assert editor.post("/inbox/searches/1/closing").status_code == 404
