"""The status page: how the installation is, with what to do, for administrators."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import json
from msgspec.structs import replace

from kb.parts import Parts
from kb.worker.heartbeat import Beat, Ran, heartbeat_file
from tests import databases
from tests.pagekit import page
from tests.web.acts import statements


@pytest.fixture
def private(parts: Parts) -> None:
    parts.settings.home.chmod(0o750)


@pytest.mark.usefixtures("private")
def test_it_says_what_runs_how_fast_it_is_and_what_waits(
    administrator: FlaskClient, rep: FlaskClient
) -> None:
    page(rep, "/search?q=late+shipment")
    shown = page(administrator, "/status")
    assert "Nothing is wrong." in shown
    for name in ("Python", "Migration", "libgit2", "Web workers", "Letters to send", "Free on"):
        assert name in shown
    for kind in ("Searches", "Pages"):
        told = shown.partition(f"<dt>{kind}</dt>")[2].partition("</dd>")[0]
        assert "1: half within" in told, kind
    assert "KB_BACKUP_FOLDER is not set" in shown
    assert 'href="/status"' in page(administrator, "/people")


def test_it_says_what_is_wrong_and_what_to_do(
    administrator: FlaskClient, parts: Parts, home: Path
) -> None:
    home.chmod(0o777)
    (parts.settings.var / "log_key").write_text("short")
    shown = page(administrator, "/status")
    assert "log_key cannot be used." in shown
    assert "Put it back from a backup, or delete it" not in shown  # the sentence names the file
    assert "put it back from a backup, or delete it" in shown
    assert f"Chmod o-w {home}; kb serve refuses it." in shown


def test_duties_are_told_with_their_last_run_and_what_fails(
    administrator: FlaskClient, parts: Parts
) -> None:
    beat = Beat(
        time.monotonic(),
        ran={"sharing": Ran(1_795_000_000.0, 0.25), "refreshing": Ran(1_795_000_000.0, 2.5)},
        failing={"sharing": "the disk is <full>"},
    )
    heartbeat_file(parts.settings.var).write_bytes(json.encode(beat))
    shown = page(administrator, "/status")
    for words in ("0.25 s", "2.50 s", "the disk is &lt;full&gt;", "not yet"):
        assert words in shown


@databases.only_sqlite
def test_no_secret_is_shown(administrator: FlaskClient, app: Flask, parts: Parts) -> None:
    settings = replace(
        parts.settings,
        smtp_password="sesame-7",
        smtp_user="desk",
        database_url=f"{parts.settings.database_url}?word=sesame-8",
    )
    app.extensions["kb"] = replace(parts, settings=settings)
    shown = page(administrator, "/status")
    assert "sesame" not in shown
    assert app.secret_key not in shown


def test_it_costs_the_same_however_much_there_is(administrator: FlaskClient, parts: Parts) -> None:
    page(administrator, "/status")
    with statements(parts.engine) as sent:
        page(administrator, "/status")
    assert len(sent) < 40
