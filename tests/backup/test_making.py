"""A backup made while people work has all of one moment, and there is a whole one or none."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from kb.app import build
from kb.backup.checking import verify
from kb.backup.making import NotMade
from kb.parts import Parts
from tests import databases
from tests.backup.conftest import Restore, left_out_of
from tests.conftest import NOW
from tests.effort import kills
from tests.publishing.conftest import LATE_PATH, edit, git, history, read
from tests.publishing.saved import forked, told
from tests.reliability import Figures
from tests.rights import of_an_ordinary_user

KILLS = kills(4)


def names(file: Path) -> set[str]:
    with tarfile.open(file) as tar:
        return set(tar.getnames())


def text_in(file: Path, name: str) -> str:
    with tarfile.open(file) as tar:
        found = tar.extractfile(name)
        assert found is not None
        return found.read().decode()


def test_a_backup_has_files_history_rows_and_settings(backup: Path) -> None:
    found = names(backup)
    assert {"content/departments.yml", f"content/{LATE_PATH}", "var/kb.sqlite3"} <= found
    assert {"var/history.git/HEAD", "var/history.git/refs", "kb.toml"} <= found
    assert backup.stat().st_mode & 0o077 == 0


def test_keys_and_passwords_are_in_it_only_where_they_are_asked_for(
    used: Parts, home: Path, tmp_path: Path
) -> None:
    (home / "kb.toml").write_text(
        'name = "Help desk"\nsmtp_host = "mail.example"\nsmtp_from = "kb@example.org"\n'
        'url = "https://kb.example"\nsmtp_user = "kb"\nsmtp_password = "open sesame"\n'
    )
    parts = build(databases.load({}, home))
    plain, full = tmp_path / "plain.tar.gz", tmp_path / "full.tar.gz"
    parts.backups.making.make(plain, NOW)
    parts.backups.making.make(full, NOW, secrets=True)
    keys = {"var/secret_key", "var/log_key"}
    assert not keys & names(plain)
    assert keys & names(full)
    assert "open sesame" not in text_in(plain, "kb.toml")
    assert 'smtp_password = "open sesame"' in text_in(full, "kb.toml")
    for file in (plain, full):
        elsewhere = tmp_path / file.stem
        elsewhere.mkdir()
        (elsewhere / "kb.toml").write_text(text_in(file, "kb.toml"))
        settings = databases.load_empty(elsewhere)
        assert (settings.name, settings.smtp_host) == ("Help desk", "mail.example")
    parts.let_go()


def test_a_file_that_is_there_is_not_written_over(used: Parts, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(NotMade, match="there already"):
        used.backups.making.make(backup, NOW)
    assert backup.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(used: Parts, tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="no folder"):
        used.backups.making.make(tmp_path / "nowhere" / "one.tar.gz", NOW)


def test_a_second_one_at_the_same_time_is_refused(used: Parts, tmp_path: Path) -> None:
    def again(*_: object) -> None:
        with pytest.raises(NotMade, match="another backup"):
            used.backups.making.make(tmp_path / "second.tar.gz", NOW)
        refused.append(True)
        raise InterruptedError

    refused: list[bool] = []
    with pytest.raises(InterruptedError), left_out_of(tmp_path):
        used.backups.making.make(tmp_path / "first.tar.gz", NOW, report=again)
    assert refused


def test_a_file_that_cannot_be_read_is_told_and_all_others_are_in_it(
    used: Parts, home: Path, tmp_path: Path
) -> None:
    (home / "content" / "shipping" / "customs.md").chmod(0)
    with of_an_ordinary_user():
        made = used.backups.making.make(tmp_path / "one.tar.gz", NOW)
    assert "shipping/customs.md cannot be read" in made.checked.faults[0]
    assert f"content/{LATE_PATH}" in names(made.file)


def test_a_history_that_is_damaged_is_told_and_the_rest_is_in_it(
    used: Parts, tmp_path: Path
) -> None:
    folder = history(used)
    tree = git(folder, "rev-parse", "main~1:shipping").strip()
    (folder / "objects" / tree[:2] / tree[2:]).unlink()
    made = used.backups.making.make(tmp_path / "one.tar.gz", NOW)
    assert "history.git is not whole" in made.checked.faults[0]
    assert f"content/{LATE_PATH}" in names(made.file)
    assert verify(made.file).faults == made.checked.faults


@databases.only_sqlite
def test_a_damaged_database_makes_no_backup(used: Parts, home: Path, tmp_path: Path) -> None:
    used.let_go()
    base = home / "var" / "kb.sqlite3"
    with sqlite3.connect(base) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'people'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    raw = bytearray(base.read_bytes())
    raw[(page - 1) * size : page * size] = b"\x07" * size
    base.write_bytes(raw)
    with left_out_of(tmp_path), pytest.raises(OSError, match="damaged"):
        used.backups.making.make(tmp_path / "one.tar.gz", NOW)


def keeps_writing(parts: Parts, stop: threading.Event, moments: list[int]) -> None:
    """Save one version after the other, and write to the database without a pause."""
    for number in count():
        if stop.is_set():
            return
        before = read(parts)
        text = before.rsplit(b"\nNumber ", 1)[0] + b"\nNumber %d\n" % number
        parts.publishing.saver.save(edit(LATE_PATH, before, text), NOW)
        parts.catalogue.set_state("number", str(number))
        moments.append(number)


def test_beside_people_who_save_all_the_time_it_is_of_one_moment(
    used: Parts, tmp_path: Path, restored: Restore
) -> None:
    stop, moments = threading.Event(), list[int]()
    writer = threading.Thread(target=keeps_writing, args=(used, stop, moments))
    writer.start()
    try:
        while not moments:
            time.sleep(0.01)
        made = used.backups.making.make(tmp_path / "one.tar.gz", NOW)
    finally:
        stop.set()
        writer.join()
    assert made.checked.faults == ()
    again = restored(made.file)
    saved = int(read(again).rsplit(b"Number ", 1)[1])
    noted = int(again.catalogue.state("number") or 0)
    assert noted in (saved, saved - 1)
    assert git(history(again), "show", f"main:{LATE_PATH}").encode() == read(again)


def backs_up(folder: Path) -> Callable[[Parts, Callable[[str], None]], None]:
    def work(parts: Parts, tell: Callable[[str], None]) -> None:
        parts.backups.making.make(folder / "warm.tar.gz", NOW)
        (folder / "warm.tar.gz").unlink()
        tell("ready")
        for number in count():
            parts.backups.making.make(folder / f"{number}.tar.gz", NOW)
            tell(f"made {number}")

    return work


def test_killed_at_any_moment_there_is_a_whole_file_or_none(
    used: Parts, home: Path, tmp_path_factory: pytest.TempPathFactory, figures: Figures
) -> None:
    made, folder = 0, tmp_path_factory.mktemp("killed")
    chance = random.Random("kill a backup")
    used.let_go()
    for _ in range(KILLS):
        child, pipe = forked(home, backs_up(folder))
        told(pipe, until="ready")
        time.sleep(chance.random() * 0.4)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        named = {f"{line[5:]}.tar.gz" for line in lines if line.startswith("made")}
        made += len(named)
        files = set(folder.glob("*.tar.gz"))
        assert named <= {file.name for file in files}
        for file in files:
            assert verify(file).faults == ()
            file.unlink()
    after = build(databases.load({}, home))
    after.backups.making.make(folder / "last.tar.gz", NOW)
    after.let_go()
    assert [one.name for one in folder.iterdir()] == ["last.tar.gz"]
    figures(kills=KILLS, backups=made, lost=0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def made_or_why(parts: Parts, file: Path) -> str:
    try:
        parts.backups.making.make(file, NOW)
    except OSError as error:
        return str(error)
    return ""


def test_on_a_full_disk_it_says_so_and_leaves_nothing(used: Parts, disk: Path) -> None:
    outcomes = []
    for left in (0, 1, 8, 64, 256, 512):
        filler, file = disk / "filler", disk / "one.tar.gz"
        with filler.open("wb") as filling:
            filling.write(b"x" * (shutil.disk_usage(disk).free - left * 4096))
        outcomes.append(made_or_why(used, file))
        if outcomes[-1]:
            assert [one.name for one in disk.iterdir()] == ["filler"]
        else:
            assert verify(file).faults == ()
            file.unlink()
        filler.unlink()
    refused = [why.casefold() for why in outcomes if why]
    assert len(refused) >= 3
    assert all("no space" in why or "is full" in why for why in refused)
