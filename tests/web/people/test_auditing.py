"""What people do is in the audit log, and administrators can read it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.people.sql.audit_log import AuditFilter
from tests.conftest import PASSWORD, signed_in
from tests.pagekit import check_page, page


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return signed_in(app, "admin@kb.example")


def told(parts: Parts) -> list[tuple[str, str, str]]:
    """(what, who, about), the oldest first, but for the sign-ins of the tests."""
    entries = parts.people.audit.every(AuditFilter())
    every = [(one.kind, one.words.who.partition(" <")[0], one.words.about) for one in entries]
    return [one for one in every if one[0] != "signed in"]


def number(parts: Parts, email: str) -> int:
    found = parts.people.directory.by_email(email)
    assert found is not None
    return found.id


def test_signing_in_and_out_and_being_refused(app: Flask, parts: Parts) -> None:
    rita = signed_in(app, "rep@kb.example")
    rita.post("/sign-out")
    stranger = app.test_client()
    stranger.post("/sign-in", data={"email": "rep@kb.example", "password": "wrong"})
    stranger.post("/sign-in", data={"email": PASSWORD, "password": ""})
    entries = list(parts.people.audit.every(AuditFilter()))
    assert [one.kind for one in entries] == [
        "signed in",
        "signed out",
        "sign-in refused",
        "sign-in refused",
    ]
    assert [one.words.who for one in entries[:3]] == ["Rita Rep <rep@kb.example>"] * 3
    assert entries[0].words.address == "127.0.0.1"
    assert PASSWORD not in str(entries)


def test_what_administrators_do_to_people(admin: FlaskClient, parts: Parts) -> None:
    rita = number(parts, "rep@kb.example")
    admin.post(
        "/people", data={"email": "new@kb.example", "name": "Nora New", "password": PASSWORD}
    )
    admin.post(f"/people/{rita}/roles", data={"editor_of": ["shipping"]})
    admin.post(f"/people/{rita}/password", data={"password": ""})
    admin.post(f"/people/{rita}/entry", data={"allowed": "no"})
    admin.post(f"/people/{rita}/entry", data={"allowed": "yes"})
    assert told(parts) == [
        ("person added", "Ada Admin", ""),
        ("roles set", "Ada Admin", "Rita Rep"),
        ("password set", "Ada Admin", "Rita Rep"),
        ("person disabled", "Ada Admin", "Rita Rep"),
        ("person enabled", "Ada Admin", "Rita Rep"),
    ]
    details = [dict(one.words.details) for one in parts.people.audit.every(AuditFilter())][1:3]
    assert details == [
        {"email": "new@kb.example", "name": "Nora New"},
        {"editor_of": "shipping"},
    ]
    assert parts.people.audit.check() == []


def test_what_was_refused_is_not_in_it(admin: FlaskClient, parts: Parts) -> None:
    ada = number(parts, "admin@kb.example")
    assert admin.post("/people", data={"email": "no address", "name": "X"}).status_code == 400
    assert admin.post(f"/people/{ada}/entry", data={"allowed": "no"}).status_code == 409
    assert admin.post(f"/people/{ada}/roles", data={"administrator": ""}).status_code == 409
    assert admin.post("/departments/shipping/removal", data={"id": "shipping"}).status_code == 302
    assert told(parts) == []


def test_settings_exports_and_erasures(admin: FlaskClient, parts: Parts) -> None:
    settings = page(admin, "/departments/shipping/settings")
    was = dict(re.findall(r'name="(was-[^"]+)"\s+value="([^"]*)"', settings))
    new = {name.removeprefix("was-"): value for name, value in was.items()}
    admin.post("/departments/shipping/settings", data={**was, **new, "name": "Parcels"})
    admin.post("/exports", data={"department": "shipping", "form": "zip"})
    admin.post("/procedures/BIL-001/erasure", data={"typed": "BIL-001"})
    admin.get("/must-reads/confirmations.csv")
    assert [(what, about) for what, _, about in told(parts)] == [
        ("settings changed", "shipping"),
        ("taken out", ""),
        ("erased", "BIL-001"),
        ("taken out", ""),
    ]


def test_the_page_shows_it_and_narrows_it_down(admin: FlaskClient, parts: Parts) -> None:
    rita = number(parts, "rep@kb.example")
    admin.post(f"/people/{rita}/roles", data={"editor_of": ["shipping"]})
    html = page(admin, "/audit")
    check_page(html)
    assert "Roles set: Rita Rep" in html
    assert "Signed in" in html
    only = page(admin, "/audit?kind=roles+set&who=rep%40kb.example")
    assert "1 entry" in only
    assert "Signed in</span>" not in only
    assert "Nothing of that kind" in page(admin, "/audit?until=2001-01-01")
    assert "is not a day" in page(admin, "/audit?since=gestern")
    assert "Nobody here has the address" in page(admin, "/audit?who=nobody%40x.example")
    rows = admin.get("/audit/entries.csv?kind=roles+set").text.splitlines()
    assert len(rows) == 2
    assert "editor_of: shipping" in rows[1]


def test_the_page_says_whether_the_chain_holds(admin: FlaskClient, parts: Parts) -> None:
    assert "It holds" in page(admin, "/audit/chain")
    with parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entries SET kind = 'signed out' WHERE id = 1")
    html = page(admin, "/audit/chain")
    check_page(html)
    assert "Entry 1" in html


@pytest.mark.parametrize("address", ["/audit", "/audit/entries.csv", "/audit/chain"])
def test_it_is_the_administrators(address: str, rep: FlaskClient, reviewer: FlaskClient) -> None:
    assert {rep.get(address).status_code, reviewer.get(address).status_code} == {404}
