"""A lead without a role: sees the department that they lead, and changes no text of it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.database import writing
from kb.notices.sql.queue import Notice, enqueue
from kb.parts import Parts
from tests.conftest import NOW, signed_in
from tests.pagekit import page
from tests.web.acts import version_of


@pytest.fixture
def lead(app: Flask, parts: Parts) -> FlaskClient:
    """Rena still leads shipping, and is neither its editor nor its reviewer any more."""
    rena = parts.people.directory.by_email("reviewer@kb.example")
    parts.people.directory.set_roles(rena.id, administrator=False, editor_of=(), reviewer_of=())
    return signed_in(app, "reviewer@kb.example")


@pytest.mark.parametrize(
    "address",
    [
        "/departments/shipping",
        "/departments/shipping/procedures?show=drafts",
        "/departments/shipping/tidying/links",
        "/departments/shipping/service",
        "/insight/search",
        "/inbox",
        "/reviews",
        "/changes",
        "/submissions",
        "/procedures/SHP-015",
        "/procedures/SHP-015/life",
        "/synonyms",
    ],
)
def test_a_lead_sees_the_own_department(lead: FlaskClient, address: str) -> None:
    page(lead, address)


def test_of_other_departments_a_lead_sees_what_a_rep_sees(
    lead: FlaskClient, rep: FlaskClient
) -> None:
    assert "What waits" not in page(lead, "/departments/billing")
    for address in ("/departments/billing/tidying/links", "/inbox?department=billing"):
        assert lead.get(address).status_code == rep.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/procedures/SHP-015/edit",
        "/procedures/SHP-014/edit",
        "/procedures/new",
        "/procedures/SHP-014/retirement",
        "/procedures/SHP-014/place",
    ],
)
def test_a_lead_without_a_role_writes_nothing(lead: FlaskClient, address: str) -> None:
    assert lead.get(address).status_code == 404


def test_a_lead_without_a_role_changes_no_synonyms(lead: FlaskClient, parts: Parts) -> None:
    before = parts.storage.library.synonyms_source()
    lead.post("/synonyms", data={"words": "wismo, where is my order"})
    assert parts.storage.library.synonyms_source() == before


def test_a_lead_sees_what_waits_and_decides_nothing(
    editor: FlaskClient, lead: FlaskClient, parts: Parts
) -> None:
    form = {"version": version_of(parts, "SHP-015")}
    address = editor.post("/procedures/SHP-015/submissions", data=form).location
    shown = page(lead, "/submissions")
    assert "Waits for a reviewer" in shown
    assert "Customs Zebra Papers" in shown
    shown = page(lead, address)
    assert "an administrator has to make somebody its reviewer" in shown
    assert "Approve: up now" not in shown
    assert lead.post(f"{address}/approval", data={"when": "now"}).status_code in (404, 409)


def test_a_notice_about_a_draft_is_shown_to_the_lead(lead: FlaskClient, parts: Parts) -> None:
    rena = parts.people.directory.by_email("reviewer@kb.example")
    told = Notice(rena.id, "approval", "k", "A draft waits: Zebra Papers", "", "/", "SHP-015")
    with writing(parts.engine, "notices") as connection:
        enqueue(connection, [told], NOW)
    assert "Zebra Papers" in page(lead, "/notices")
