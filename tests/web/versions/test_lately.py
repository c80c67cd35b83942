"""A change that is worth telling reaches people, and whoever reads knows what nobody reviewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.jobs import reminding_of
from kb.parts import Parts
from tests.conftest import LATE, NOW, signed_in
from tests.delivery.postoffice import ADA, EDDY, OTTO, RENA, RITA
from tests.pagekit import page
from tests.web.acts import hidden, version_of

DAY = timedelta(days=1)
PAGE = "/procedures/SHP-014"
BODY = LATE.split("---\n", 2)[2]
NOTE = "Carriers search for a week now"


@pytest.fixture(autouse=True)
def today(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def save(client: FlaskClient, old: str, new: str, **more: str) -> None:
    form = {"base": hidden(client.get(f"{PAGE}/edit").text, "base"), "note": NOTE, **more}
    answer = client.post(f"{PAGE}/edits", data=form | {"body": BODY.replace(old, new)})
    assert answer.status_code == 302, answer.text


def told(parts: Parts, person_id: int) -> list[str]:
    found = parts.notices.received.of(person_id, 1, 100).notices
    return [one.text for one in found if one.kind == "changed"]


def test_reps_meet_it_at_home_and_on_the_procedure_for_a_fortnight(
    app: Flask, editor: FlaskClient, rep: FlaskClient
) -> None:
    assert 'id="changed"' not in page(rep, "/")
    save(editor, "more than 5 days", "more than 7 days", worth_telling="yes")
    for address in ("/", PAGE, "/changed-lately"):
        shown = page(rep, address)
        assert NOTE in shown
        assert f"{PAGE}/differences?to=" in shown
    # The site has a version since the clock on the wall says so.
    app.config["KB_NOW"] = max(NOW, datetime.now(UTC)) + 15 * DAY
    rep = signed_in(app, "rep@kb.example")
    assert NOTE not in page(rep, "/") + page(rep, PAGE)
    assert "Nothing has changed that you need to know" in page(rep, "/changed-lately")


def test_a_minor_change_is_no_news(editor: FlaskClient, rep: FlaskClient) -> None:
    save(editor, "more than 5 days", "more than 7 days", worth_telling="no")
    assert NOTE not in page(rep, "/") + page(rep, PAGE)


def test_a_draft_is_no_news_to_those_who_may_not_see_it(
    editor: FlaskClient, rep: FlaskClient, outsider: FlaskClient
) -> None:
    save(editor, "more than 5 days", "more than 7 days", worth_telling="yes", status="draft")
    for client in (rep, outsider, editor):
        assert NOTE not in page(client, "/")


def test_everyone_else_hears_of_it_once_in_the_summary(parts: Parts, editor: FlaskClient) -> None:
    save(editor, "more than 5 days", "more than 7 days", worth_telling="yes")
    for hours in range(3):
        reminding_of(parts).run(NOW + timedelta(hours=hours))
    for person in (RITA, RENA, OTTO, ADA):
        assert told(parts, person) == [NOTE]
    assert told(parts, EDDY) == []


def test_who_is_asked_to_confirm_it_is_told_once(parts: Parts, editor: FlaskClient) -> None:
    must = {"must_audience": "*reps", "must_read_by": (NOW.date() + 7 * DAY).isoformat()}
    save(editor, "more than 5 days", "more than 7 days", worth_telling="must", **must)
    reminding_of(parts).run(NOW)
    assert told(parts, RITA) == []
    assert told(parts, OTTO) == [NOTE]


def test_nobody_is_offered_to_tell_of_what_reps_do_not_see(editor: FlaskClient) -> None:
    assert 'name="worth_telling"' in page(editor, f"{PAGE}/edit")
    for address in ("/procedures/SHP-015/edit", "/procedures/new?title=X&template=empty"):
        assert 'name="worth_telling"' not in page(editor, address)


def test_a_review_is_not_said_of_words_that_came_after_it(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    places = (PAGE, "/search?q=late+shipment", "/departments/shipping/procedures", "/procedures")
    assert all("changed since" not in page(rep, place) for place in places)
    save(editor, "more than 5 days", "more than 7 days")
    assert all("changed since" in page(rep, place) for place in places)
    seen = {"version": version_of(parts, "SHP-014")}
    assert reviewer.post(f"{PAGE}/review", data=seen).status_code == 302
    assert all("changed since" not in page(rep, place) for place in places)


def test_what_stands_on_no_page_leaves_a_review_as_it_is(
    rep: FlaskClient, editor: FlaskClient
) -> None:
    save(editor, "", "", keywords="Complaint: Late Shipment\nno parcel")
    assert "changed since" not in page(rep, PAGE)
