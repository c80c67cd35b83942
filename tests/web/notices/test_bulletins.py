"""Bulletins on their page, at home and on top of results."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import NOW, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import statements

STRIKE = "Carrier strike <b>in Ghent</b>"


@pytest.fixture(autouse=True)
def _on_the_day(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def put_up(client: FlaskClient, hours: int = 5, **said: str) -> TestResponse:
    until = f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M}"
    form = {"text": STRIKE, "department": "shipping", "words": "", "until": until, **said}
    return client.post("/bulletins", data=form)


def test_everybody_sees_it_at_home_and_on_the_results_it_concerns(
    editor: FlaskClient, rep: FlaskClient
) -> None:
    assert put_up(editor).status_code == 302
    assert "Carrier strike &lt;b&gt;in Ghent" in page(rep, "/")
    assert "Carrier strike" in page(rep, "/search?q=carrier+scan")
    assert "Carrier strike" not in page(rep, "/search?q=refund+in+full")
    assert "Carrier strike" not in page(rep, "/search?q=donkey+shoes")


def test_with_words_it_stands_on_the_searches_with_these_words(
    editor: FlaskClient, rep: FlaskClient
) -> None:
    put_up(editor, words="refunds")
    assert "Carrier strike" in page(rep, "/search?q=refund+in+full")
    assert "Carrier strike" not in page(rep, "/search?q=carrier+scan")


def test_it_is_gone_by_itself(app: Flask, editor: FlaskClient, rep: FlaskClient) -> None:
    put_up(editor, hours=1)
    app.config["KB_NOW"] = NOW + timedelta(minutes=59)
    assert "until <time" in page(rep, "/")
    app.config["KB_NOW"] = NOW + timedelta(minutes=60)
    assert "Carrier strike" not in page(rep, "/") + page(rep, "/bulletins")


def test_leads_and_editors_of_that_department_take_it_down(
    app: Flask, editor: FlaskClient, outsider: FlaskClient, rep: FlaskClient
) -> None:
    put_up(editor)
    assert "Take down" in page(editor, "/bulletins")
    for other in (outsider, rep):
        assert "Take down" not in page(other, "/bulletins")
        assert other.post("/bulletins/1/removal").status_code == 404
    assert signed_in(app, "reviewer@kb.example").post("/bulletins/1/removal").status_code == 302
    assert "Carrier strike" not in page(rep, "/")


def test_a_rep_puts_none_up_and_nobody_for_a_department_not_theirs(
    rep: FlaskClient, outsider: FlaskClient, administrator: FlaskClient
) -> None:
    assert put_up(rep).status_code == 404
    assert "Put one up" not in page(rep, "/bulletins")
    assert put_up(outsider).status_code == 400
    assert put_up(administrator).status_code == 302


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"text": " "}, "Write something here."),
        ({"text": "x" * 301}, "At most 300 characters"),
        ({"until": "2020-01-01T10:00"}, "That time has passed"),
        ({"until": "2099-01-01T10:00"}, "belongs into a procedure"),
        ({"until": "soon"}, "Not a valid datetime"),
        ({"until": ""}, "Choose a day and a time."),
    ],
)
def test_bad_input_is_said_at_its_field(
    editor: FlaskClient, said: dict[str, str], told: str
) -> None:
    answer = put_up(editor, **said)
    assert answer.status_code == 400
    check_page(answer.text)
    assert told in answer.text


def test_a_search_asks_for_bulletins_in_no_statement_of_its_own(
    editor: FlaskClient, rep: FlaskClient, app: Flask
) -> None:
    page(rep, "/search?q=carrier")
    with statements(app.extensions["kb"].engine) as sent:
        page(rep, "/search?q=carrier")
    assert not any("bulletins" in one for one in sent)
