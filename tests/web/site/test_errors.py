"""What a person sees when something cannot be."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from tests.conftest import signed_in
from tests.databases import only_sqlite
from tests.pagekit import check_page, page

FAILING = (400, 403, 405, 413, 414, 429, 503)


@pytest.fixture
def failing(own_app: Flask) -> FlaskClient:
    """A rep on a site that has an address for every way to fail."""
    site = own_app
    site.config["PROPAGATE_EXCEPTIONS"] = False
    for status in FAILING:
        site.add_url_rule(f"/fail/{status}", f"fail{status}", lambda status=status: abort(status))
    site.add_url_rule("/fail/broken", "broken", lambda: 1 // 0)
    site.add_url_rule("/api/v1/broken", "api_broken", lambda: 1 // 0)
    return signed_in(site, "rep@kb.example")


@pytest.mark.parametrize("status", FAILING)
def test_a_refusal_says_what_to_do(failing: FlaskClient, status: int) -> None:
    html = page(failing, f"/fail/{status}", status=status)
    assert f"Error {status}" in html


def test_an_unknown_address_leads_on(rep: FlaskClient) -> None:
    html = page(rep, "/no/such/page", status=404)
    assert "There is nothing here" in html
    assert 'href="/departments"' in html


def test_an_unknown_address_tells_a_stranger_nothing_about_the_content(
    anonymous: FlaskClient,
) -> None:
    html = page(anonymous, "/no/such/page", status=404)
    assert "/departments" not in html


def test_a_crash_says_so_without_telling_why(failing: FlaskClient) -> None:
    html = page(failing, "/fail/broken", status=500)
    assert "Something broke here" in html
    assert "ZeroDivision" not in html


@only_sqlite
def test_a_damaged_database_has_a_page_that_says_so(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = signed_in(app, "rep@kb.example")
    app.extensions["kb"].let_go()
    app.extensions["kb"].settings.var.joinpath("kb.sqlite3").write_bytes(b"not a database" * 500)
    answer = client.get("/inbox")
    assert answer.status_code == 503
    assert "The database cannot be read: it is damaged." in answer.text
    check_page(answer.text)


def test_the_api_is_refused_in_json(failing: FlaskClient) -> None:
    broken = failing.get("/api/v1/broken")
    assert broken.status_code == 500
    assert broken.is_json
    missing = failing.get("/api/v1/nothing")
    assert missing.status_code == 404
    assert missing.json["error"]


def test_a_wrong_method_says_which_are_right(rep: FlaskClient) -> None:
    answer = rep.post("/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    check_page(answer.text)
