"""The bell, my notices, how I am told, and who may look at what did not go out."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kb.notices.kinds import Kind, Pace
from kb.parts import Parts
from tests.delivery.postoffice import EDDY, RITA, tell
from tests.pagekit import page
from tests.web.acts import statements

ALL_DAILY = {f"pace-{kind}": "daily" for kind in Kind}


def bell(html: str) -> str:
    """What the bell says besides its name."""
    return re.search(r'class="bell".*?</a>', html, re.DOTALL)[0].partition("</svg>")[2]


def test_the_bell_counts_what_is_not_read(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    assert "count" not in bell(page(rep, "/"))
    for number in range(120):
        tell(parts, RITA, key=str(number))
    assert "99+" in bell(page(rep, "/"))
    assert "count" not in bell(page(editor, "/"))


def test_mine_are_listed_opened_and_read(rep: FlaskClient, parts: Parts) -> None:
    assert "There is nothing to tell you yet" in page(rep, "/notices")
    tell(parts, RITA, "answer", "a", title="<b>Shipping</b> has answered", text="Form 7.\nDone.")
    tell(parts, RITA, "must read", "b", title="Read this")
    shown = page(rep, "/notices")
    assert "&lt;b&gt;Shipping" in shown
    assert page(rep, "/notices").count("question-fresh") == 2  # looking marks nothing
    first = parts.notices.received.of(RITA, 1, 10).notices[-1]
    assert rep.post(f"/notices/{first.id}/reading").location == "/questions"
    assert page(rep, "/notices").count("question-fresh") == 1
    assert rep.post("/notices/reading").location == "/notices"
    assert page(rep, "/notices").count("question-fresh") == 0


@pytest.mark.parametrize(("persona", "status"), [("anonymous", 401), ("editor", 404)])
def test_another_s_notice_is_not_there(
    persona: str, status: int, request: pytest.FixtureRequest, parts: Parts
) -> None:
    tell(parts, RITA)
    client: FlaskClient = request.getfixturevalue(persona)
    assert client.post("/notices/1/reading").status_code == status
    assert parts.notices.received.unread(RITA) == 1
    assert client.get("/notices/1/reading").status_code == 405


def test_a_notice_never_leads_off_the_site(rep: FlaskClient, parts: Parts) -> None:
    tell(parts, RITA, link="//evil.example/x")
    assert rep.post("/notices/1/reading").location == "/"


def test_what_one_may_not_read_any_more_is_not_named(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    for person in (RITA, EDDY):
        tell(
            parts, person, "published", title="Zebra is published", text="Stripes",
            link="/procedures/SHP-015", procedure_id="SHP-015",
        )  # fmt: skip
    assert "Zebra is published" in page(editor, "/notices")
    shown = page(rep, "/notices")
    for secret in ("Zebra", "Stripes", "SHP-015"):
        assert secret not in shown
    assert "no longer open to you" in shown
    assert rep.post("/notices/1/reading").location == "/notices"


def test_pages_and_a_constant_number_of_statements(rep: FlaskClient, parts: Parts) -> None:
    counts = []
    for start, end in ((0, 10), (10, 200)):
        for number in range(start, end):
            tell(parts, RITA, key=str(number), procedure_id="SHP-014")
        page(rep, "/notices")
        with statements(parts.engine) as sent:
            page(rep, "/notices")
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert "Previous" in page(rep, "/notices?page=7")
    assert rep.get("/notices?page=8").location == "/notices?page=7"


def test_a_choice_is_kept(rep: FlaskClient, parts: Parts) -> None:
    shown = page(rep, "/account/notices")
    assert "sends no mail yet" in shown
    form = {**ALL_DAILY, "pace-answer": "page"}
    assert rep.post("/account/notices", data=form).location == "/account/notices"
    choice = parts.delivery.choices.of(RITA)
    assert not choice.mail
    assert choice.pace("answer") is Pace.PAGE
    assert choice.pace("must read") is Pace.DAILY
    page(rep, "/account/notices")
    for wrong in ({}, {**ALL_DAILY, "pace-answer": "hourly"}):
        assert rep.post("/account/notices", data=wrong).status_code == 400
    assert parts.delivery.choices.of(RITA) == choice


@pytest.mark.parametrize(("persona", "status"), [("anonymous", 302), ("rep", 404), ("editor", 404)])
def test_deliveries_are_the_administrators_alone(
    persona: str, status: int, request: pytest.FixtureRequest
) -> None:
    client: FlaskClient = request.getfixturevalue(persona)
    assert client.get("/deliveries").status_code == status
    assert client.post("/deliveries/retries").status_code == (401 if status == 302 else 404)
