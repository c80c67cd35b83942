"""Favourites, tickets and the preview: what is done with a procedure besides reading it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import page

LATE = "/procedures/SHP-014"


@pytest.fixture(autouse=True)
def _on_the_day(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


@pytest.fixture
def with_tickets(app: Flask, parts: Parts) -> None:
    settings = replace(parts.settings, ticket_link="https://crm.example/t/{ticket}?x=1")
    app.extensions["kb"] = replace(parts, settings=settings)


def test_a_favourite_stands_at_home_until_it_is_taken_out(rep: FlaskClient) -> None:
    assert 'id="favourites"' not in page(rep, "/")
    assert "Add to favourites" in page(rep, LATE)
    assert rep.post(f"{LATE}/favourite").location == LATE
    assert "Take out of favourites" in page(rep, LATE)
    home = page(rep, "/")
    assert home.index('id="favourites"') < home.index(f'href="{LATE}"')
    rep.post(f"{LATE}/favourite/removal")
    assert 'id="favourites"' not in page(rep, "/")


def test_a_favourite_that_may_no_longer_be_read_is_not_told(rep: FlaskClient, parts: Parts) -> None:
    rep.post(f"{LATE}/favourite")
    file = parts.storage.library.root / "shipping/late-shipment.md"
    file.write_text(file.read_text().replace("id: SHP-014", "id: SHP-014\nstatus: draft"))
    parts.publishing.publisher.refresh(NOW.date())
    assert "Late Shipment" not in page(rep, "/")


def test_a_draft_is_nobodys_favourite_who_may_not_read_it(rep: FlaskClient) -> None:
    assert rep.post("/procedures/SHP-015/favourite").status_code == 404


@pytest.mark.usefixtures("with_tickets")
def test_a_use_is_noted_with_the_number_alone(rep: FlaskClient, editor: FlaskClient) -> None:
    assert "Used for ticket" in page(rep, LATE)
    answer = rep.post(f"{LATE}/uses", data={"ticket": "T-47/11"}, follow_redirects=True)
    assert 'href="https://crm.example/t/T-47%2F11?x=1"' in answer.text
    shown = page(editor, "/insight/search/opened")
    assert 'href="https://crm.example/t/T-47%2F11?x=1"' in shown
    assert "Late Shipment" in shown
    assert "Late Shipment" in page(rep, "/").split('id="most-used"')[1]


@pytest.mark.usefixtures("with_tickets")
@pytest.mark.parametrize("typed", ["", "Ms Quill", "quill@example.com", "<b>1</b>"])
def test_what_is_no_number_is_not_kept(rep: FlaskClient, parts: Parts, typed: str) -> None:
    answer = rep.post(f"{LATE}/uses", data={"ticket": typed}, follow_redirects=True)
    assert "no ticket’s number" in answer.text
    assert parts.insight.uses.between(NOW.date(), NOW.date(), 9) == []


def test_where_the_address_of_tickets_is_not_known_nothing_is_asked(rep: FlaskClient) -> None:
    assert "Used for ticket" not in page(rep, LATE)
    assert rep.post(f"{LATE}/uses", data={"ticket": "1"}).status_code == 404


def test_the_preview_is_the_text_and_no_opening(rep: FlaskClient, parts: Parts) -> None:
    shown = rep.get(f"{LATE}/preview").text
    for words in ("last carrier scan", "I am sorry your parcel", "#shipping-now", "Reviewed 2 Oct"):
        assert words in shown
    assert "<html" not in shown
    assert "Helpful?" not in shown
    parts.insight.log.flush()
    assert rep.get("/procedures/SHP-015/preview").status_code == 404


def test_an_open_complaint_is_told_beside_the_result(rep: FlaskClient, parts: Parts) -> None:
    assert "open complaint" not in page(rep, "/search?q=carrier")
    form = {"helpful": "no", "version": parts.catalogue.get("SHP-014").procedure.version}
    rep.post(f"{LATE}/votes", data=form)
    assert "1 open complaint" in page(rep, "/search?q=carrier")


def test_only_what_is_reviewed_can_be_asked_for(rep: FlaskClient) -> None:
    assert "SHP-014" in page(rep, "/search?q=parcel&reviewed=1")
    shown = page(rep, "/search?q=refund+parcel&reviewed=1")
    assert "BIL-001" not in shown  # overdue
    assert 'href="/search?q=refund+parcel"' in shown  # takes the switch back
    assert "reviewed=1" in page(rep, "/search?q=refund+parcel")
    assert "BIL-001" not in page(rep, "/search?q=refund+reviewed:yes")
