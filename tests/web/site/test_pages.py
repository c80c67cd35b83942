"""Page numbers, addresses, assets: what every page shares."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.web.site.pages import TONES, Pages, Templates, here, page_number, tone
from tests.pagekit import page


@pytest.mark.parametrize(
    ("asked", "number"),
    [("", 1), ("3", 3), ("0", 1), ("-2", 1), ("x", 1), ("1e9", 1), ("9999999", 1), ("٣", 1)],
)
def test_any_page_number_is_one(app: Flask, asked: str, number: int) -> None:
    with app.test_request_context("/procedures", query_string={"page": asked}):
        assert page_number() == number


@pytest.mark.parametrize(
    ("pages", "offered"),
    [
        (Pages(1, 10, 0), (1,)),
        (Pages(1, 10, 10), (1,)),
        (Pages(1, 10, 11), (1, 2)),
        (Pages(5, 10, 100), (1, None, 4, 5, 6, None, 10)),
        (Pages(10, 10, 100), (1, None, 9, 10)),
    ],
)
def test_the_pages_around_and_the_ends_are_offered(
    pages: Pages, offered: tuple[int | None, ...]
) -> None:
    assert pages.numbers == offered


def test_an_address_changes_in_one_argument_and_keeps_the_others(app: Flask) -> None:
    with app.test_request_context("/search?q=a+%26+b&department=shipping&page=3"):
        assert here(department="billing", page=None) == "/search?q=a+%26+b&department=billing"


def test_an_address_takes_no_orders_from_its_arguments(app: Flask) -> None:
    tricky = "/departments/a%2Fb%20c?_external=1&_scheme=javascript&_anchor=x"
    with app.test_request_context(tricky):
        assert here(page=2).startswith("/departments/a/b%20c?")


def test_no_two_of_ten_departments_look_alike(app: Flask) -> None:
    with app.test_request_context("/"):
        assert tone("shipping") != tone("billing")
        assert all(0 <= tone(name) < TONES for name in ("", "unknown", "é", "\ud800"))


@pytest.mark.parametrize("name", ["kb.css", "kb.js", "icon.svg"])
def test_an_asset_is_kept_by_the_browser_until_it_changes(rep: FlaskClient, name: str) -> None:
    html = page(rep, "/")
    address = next(part for part in html.split('"') if f"/static/{name}?v=" in part)
    with rep.get(address) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_bootstrap_is_served_from_here(rep: FlaskClient) -> None:
    html = page(rep, "/")
    address = next(part for part in html.split('"') if "bootstrap.min.css" in part)
    assert address.startswith("/bootstrap/")
    with rep.get(address) as answer:
        assert answer.status_code == 200


def test_a_page_itself_is_not_kept(rep: FlaskClient) -> None:
    assert "no-cache" in rep.get("/").headers["Cache-Control"]


def test_templates_have_the_site_s_globals_in_one_dictionary(app: Flask) -> None:
    assert isinstance(app.jinja_env, Templates)
    for name in ("base.html", "_parts/marks.html"):
        assert app.jinja_env.get_template(name).globals is app.jinja_env.globals
