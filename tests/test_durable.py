"""One at a time, and whole files only."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kb import durable


def test_a_lock_is_one_holder_s_until_it_lets_go(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with durable.alone(lock) as mine:
        assert mine
        with durable.alone(lock, wait=0) as theirs:
            assert not theirs
        with durable.alone(lock, wait=0.03) as theirs:
            assert not theirs
    with durable.alone(lock, wait=0) as theirs:
        assert theirs


def test_the_lock_of_a_process_that_died_is_free(tmp_path: Path) -> None:
    dies = "import os, pathlib, sys; from kb import durable\n"
    dies += "with durable.alone(pathlib.Path(sys.argv[1])): os._exit(7)"
    died = subprocess.run([sys.executable, "-c", dies, str(tmp_path / "lock")], check=False)
    assert died.returncode == 7
    with durable.alone(tmp_path / "lock", wait=0) as mine:
        assert mine


def test_a_file_is_replaced_whole_whatever_a_kill_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "CURRENT"
    (tmp_path / "CURRENT.new").write_bytes(b"half of wh")
    durable.replace(file, b"one")
    durable.replace(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_is_written_over_nothing(tmp_path: Path) -> None:
    file = tmp_path / "page"
    durable.write_new(file, b"mine")
    with pytest.raises(FileExistsError):
        durable.write_new(file, b"theirs")
    assert file.read_bytes() == b"mine"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666])
def test_a_mode_is_what_was_asked_for_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    durable.write_new(tmp_path / "file", b"", mode)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
