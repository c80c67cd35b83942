"""Backups by themselves: when, how many are kept, and who hears of trouble, once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.backup.folder import Folder
from kb.backup.schedule import Backups, _Progress
from kb.condition.checks import concerns
from kb.jobs import scheduler_of
from kb.parts import Parts
from tests import databases
from tests.conftest import NOW
from tests.publishing.saved import forked, told

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def backups(parts: Parts, folder: Path) -> Backups:
    """One a day, of which two are kept."""
    return replace(parts.backups, folder=Folder(folder), most=2)


def made_by(backups: Backups) -> int:
    return len(backups.kept())


def letters(parts: Parts) -> list[str]:
    ada = parts.people.directory.by_email("admin@kb.example")
    assert ada is not None
    return [one.text for one in parts.notices.received.of(ada.id, 1, 50).notices]


def test_one_a_day_and_the_newest_are_kept(backups: Backups, folder: Path) -> None:
    (folder / "holiday.tar.gz").write_text("not mine")
    for day in range(4):
        now = NOW + timedelta(days=day)
        assert backups.wanted(now)
        backups.keep_up(now)
        assert not backups.wanted(now + 23 * HOUR)
    assert [one.at for one in backups.kept()] == [NOW + timedelta(days=3), NOW + timedelta(days=2)]
    assert (folder / "holiday.tar.gz").read_text() == "not mine"
    assert backups.trouble(now) == ""


def test_after_a_clock_that_was_years_ahead_they_are_made_and_kept(
    backups: Backups, folder: Path
) -> None:
    for day in (4000, 4001):
        backups.keep_up(NOW + timedelta(days=day))
    for day in (0, 1):
        now = NOW + timedelta(days=day)
        assert backups.wanted(now)
        backups.keep_up(now)
        assert not backups.wanted(now + HOUR)
    assert [one.at for one in backups.kept()] == [NOW + timedelta(days=1), NOW]


def test_without_a_folder_none_is_made_and_none_is_missed(parts: Parts) -> None:
    assert not parts.backups.wanted(NOW)
    parts.backups.keep_up(NOW)
    assert parts.backups.trouble(NOW + timedelta(days=99)) == ""


def test_with_no_hours_only_those_that_are_asked_for(backups: Backups) -> None:
    backups = replace(backups, every=timedelta(0))
    assert not backups.wanted(NOW)
    assert not backups.trouble(NOW + timedelta(days=99))
    backups.ask()
    assert backups.wanted(NOW)
    backups.keep_up(NOW)
    assert made_by(backups) == 1
    assert not backups.wanted(NOW)


def test_where_one_is_there_already_the_next_comes_in_time(backups: Backups, parts: Parts) -> None:
    backups.keep_up(NOW)
    backups.journal._file.unlink()  # a restored home, say
    assert backups.wanted(NOW + HOUR)
    backups.keep_up(NOW + HOUR)
    assert made_by(backups) == 1
    assert not backups.wanted(NOW + HOUR)
    assert backups.wanted(NOW + 24 * HOUR)


def test_one_that_fails_is_told_once_a_day_and_tried_again(
    backups: Backups, parts: Parts, folder: Path
) -> None:
    folder.rmdir()
    backups.keep_up(NOW)
    why = f"The last backup failed: there is no folder {folder}"
    assert backups.trouble(NOW).startswith(why)
    for minutes in range(3):
        backups.tell(NOW + timedelta(minutes=minutes))
    assert len(letters(parts)) == 1
    assert letters(parts)[0].startswith(why)
    assert not backups.wanted(NOW + HOUR / 2)
    folder.mkdir()
    assert backups.wanted(NOW + HOUR)
    backups.keep_up(NOW + HOUR)
    assert backups.trouble(NOW + HOUR) == ""
    backups.tell(NOW + HOUR)
    assert len(letters(parts)) == 1


def test_one_that_is_missing_for_long_is_told(backups: Backups, parts: Parts) -> None:
    backups.keep_up(NOW)
    assert backups.trouble(NOW + 35 * HOUR) == ""
    assert "no new backup, though one is due every day" in backups.trouble(NOW + 37 * HOUR)
    backups.tell(NOW + 37 * HOUR)
    assert "no new backup" in letters(parts)[0]


def test_older_ones_stay_where_a_new_one_fails(backups: Backups, folder: Path) -> None:
    for day in range(2):
        backups.keep_up(NOW + timedelta(days=day))
    (backups.making.settings.content).rename(backups.making.settings.home / "away")
    for day in range(2, 6):
        backups.keep_up(NOW + timedelta(days=day))
    assert made_by(backups) == 2
    assert "content folder is not there" in backups.trouble(NOW)


def dies_at_it(folder: Path) -> Callable[[Parts, Callable[[str], None]], None]:
    def work(parts: Parts, tell: Callable[[str], None]) -> None:
        def report(self: object, doing: str, done: int, total: int) -> None:
            tell("begun")
            os.kill(os.getpid(), signal.SIGKILL)

        _Progress.__call__ = report
        replace(parts.backups, folder=Folder(folder)).keep_up(NOW)

    return work


def test_one_that_was_killed_is_told_and_made_later(
    backups: Backups, parts: Parts, folder: Path, home: Path
) -> None:
    parts.let_go()
    child, pipe = forked(home, dies_at_it(folder))
    assert told(pipe) == ["begun"]
    os.waitpid(child, 0)
    assert "kb was ended while it was made" in backups.trouble(NOW)
    assert not backups.wanted(NOW + HOUR / 2)
    backups.keep_up(NOW + HOUR)
    assert backups.trouble(NOW + HOUR) == ""
    assert made_by(backups) == 1
    assert len(list(folder.iterdir())) == 1


def test_trouble_is_a_concern_for_administrators_and_in_the_health(
    parts: Parts, backups: Backups, folder: Path
) -> None:
    folder.rmdir()
    backups.keep_up(NOW)
    found = [one for one in concerns(replace(parts, backups=backups)) if one.part == "backup"]
    assert len(found) == 1
    assert not found[0].stops


def test_the_worker_makes_them(parts: Parts, backups: Backups) -> None:
    scheduler = scheduler_of(replace(parts, backups=backups))
    (job,) = [job for job in scheduler.of if job.name == "backup"]
    job.run(NOW)
    until = time.monotonic() + 60
    while not backups.journal.read().last and time.monotonic() < until:
        time.sleep(0.02)
    assert made_by(backups) == 1
    job.run(NOW)
    assert not backups.at_work()
    assert made_by(backups) == 1


def test_a_damaged_journal_is_no_trouble(parts: Parts, backups: Backups, home: Path) -> None:
    backups.keep_up(NOW)
    (home / "var" / "backup.json").write_bytes(b"\xff{")
    assert backups.trouble(NOW) == ""
    backups.keep_up(NOW + HOUR)
    assert made_by(backups) == 1
    assert backups.journal.read().last == NOW


@databases.only_sqlite
def test_a_history_that_is_damaged_is_told(parts: Parts, backups: Backups, home: Path) -> None:
    objects = home / "var" / "history.git" / "objects"
    for one in [one for one in objects.rglob("*") if one.is_file()][:3]:
        one.unlink()
    backups.keep_up(NOW)
    assert made_by(backups) == 1
    assert "var/history.git is not whole" in backups.trouble(NOW)
