"""A department's morning page: for its members, true, and with one click to act."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.parts import Parts
from kb.web.departments.sparklines import drawn, trend
from tests.conftest import NOW
from tests.departments.test_health import write
from tests.departments.uses import asked, searched, voted
from tests.pagekit import page
from tests.web.acts import statements, version_of

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_nine(app: Flask) -> None:
    """The site's clock stands at NOW."""
    app.config["KB_NOW"] = NOW


def plain(html: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def waits(html: str) -> dict[str, int]:
    """What the page says waits, by its name."""
    lines = re.findall(r'wait-count">([\d,]+)</strong>\s*<span class="wait-name">\s*([^<]+)', html)
    return {name.strip(): int(number) for number, name in lines}


def address_of(html: str, name: str) -> str:
    """Where the button of a row leads."""
    row = next(row for row in html.split('<li class="wait')[1:] if name in row)
    return re.search(r'href="([^"]+)"', row)[1].replace("&amp;", "&")


@pytest.mark.parametrize("who", ["editor", "reviewer"])
def test_members_see_their_morning(who: str, request: pytest.FixtureRequest) -> None:
    shown = page(request.getfixturevalue(who), "/departments/shipping")
    assert "Good morning" in shown
    assert "What waits" in shown


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_others_see_the_list(who: str, request: pytest.FixtureRequest) -> None:
    shown = page(request.getfixturevalue(who), "/departments/shipping")
    assert "Late Shipment" in shown
    for hidden in ("What waits", "Zebra", "Tidying", "Drafts"):
        assert hidden not in shown


def test_signed_out_is_asked_to_sign_in_and_the_unknown_is_not_there(
    anonymous: FlaskClient, editor: FlaskClient
) -> None:
    assert anonymous.get("/departments/shipping").status_code == 302
    assert editor.get("/departments/nowhere").status_code == 404
    assert editor.get("/departments/shipping/procedures?show=nonsense").status_code == 404
    assert editor.post("/departments/shipping").status_code == 405


def submission(editor: FlaskClient, parts: Parts) -> None:
    form = {"version": version_of(parts, "SHP-015")}
    assert editor.post("/procedures/SHP-015/submissions", data=form).status_code == 302


def test_it_says_for_whom_a_submission_waits(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    submission(editor, parts)
    shown = page(reviewer, "/departments/shipping")
    assert "1 for you to decide" in shown
    assert waits(shown)["Submitted for approval"] == 1
    assert ">Approve<" in shown
    shown = page(editor, "/departments/shipping")
    assert "for a reviewer to decide" in shown
    assert "1 from you" in shown
    assert ">Approve<" not in shown


def test_with_four_eyes_ones_own_submission_waits_for_others(
    app: Flask, reviewer: FlaskClient, parts: Parts
) -> None:
    app.extensions["kb"] = replace(parts, settings=replace(parts.settings, four_eyes=True))
    submission(reviewer, parts)
    shown = page(reviewer, "/departments/shipping")
    assert "for a reviewer to decide" in shown
    assert "1 from you" in shown
    assert ">Approve<" not in shown


def test_members_have_the_list_beside_it(editor: FlaskClient, rep: FlaskClient) -> None:
    assert "Zebra" in page(editor, "/departments/shipping/procedures")
    assert "Zebra" in page(editor, "/departments/shipping/procedures?show=drafts")
    assert "Late Shipment" not in page(editor, "/departments/shipping/procedures?show=drafts")
    assert "nothing waits" in page(editor, "/departments/shipping/procedures?show=submitted")
    shown = page(rep, "/departments/shipping/procedures?show=drafts")
    assert "Zebra" not in shown


def test_every_number_is_true_and_leads_to_just_as_much(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    late = TODAY - timedelta(days=91)
    for nth in range(3):
        write(home, f"late{nth}", reviewed=late, review_every="90 days", id=f"L-{nth}")
    write(home, "broken", finds="[a search that finds something else]", id="B-1")
    (home / "content/shipping/dead.md").write_text("---\nid: D-1\ntitle: Dead\n---\n[x](no.md)\n")
    asked(parts.engine, 3, None)
    asked(parts.engine, 0.1, None)
    parts.publishing.publisher.refresh(TODAY)
    shown = page(editor, "/departments/shipping")
    assert waits(shown) == {
        "Questions and feedback": 2,
        "Reviews overdue": 3,
        "Submitted for approval": 0,
        "Search tests that fail": 1,
        "Files with faults": 1,
        "Reviews due soon": 0,
        "Drafts": 1,
    }
    assert "4 things are overdue" in plain(shown)
    expected = {"Questions": 2, "Reviews overdue": 3, "Search tests": 1, "Drafts": 1}
    for name, number in expected.items():
        address = address_of(shown, name).partition("#")[0]
        listed = page(editor, address)
        links = set(re.findall(r'href="(/(?:procedures/[^"?/#]+|inbox/[0-9]+))"', listed))
        if "tidying" in address:
            assert "/procedures/B-1" in links
            assert "/procedures/D-1" in links
        else:
            assert len(links - {"/procedures/new"}) == number, (name, links)


def test_a_trend_says_since_when_and_whether_it_is_better(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    shown = page(editor, "/departments/shipping")
    assert "recorded daily since today" in shown
    for week in range(6, 0, -1):
        then = NOW - timedelta(weeks=week)
        parts.departments.days.note(parts.publishing.publisher.departments(), then)
    asked(parts.engine, 0.1, None)
    shown = plain(page(editor, "/departments/shipping"))
    assert "▲ 1 since 25 Oct" in shown
    assert "as on 25 Oct" in shown
    assert page(editor, "/departments/shipping").count("<polyline") >= 7


def test_the_helpful_rate_stands_with_its_interval(editor: FlaskClient, parts: Parts) -> None:
    assert "no votes in four weeks" in page(editor, "/departments/shipping")
    voted(parts.engine, "SHP-014", 40, 10, ago=3)
    voted(parts.engine, "SHP-014", 2, 48, ago=40)
    shown = plain(page(editor, "/departments/shipping"))
    assert "80 % 67 to 89 %, of 50 votes" in shown
    assert "▲ 4 % of 50 in the 4 weeks before" in shown
    assert "58 of 100 votes said no" in shown


def test_few_votes_are_not_called_a_change(editor: FlaskClient, parts: Parts) -> None:
    voted(parts.engine, "SHP-014", 1, 1, ago=3)
    voted(parts.engine, "SHP-014", 2, 0, ago=40)
    shown = plain(page(editor, "/departments/shipping"))
    assert "9 to 91 %, of 2 votes 100 % of 2 in the 4 weeks before" in shown


def test_searches_that_failed_are_told_without_who(editor: FlaskClient, parts: Parts) -> None:
    searched(parts.engine, "customs norway", 3)
    searched(parts.engine, "giraffe", 1)
    shown = plain(page(editor, "/departments/shipping"))
    assert "customs norway 3 people in four weeks" in shown
    assert "giraffe one person" in shown
    assert "who 0" not in shown


def test_another_departments_drafts_are_in_no_number(outsider: FlaskClient, parts: Parts) -> None:
    voted(parts.engine, "SHP-015", 0, 9)
    searched(parts.engine, "zebra", 2, opened="SHP-015", found=True)
    shown = page(outsider, "/departments/billing")
    assert waits(shown)["Drafts"] == 0
    assert "Zebra" not in shown


def test_a_draft_is_not_among_the_most_read(editor: FlaskClient, parts: Parts) -> None:
    searched(parts.engine, "zebra", 2, opened="SHP-015", found=True)
    assert "Nothing was opened from search results" in page(editor, "/departments/shipping")


def test_it_asks_as_much_of_the_database_for_many_procedures_as_for_few(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    def count() -> int:
        with statements(parts.engine) as sent:
            page(editor, "/departments/shipping")
        return len(sent)

    count()
    few = count()
    for nth in range(60):
        write(home, f"p{nth}", reviewed=TODAY - timedelta(days=nth * 9), id=f"P-{nth}")
        voted(parts.engine, f"P-{nth}", 1, 3)
        searched(parts.engine, f"word {nth}", opened=f"P-{nth}")
        asked(parts.engine, 3, None)
    parts.publishing.publisher.refresh(TODAY)
    count()
    assert count() == few


def test_a_line_needs_three_points_and_stays_in_its_drawing() -> None:
    assert drawn([1, 2]) == ""
    for points in ([0, 0, 0], [1, 9, 4], [5.5, 1.0, 3.0, 2.0]):
        for pair in drawn(points).split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 84
            assert 0 <= y <= 22


def test_more_is_worse_unless_it_is_said() -> None:
    then = (TODAY - timedelta(days=28), 3.0)
    assert trend(5, then, today=TODAY).mood == "warn"
    assert trend(5, then, today=TODAY, more_is_better=True).mood == "ok"
    assert trend(3, then, today=TODAY).words == "as on 25 Oct"
    assert trend(3, None, today=TODAY).words == ""
