"""What people see while database, disk or history cannot be used: why, and what they typed."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from kb.parts import Parts
from tests import databases
from tests.conftest import signed_in
from tests.pagekit import check_page

pytestmark = databases.only_sqlite
TOKEN = {"Authorization": "Bearer kb_of-nobody"}
COMMENT = "The depot says <nothing> &\nasks for the zebra form."
FORMS = {
    "/requests": {"q": "norway customs", "department": "shipping", "comment": COMMENT},
    "/procedures/SHP-014/votes": {"helpful": "no", "version": "x", "comment": COMMENT},
    "/procedures/SHP-014/edit": {"base": "---\nold\n", "head": "title: X", "body": COMMENT},
    "/procedures": {"title": "A new one", "body": COMMENT},
    "/synonyms": {"kind": "two-way", "words": COMMENT},
    "/departments/shipping/settings": {"name": COMMENT},
}


def database(parts: Parts) -> Path:
    return parts.settings.var / "kb.sqlite3"


@contextmanager
def taken_away(parts: Parts) -> Iterator[None]:
    parts.let_go()
    aside = database(parts).with_name("aside")
    database(parts).rename(aside)
    yield
    aside.rename(database(parts))


@contextmanager
def locked(parts: Parts) -> Iterator[None]:
    """By another program; nobody waits for it as long as they would."""

    def impatient(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    parts.let_go()
    event.listen(parts.engine, "checkout", impatient)
    other = sqlite3.connect(database(parts), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()
    event.remove(parts.engine, "checkout", impatient)
    parts.let_go()


@contextmanager
def full(parts: Parts) -> Iterator[None]:
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    event.listen(parts.engine, "checkout", limit)
    yield
    event.remove(parts.engine, "checkout", limit)
    parts.let_go()


def texts(page: str) -> list[str]:
    found = re.findall(r"<textarea[^>]*readonly>\n(.*?)</textarea>", page, re.DOTALL)
    return [html.unescape(one) for one in found]


@pytest.mark.parametrize("address", FORMS)
def test_without_a_database_every_form_gives_back_what_was_typed(
    app: Flask, parts: Parts, address: str
) -> None:
    client = signed_in(app, "admin@kb.example")
    with taken_away(parts):
        answer = client.post(address, data=FORMS[address])
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert COMMENT in texts(answer.text)
        assert "not confirmed" in answer.text
        assert "its file is not there" in answer.text
        assert f'action="{address}"' in answer.text
        check_page(answer.text)
        assert not database(parts).exists(), "none is made"
    assert client.get("/").status_code == 200, "it heals by itself"


def test_what_was_given_back_can_be_sent_again(app: Flask, parts: Parts) -> None:
    client = signed_in(app, "rep@kb.example")
    with locked(parts):
        refused = client.post("/requests", data=FORMS["/requests"])
    assert refused.status_code == 503
    assert "it is locked by another program" in refused.text
    fields = re.findall(r'name="([^"]+)"\s+value="([^"]*)"', refused.text)
    given = {name: html.unescape(value) for name, value in fields}
    assert client.post("/requests", data=given).status_code == 302
    (item,) = parts.feedback.inbox.questions(1, 1, 10).items
    assert item.comment == COMMENT


def test_a_full_disk_is_said_to_be_full(app: Flask, parts: Parts) -> None:
    client = signed_in(app, "rep@kb.example")
    with full(parts):
        long = {**FORMS["/requests"], "comment": COMMENT * 60}
        refused = client.post("/requests", data=long)
    assert (refused.status_code, "its disk is full" in refused.text) == (503, True)
    assert client.post("/requests", data=long).status_code == 302


def test_a_long_text_is_given_back_too(app: Flask, parts: Parts) -> None:
    client, body = signed_in(app, "editor@kb.example"), "Read the scan once more. " * 60_000
    with taken_away(parts):
        answer = client.post("/procedures/SHP-014/edits", data={"body": body, "base": ""})
    assert answer.status_code == 503
    assert body in texts(answer.text)


def test_a_password_is_not_given_back(app: Flask, parts: Parts) -> None:
    client = signed_in(app, "rep@kb.example")
    with taken_away(parts):
        typed = {"email": "rep@kb.example", "password": "not to be shown"}
        answer = app.test_client().post("/sign-in", data=typed)
        own = client.post("/account/password", data={"current": "secret one", "again": "secret 2"})
    assert (answer.status_code, own.status_code) == (503, 503)
    for page in (answer.text, own.text):
        assert "not to be shown" not in page
        assert "secret" not in page
        assert "Send it again" not in page


def test_another_site_cannot_have_its_words_shown(app: Flask, parts: Parts) -> None:
    client = signed_in(app, "rep@kb.example")
    with taken_away(parts):
        answer = client.post(
            "/requests", data=FORMS["/requests"], headers={"Origin": "https://evil.example"}
        )
    assert answer.status_code == 503
    assert texts(answer.text) == []


def test_a_page_says_it_and_the_api_too(rep: FlaskClient, parts: Parts) -> None:
    with taken_away(parts):
        page, api = rep.get("/inbox"), rep.get("/api/v1/search", headers=TOKEN)
        health = rep.get("/healthz")
    assert (page.status_code, api.status_code, health.status_code) == (503, 503, 503)
    check_page(page.text)
    assert "not confirmed" not in page.text
    assert api.is_json
    assert health.json == {"status": "down", "concerns": ["database"]}


def test_an_error_of_the_disk_names_no_place(own_app: Flask) -> None:
    def fail() -> str:
        raise PermissionError(13, "Permission denied", "/srv/secret/place")

    own_app.add_url_rule("/fail/disk", "faildisk", fail)
    answer = signed_in(own_app, "rep@kb.example").get("/fail/disk")
    assert answer.status_code == 503
    assert "The disk says: Permission denied." in answer.text
    assert "/srv" not in answer.text
