"""While the database is away, who was let in finds and reads what is published, and no more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace

from kb.parts import Parts
from tests import databases
from tests.conftest import NOW, built_site, signed_in
from tests.pagekit import check_page
from tests.web.site.test_outages import taken_away

pytestmark = databases.only_sqlite


@pytest.fixture
def rita(app: Flask) -> FlaskClient:
    app.config["KB_NOW"] = NOW
    return signed_in(app, "rep@kb.example")


def test_it_is_found_and_read(rita: FlaskClient, parts: Parts) -> None:
    with taken_away(parts):
        found = rita.get("/search?q=where+is+my+parcel")
        page = rita.get("/procedures/SHP-014")
        beside = rita.get("/procedures/SHP-014/preview")
        home = rita.get("/")
    assert [answer.status_code for answer in (found, page, beside, home)] == [200] * 4
    assert 'href="/procedures/SHP-014"' in found.text
    assert "Open the order and read the last carrier scan." in page.text
    assert "I am sorry your parcel" in beside.text
    for answer in (found, page, home):
        check_page(answer.text)
        assert "The database is away" in answer.text
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_links_lead_on(rita: FlaskClient, parts: Parts) -> None:
    late = parts.settings.content / "shipping/late-shipment.md"
    late.write_text(late.read_text().replace("Treat", "[Treat](../billing/lost-in-transit.md)"))
    with taken_away(parts):
        page = rita.get("/procedures/SHP-014").text
        (way,) = re.findall(r'href="(/procedures/[^"]*lost[^"]*)"', page)
        assert "Never ask for the parcel back" in rita.get(way).text


@pytest.mark.parametrize(
    "hidden", ["SHP-015", "shipping/customs.md", "departments.yml", "../kb.toml", "nothing"]
)
def test_a_draft_stays_hidden_from_its_own_editor_too(
    app: Flask, parts: Parts, hidden: str
) -> None:
    app.config["KB_NOW"] = NOW
    eddy = signed_in(app, "editor@kb.example")
    with taken_away(parts):
        page = eddy.get(f"/procedures/{hidden}")
        found = eddy.get("/search?q=zebra+papers")
    assert page.status_code == 404
    assert "Search for it" in page.text
    assert "Zebra Papers" not in page.text + found.text


def test_whoever_was_not_let_in_lately_reads_nothing(app: Flask, parts: Parts) -> None:
    app.config["KB_NOW"] = NOW
    rita = signed_in(app, "rep@kb.example")
    with taken_away(parts):
        assert app.test_client().get("/search?q=parcel").status_code == 302
        for later in (timedelta(hours=2), timedelta(days=-1)):
            app.config["KB_NOW"] = NOW + later
            assert rita.get("/procedures/SHP-014").status_code == 503


@pytest.mark.parametrize("how", ["disable", "end_sessions"])
def test_who_was_turned_out_a_moment_ago_reads_nothing(app: Flask, parts: Parts, how: str) -> None:
    rita = signed_in(app, "rep@kb.example")
    directory = parts.people.directory
    whose = directory.by_email("rep@kb.example")
    assert whose is not None
    if how == "disable":
        directory.disable(whose.id, NOW)
    else:
        directory.end_sessions(whose.id)
    with taken_away(parts):
        assert rita.get("/procedures/SHP-014").status_code == 503


def test_all_else_waits(rita: FlaskClient, parts: Parts) -> None:
    with taken_away(parts):
        for address in ("/inbox", "/departments", "/procedures/SHP-014/history"):
            assert rita.get(address).status_code == 503, address
        assert rita.get("/files/shipping/a.png").status_code == 503
    assert rita.get("/search?q=parcel").status_code == 200


def test_where_anybody_may_read_it_goes_on_for_everybody(
    parts: Parts, compiled: FileSystemBytecodeCache
) -> None:
    open_to_all = replace(parts, settings=replace(parts.settings, open_reading=True))
    anybody = built_site(open_to_all, compiled).test_client()
    with taken_away(parts):
        assert "Late Shipment" in anybody.get("/search?q=parcel").text
        assert anybody.get("/procedures/SHP-015").status_code == 404
