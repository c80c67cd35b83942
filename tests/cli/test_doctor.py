"""`kb doctor`: it says what is wrong and what to do, mends what it may, and leaves the rest."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from kb.app import build
from kb.cli import kb
from kb.condition import git_locks
from kb.condition import home as of_home
from kb.database import newest_migration
from kb.parts import Parts
from kb.settings import Settings
from tests import databases

pytestmark = databases.only_sqlite
Run = Callable[..., Result]


@pytest.fixture
def run(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Run:
    home = parts.settings.home
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_HOME", str(home))
    home.chmod(0o750)

    def typed(*words: str) -> Result:
        return CliRunner().invoke(kb, ["doctor", *words], obj=lambda: build(parts.settings))

    return typed


def told(result: Result, part: str) -> list[str]:
    return [one["told"] for one in json.loads(result.output)["concerns"] if one["part"] == part]


def damage(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    file.write_bytes(raw)


def test_a_home_as_it_should_be_is_well(run: Run) -> None:
    said = run()
    assert said.exit_code == 0, said.output
    for words in ("Procedures: 3", "Database: SQLite 3.", "Web workers: none has told of itself"):
        assert words in said.output
    for name in ("rights", "schema", "whole index", "unfinished merge", "worker"):
        assert name in said.output


def test_it_says_what_to_do_and_changes_nothing_unless_it_is_told_to(
    run: Run, parts: Parts
) -> None:
    (one,) = (parts.settings.search_index / "sets").iterdir()
    damage(one)
    before = one.read_bytes()
    said = run()
    assert said.exit_code == 2
    assert "index: The index cannot be used" in said.output
    assert "kb doctor --fix" in said.output
    assert one.read_bytes() == before
    mended = run("--fix")
    assert (mended.exit_code, "built anew: 3 procedures" in mended.output) == (0, True)
    assert run().exit_code == 0


def test_an_index_that_is_not_there_is_built(run: Run, parts: Parts) -> None:
    parts.search.index.current.unlink()
    assert run("--json").exit_code == 2
    mended = json.loads(run("--fix", "--json").output)
    assert (mended["code"], mended["fixed"]) == (0, ["the index was built anew: 3 procedures"])


def test_what_others_may_use_is_taken_from_them(run: Run, parts: Parts) -> None:
    key = parts.settings.var / "log_key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    assert run().exit_code == 0  # nobody gets as far as there
    key.chmod(0o644)
    parts.settings.var.chmod(0o711)
    parts.settings.home.chmod(0o777)
    said = run("--json", "--fix")
    assert json.loads(said.output)["fixed"] == [
        f"{parts.settings.var} is its owner's alone now",
        f"{key} is its owner's alone now",
        f"{parts.settings.home} is no longer everybody's to write",
    ]
    assert (said.exit_code, key.stat().st_mode & 0o777) == (0, 0o600)
    assert parts.settings.home.stat().st_mode & 0o777 == 0o775


def test_a_damaged_key_is_told_and_left_alone(run: Run, parts: Parts) -> None:
    key = parts.settings.var / "secret_key"
    key.write_text("short")
    said = run("--fix")
    assert said.exit_code == 2
    assert "put it back from a backup, or delete it: then everybody signs in again" in said.output
    assert key.read_text() == "short"


@pytest.mark.parametrize(("number", "remedy"), [("0001", "Make a backup"), ("9999", "Install")])
def test_a_database_of_another_kb_is_not_touched(
    run: Run, parts: Parts, number: str, remedy: str
) -> None:
    parts.let_go()
    with sqlite3.connect(parts.settings.var / "kb.sqlite3") as base:
        base.execute("UPDATE alembic_version SET version_num = ?", (number,))
    base.close()
    said = run("--fix")
    assert said.exit_code == 2
    assert f"at migration {number}, this kb at {newest_migration()}" in said.output
    assert remedy in said.output
    with sqlite3.connect(parts.settings.var / "kb.sqlite3") as base:
        assert base.execute("SELECT version_num FROM alembic_version").fetchall() == [(number,)]
    base.close()


def test_a_database_that_is_none_is_told_in_words(run: Run, parts: Parts) -> None:
    parts.let_go()
    for name in ("kb.sqlite3", "kb.sqlite3-wal", "kb.sqlite3-shm"):
        (parts.settings.var / name).unlink(missing_ok=True)
    (parts.settings.var / "kb.sqlite3").write_text("not a database, whatever its name says\n" * 40)
    said = run("--fix")
    assert (said.exit_code, "it is damaged" in said.output) == (2, True)


def test_a_lock_that_a_killed_git_left_is_told(run: Run, parts: Parts) -> None:
    old, fresh = (parts.settings.var / "history.git" / name for name in ("a.lock", "b.lock"))
    for lock in (old, fresh):
        lock.touch()
    os.utime(old, (time.time() - 3000, time.time() - 3000))
    (words,) = told(run("--json"), "locks")
    assert words.startswith(f"{old} is from 50 minutes ago")


def test_a_lock_goes_where_no_git_command_runs_and_it_is_old(tmp_path: Path) -> None:
    lock, processes = tmp_path / "index.lock", tmp_path / "processes"
    for number, name in (("12", "bash"), ("13", "git")):
        (processes / number).mkdir(parents=True)
        (processes / number / "comm").write_text(f"{name}\n")
    lock.touch()
    os.utime(lock, (time.time() - 3000, time.time() - 3000))
    assert not git_locks.remove(lock, processes)
    assert not git_locks.remove(lock, tmp_path / "a system that does not tell")
    (processes / "13" / "comm").write_text("vim\n")
    assert git_locks.remove(lock, processes)
    lock.touch()
    assert not git_locks.remove(lock, processes)
    assert lock.exists()


def test_a_merge_that_nobody_finished_is_told(run: Run, parts: Parts) -> None:
    repository = parts.settings.content / ".git"
    subprocess.run(["git", "init", "-q", parts.settings.content], check=True)
    (repository / "MERGE_HEAD").write_text(f"{'0' * 40}\n")
    assert "merge in content/ is not finished" in told(run("--json"), "merge")[0]


def test_a_clock_that_was_set_back_is_told(run: Run, parts: Parts) -> None:
    file = parts.settings.var / "log_key"
    file.write_text("k" * 64)
    file.chmod(0o600)
    os.utime(file, (time.time() + 7200, time.time() + 7200))
    said = run("--json")
    assert (said.exit_code, told(said, "clock")[0][:26]) == (1, "The clock stands 2.0 hours")


def test_a_large_log_of_writes_is_folded_in(
    run: Run, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = sqlite3.connect(parts.settings.var / "kb.sqlite3")  # it stays open: so does the log
    base.execute("PRAGMA wal_autocheckpoint=0")
    with base:
        base.execute("CREATE TABLE much AS SELECT randomblob(90000) AS much")
    monkeypatch.setattr(of_home, "LARGEST_WAL", 80_000)
    assert "the database's log of writes was folded in" in run("--fix", "--json").output
    assert (parts.settings.var / "kb.sqlite3-wal").stat().st_size == 0
    base.close()


@pytest.mark.parametrize(
    ("free", "total", "low"),
    [
        (900_000_000, 500_000_000_000, True),
        (900_000_000, 4_000_000_000, False),
        (9**10, 9**11, False),
    ],
)
def test_little_room_is_told_of_large_disks_and_small_ones(
    free: int, total: int, low: bool
) -> None:
    assert of_home.is_low(free, total) is low


def test_an_unsafe_setting_that_is_allowed_is_a_note(run: Run, parts: Parts) -> None:
    settings: Settings = replace(parts.settings, host="0.0.0.0")
    (concern,) = of_home.unsafe_settings(settings)
    assert (concern.weight.name, "kb serve refuses it" in concern.remedy) == ("UNREADY", True)
    (concern,) = of_home.unsafe_settings(replace(settings, allow="http"))
    assert (concern.weight.name, "allowed by KB_ALLOW" in concern.remedy) == ("NOTE", True)
