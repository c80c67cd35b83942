"""kb backup, kb verify and kb restore: what they say, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.app import build
from kb.cli import kb
from kb.parts import Parts
from tests import databases


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("KB_HOME", str(home))
    for name in ("KB_TEST_DATABASE_URL", "KB_TEST_ALL"):  # of the tests, not of kb
        monkeypatch.delenv(name, raising=False)
    for name, value in databases.environment_of(home).items():
        monkeypatch.setenv(name, value)
    opened: list[Parts] = []

    def parts() -> Parts:
        opened.append(build(databases.load({}, home)))
        return opened[-1]

    done = CliRunner().invoke(kb, words, obj=parts)
    for one in opened:
        one.insight.log.close()
        one.let_go()
    return done


def test_there_and_back(
    parts: Parts, home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    file = str(tmp_path_factory.mktemp("backups") / "one.tar.gz")
    made = run(home, monkeypatch, "backup", file, "--with-secrets")
    assert made.exit_code == 0, made.output
    assert "is whole: “Procedures” of " in made.output
    assert "with its secrets" in made.output
    assert "is whole" in run(home, monkeypatch, "verify", file).output
    again = run(home, monkeypatch, "backup", file)
    assert again.exit_code == 1
    assert "is there already: name another file." in again.output
    filled = run(home, monkeypatch, "restore", file)
    assert filled.exit_code == 1
    assert "is not empty" in filled.output
    assert "KB_HOME" in filled.output
    done = run(elsewhere, monkeypatch, "restore", file)
    assert done.exit_code == 0, done.output
    assert "is ready, with 3 procedures: kb serve" in done.output
    assert (elsewhere / "var" / "secret_key").read_text() == (
        home / "var" / "secret_key"
    ).read_text()
    once_more = run(elsewhere, monkeypatch, "restore", file)
    assert once_more.exit_code == 1
    databases.dropped(elsewhere)


def test_what_is_no_backup_is_of_no_use(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch
) -> None:
    home = tmp_path_factory.mktemp("empty")
    other = tmp_path_factory.mktemp("backups") / "letter.txt"
    other.write_text("Dear all,\n")
    checked = run(home, monkeypatch, "verify", str(other))
    assert checked.exit_code == 1
    assert "is of no use: it is no backup" in checked.output
    restored = run(home, monkeypatch, "restore", str(other))
    assert restored.exit_code == 1
    assert "cannot be restored: it is no backup" in restored.output
    assert not [one for one in home.rglob("*") if one.is_file() and one.suffix != ".lock"]
    databases.dropped(home)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch) -> None:
    for verb in ("verify", "restore"):
        gone = run(tmp_path, monkeypatch, verb, str(tmp_path / "gone.tar.gz"))
        assert gone.exit_code == 2
        assert "gone.tar.gz' does not exist" in gone.output.replace("\n", "")
    databases.dropped(tmp_path)
