"""The page of backups: the administrators' alone, with how they go, one more, and a download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb import durable
from kb.backup.checking import verify
from kb.backup.folder import Folder
from kb.parts import Parts
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import page

NAME = "kb-2026-11-22T09-00-00Z.tar.gz"


@pytest.fixture
def folder(parts: Parts, app: Flask, tmp_path: Path) -> Path:
    """Where backups are made by themselves; one was."""
    place = tmp_path / "backups"
    place.mkdir()
    named = replace(parts.backups, folder=Folder(place))
    app.extensions["kb"] = replace(parts, backups=named)
    app.config["KB_NOW"] = NOW
    named.keep_up(NOW)
    return place


@contextmanager
def at_work(parts: Parts) -> Iterator[None]:
    with durable.alone(parts.backups.making.lock):
        yield


def test_those_that_there_are_are_listed(folder: Path, app: Flask) -> None:
    administrator = signed_in(app, "admin@kb.example")
    shown = page(administrator, "/backups")
    assert NAME in shown
    assert re.search(r"took \d", shown)
    assert "the newest 14 are kept" in shown
    assert page(administrator, "/people").count('href="/backups"') >= 1


def test_without_a_folder_it_says_what_to_set(administrator: FlaskClient) -> None:
    shown = page(administrator, "/backups")
    assert "KB_BACKUP_FOLDER" in shown
    assert "Back up now" not in shown
    assert administrator.post("/backups").status_code == 404


def test_one_more_is_asked_for_and_made_by_the_worker(
    folder: Path, app: Flask, parts: Parts
) -> None:
    administrator = signed_in(app, "admin@kb.example")
    assert administrator.post("/backups").location == "/backups"
    assert "asked for and begins" in page(administrator, "/backups")
    backups = app.extensions["kb"].backups
    later = NOW + timedelta(minutes=1)
    assert backups.wanted(later)
    backups.keep_up(later)
    assert not backups.wanted(later)
    assert page(administrator, "/backups").count("question-title") == 2


def test_the_one_at_work_shows_how_far_it_is(folder: Path, app: Flask, parts: Parts) -> None:
    administrator = signed_in(app, "admin@kb.example")
    parts.backups.journal.change(doing="content", done=30, total=120)
    with at_work(parts):
        shown = page(administrator, "/backups")
    assert "30 of 120" in shown
    assert 'max="120" value="30"' in shown
    assert "is being made" not in page(administrator, "/backups")


def test_a_download_takes_the_password_once_more(folder: Path, app: Flask, tmp_path: Path) -> None:
    administrator = signed_in(app, "admin@kb.example")
    there = f"/backups/{NAME}/download"
    for wrong in ({}, {"password": "guessed"}):
        refused = administrator.post(there, data=wrong)
        assert refused.status_code == 400
        assert "password." in refused.text
    sent = administrator.post(there, data={"password": PASSWORD})
    assert sent.headers["Content-Disposition"] == f"attachment; filename={NAME}"
    assert sent.cache_control.no_store
    (tmp_path / "taken.tar.gz").write_bytes(sent.data)
    sent.close()
    assert verify(tmp_path / "taken.tar.gz").faults == ()


@pytest.mark.parametrize("name", ["secret_key", "..", "kb-2026-11-23T09-00-00Z.tar.gz"])
def test_nothing_but_backups_is_sent(folder: Path, app: Flask, name: str) -> None:
    (folder / "secret_key").write_text("mine")
    administrator = signed_in(app, "admin@kb.example")
    sent = administrator.post(f"/backups/{name}/download", data={"password": PASSWORD})
    assert sent.status_code in (404, 405)


@pytest.mark.parametrize("email", ["rep@kb.example", "editor@kb.example", "reviewer@kb.example"])
def test_nobody_else_knows_of_it(folder: Path, app: Flask, email: str) -> None:
    client = signed_in(app, email)
    assert client.get("/backups").status_code == 404
    assert client.post("/backups").status_code == 404
    sent = client.post(f"/backups/{NAME}/download", data={"password": PASSWORD})
    assert sent.status_code == 404


def test_trouble_is_told_on_the_page_and_with_the_faults(
    folder: Path, app: Flask, parts: Parts
) -> None:
    folder.joinpath(NAME).unlink()
    folder.rmdir()
    backups = app.extensions["kb"].backups
    backups.ask()
    backups.keep_up(NOW + timedelta(days=1))
    administrator = signed_in(app, "admin@kb.example")
    for address in ("/backups", "/faults"):
        assert "The last backup failed: there is no folder" in page(administrator, address)
