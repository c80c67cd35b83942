"""What kb makes in its home: private, and not made anew where it was lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.publishing.edits import Edit, NotSaved
from kb.search.ranking.learned_words import LearnedFile
from kb.settings import SettingsError
from kb.storage.git.repository import FOUND, Repository
from tests import databases
from tests.conftest import NOW


@pytest.fixture
def lax() -> None:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[Path]:
    return [
        one
        for one in (folder, *folder.iterdir())
        if stat.S_IMODE(one.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    ]


def rebuilt(home: Path) -> Parts:
    again = build(databases.load({}, home))
    again.publishing.publisher.refresh(NOW.date())
    again.insight.log.close()
    again.let_go()
    return again


def test_what_is_made_is_its_owners_alone(lax: None, home: Path) -> None:
    rebuilt(home)
    rebuilt(home)
    assert open_to_others(home / "var") == []
    assert not stat.S_IMODE((home / "search_index").stat().st_mode) & 0o077
    content = stat.S_IMODE((home / "content").stat().st_mode)
    assert content & 0o055 == 0o055, "people use it with git"


def test_an_older_home_is_closed_too(lax: None, home: Path) -> None:
    rebuilt(home)
    for one in (home / "var", *(home / "var").iterdir()):
        one.chmod(0o755)
    rebuilt(home)
    assert open_to_others(home / "var") == []


@databases.only_sqlite
def test_a_database_that_was_lost_is_not_made_anew(home: Path) -> None:
    rebuilt(home)
    base = home / "var" / "kb.sqlite3"
    for one in base.parent.glob("kb.sqlite3*"):
        one.unlink()
    with pytest.raises(SettingsError, match=r"kb\.sqlite3 is not there.*from a backup"):
        rebuilt(home)
    assert not base.exists()
    base.touch()
    assert rebuilt(home).people.directory.everyone(1, 1).total == 0


@pytest.mark.parametrize("name", ["secret_key", "log_key"])
@pytest.mark.parametrize("raw", [b"", b"short", b"\0" * 64, b"\xff\x80" * 40, b"\x07" * 99])
def test_a_damaged_key_stops_the_start_with_what_to_do(home: Path, name: str, raw: bytes) -> None:
    rebuilt(home)
    key = home / "var" / name
    key.write_bytes(raw)
    with pytest.raises(SettingsError, match=f"{name} is damaged; put it back.*or delete it"):
        rebuilt(home)
    key.unlink()
    rebuilt(home)


@pytest.mark.parametrize("name", ["secret_key", "log_key"])
def test_a_key_that_cannot_be_read_stops_the_start(home: Path, name: str) -> None:
    rebuilt(home)
    key = home / "var" / name
    key.unlink()
    key.mkdir()
    with pytest.raises(SettingsError, match=f"{name} cannot be read or made.*rights"):
        rebuilt(home)


WHILE_AWAY = {
    "refreshing": lambda parts: parts.publishing.publisher.refresh(NOW.date()),
    "taking up": lambda parts: parts.publishing.publisher.take_up(["shipping/late-shipment.md"]),
    "settings": lambda parts: parts.publishing.live.keep(),
    "history": lambda parts: fresh_history(parts).head(),
    "intents": lambda parts: parts.publishing.saver.settle_bulk_changes(),
    "saving": lambda parts: saved(parts),
    "learning": lambda parts: learned(parts).write([("SHP-014", "wismo", 3)]),
    "delivering": lambda parts: parts.delivery.courier.deliver(lambda: NOW),
}


def fresh_history(parts: Parts) -> Repository:
    return Repository(parts.settings.content, parts.settings.var / "history.git")


def learned(parts: Parts) -> LearnedFile:
    return LearnedFile(parts.settings.var / "learned.arrays")


def saved(parts: Parts) -> None:
    raw = (parts.settings.content / "shipping/customs.md").read_bytes()
    new = raw.replace(b"zebra form", b"long form")
    edit = Edit("shipping/customs.md", raw, new, "", False, FOUND)
    parts.publishing.saver.save(edit, NOW)


# PostgreSQL is not in the home: intents are there while it is away.
OWN_FILE = {"intents": [databases.only_sqlite]}


@pytest.mark.parametrize(
    "verb", [pytest.param(verb, marks=OWN_FILE.get(verb, [])) for verb in WHILE_AWAY]
)
def test_a_home_that_is_away_is_told_and_not_made_anew(parts: Parts, verb: str) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    var = parts.settings.var
    file = parts.settings.content / "departments.yml"
    file.write_text(f"{file.read_text()}# another\n")
    var.rename(var.with_name("elsewhere"))
    with pytest.raises((OSError, NotSaved)):
        WHILE_AWAY[verb](parts)
    assert not var.exists()
    var.with_name("elsewhere").rename(var)
    WHILE_AWAY[verb](parts)
