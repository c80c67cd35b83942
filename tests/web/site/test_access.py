"""Who comes in, who is out at once, and what the navigation counts for them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.app import create_app
from kb.parts import Parts
from kb.people.person import Person
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import page
from tests.web.acts import answer, ask, statements


def known(parts: Parts, email: str) -> Person:
    person = parts.people.directory.by_email(email)
    assert person is not None
    return person


@pytest.fixture
def open_site(parts: Parts) -> Flask:
    opened = replace(parts, settings=replace(parts.settings, open_reading=True))
    site = create_app(opened)
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return site


@pytest.mark.parametrize("address", ["/", "/search?q=parcel", "/procedures/SHP-014", "/inbox"])
def test_a_stranger_is_asked_to_sign_in_and_led_back(anonymous: FlaskClient, address: str) -> None:
    asked = anonymous.get(address)
    assert asked.status_code == 302
    back = anonymous.post(
        asked.location, data={"email": "editor@kb.example", "password": PASSWORD, "next": address}
    )
    assert back.location == address


def test_a_stranger_cannot_tell_which_procedures_there_are(anonymous: FlaskClient) -> None:
    there = anonymous.get("/procedures/SHP-014")
    nowhere = anonymous.get("/procedures/XXX-999")
    assert (there.status_code, nowhere.status_code) == (302, 302)


def test_with_open_reading_a_stranger_reads_and_searches(open_site: Flask) -> None:
    stranger = open_site.test_client()
    assert "Late Shipment" in page(stranger, "/procedures/SHP-014")
    assert "Late Shipment" in page(stranger, "/search?q=late+shipment")
    page(stranger, "/")


def test_with_open_reading_a_stranger_is_invited_to_sign_in_before_a_word_back(
    open_site: Flask,
) -> None:
    stranger = open_site.test_client()
    for address in ("/procedures/SHP-014", "/search?q=zebra"):
        shown = page(stranger, address)
        assert "Sign in</a> to" in shown
        assert 'name="helpful"' not in shown
    assert stranger.post("/procedures/SHP-014/votes", data={"helpful": "yes"}).status_code == 401
    assert stranger.get("/requests").status_code == 302


def test_with_open_reading_drafts_stay_hidden(open_site: Flask) -> None:
    stranger = open_site.test_client()
    assert stranger.get("/procedures/SHP-015").status_code == 404
    assert "Zebra Papers" not in stranger.get("/search?q=zebra").text


@pytest.mark.parametrize("client", ["rep", "outsider", "administrator"])
def test_a_draft_is_not_there_for_others(client: str, request: pytest.FixtureRequest) -> None:
    other = request.getfixturevalue(client)
    assert other.get("/procedures/SHP-015").status_code == 404
    voted = other.post("/procedures/SHP-015/votes", data={"helpful": "yes"})
    assert voted.status_code == 404


def test_a_disabled_person_is_out_at_once(rep: FlaskClient, parts: Parts) -> None:
    page(rep, "/")
    parts.people.directory.disable(known(parts, "rep@kb.example").id, NOW)
    assert rep.get("/").status_code == 302
    assert ask(rep, "anything").status_code == 401


def test_enabled_again_the_old_session_stays_ended(rep: FlaskClient, parts: Parts) -> None:
    person = known(parts, "rep@kb.example")
    parts.people.directory.disable(person.id, NOW)
    parts.people.directory.enable(person.id)
    assert rep.get("/").status_code == 302


def test_a_role_taken_away_is_gone_in_open_pages(editor: FlaskClient, parts: Parts) -> None:
    page(editor, "/procedures/SHP-015")
    person = known(parts, "editor@kb.example")
    parts.people.directory.set_roles(person.id, administrator=False, editor_of=(), reviewer_of=())
    assert editor.get("/procedures/SHP-015").status_code == 404
    assert editor.get("/inbox").status_code == 404


def test_a_new_password_ends_sessions(rep: FlaskClient, parts: Parts) -> None:
    parts.people.directory.set_password(
        known(parts, "rep@kb.example").id, "another long password", NOW
    )
    assert rep.get("/").status_code == 302


def test_a_demo_session_ends_with_demo_mode(parts: Parts) -> None:
    demo = create_app(replace(parts, settings=replace(parts.settings, demo=True)))
    plain = create_app(parts)
    for site in (demo, plain):
        site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    parts.people.directory.add("demo@kb.example", "Demo", PASSWORD, demo=True, now=NOW)
    client = signed_in(demo, "demo@kb.example")
    cookie = client.get_cookie("kb_session")
    assert client.get("/").status_code == 200
    other = plain.test_client()
    other.set_cookie("kb_session", cookie.value)
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(
    "claimed", ["", "1", "1.", "x.1", "1.99", "-1.1", "99999999999999999999.1"]
)
def test_a_session_of_nobody_is_nobody(app: Flask, claimed: str) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = claimed
    assert client.get("/").status_code == 302


def test_the_navigation_counts_what_waits(editor: FlaskClient, rep: FlaskClient) -> None:
    ask(rep, "first")
    ask(rep, "second")
    assert "2<span" in page(editor, "/").partition("Inbox")[2].partition("</a>")[0]
    answer(editor, 1)
    assert "1<span" in page(rep, "/").partition("My questions")[2].partition("</a>")[0]


def test_the_navigation_counts_only_ones_own(outsider: FlaskClient, rep: FlaskClient) -> None:
    ask(rep, "first", department="shipping")
    assert "count" not in page(outsider, "/").partition("Inbox")[2].partition("</a>")[0]
    assert "Inbox" not in page(rep, "/").partition("</header>")[0]


def test_the_badges_cost_the_same_however_much_waits(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    with statements(parts.engine) as few:
        editor.get("/help")
    for number in range(60):
        ask(rep, f"question {number}")
    with statements(parts.engine) as many:
        editor.get("/help")
    assert len(many) == len(few) <= 6, many
