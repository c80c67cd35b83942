"""Work in a process that may die costs the file that it was on, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb import bounded_process
from kb.bounded_process import BoundedProcess, Bounds, EndedBy, Unfinished


def work(asked: bytes, raw: bytes) -> bytes:
    """What the process of these tests does."""
    match asked:
        case b"sleep":
            time.sleep(60)
        case b"spin":
            while True:
                pass
        case b"eat":
            return raw * 10**9
        case b"raise":
            raise RecursionError("as deep documents do")
        case b"exit":
            os._exit(3)
        case b"write":
            Path("written").write_bytes(raw)
    return str(os.getpid()).encode()


@contextmanager
def begun(bounds: Bounds | None = None) -> Iterator[BoundedProcess]:
    process = BoundedProcess(work, bounds or Bounds())
    yield process
    process.end()


def ended_by(process: BoundedProcess, asked: bytes, raw: bytes = b"kiln") -> EndedBy:
    with pytest.raises(Unfinished) as told:
        process.do(asked, raw)
    return told.value.by


def test_whatever_kills_it_costs_one_file() -> None:
    with begun() as process:
        first = process.do(b"", b"first")
        assert process.do(b"", b"second") == first != str(os.getpid()).encode()
        for death in (b"raise", b"exit"):
            assert ended_by(process, death) is EndedBy.DEATH
        assert process.do(b"", b"third") != first


def test_what_takes_too_long_is_ended() -> None:
    with begun(Bounds(seconds=0.2)) as process:
        for endless in (b"sleep", b"spin"):
            assert ended_by(process, endless) is EndedBy.TIME
            assert process._process is None


def test_what_takes_too_much_memory_is_given_up_and_the_process_ends() -> None:
    with begun(Bounds(memory=60_000_000)) as process:
        assert ended_by(process, b"eat") is EndedBy.MEMORY
        assert process._process is None
        assert ended_by(process, b"", b"kiln" * 25_000_000) is EndedBy.DEATH


def test_it_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with begun() as process:
        assert ended_by(process, b"write") is EndedBy.DEATH
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) == 0


def test_it_is_begun_anew_after_many_files_and_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with begun() as process:
        monkeypatch.setattr(bounded_process, "MOST_FILES", 2)
        first = process.do(b"", b"")
        assert process.do(b"", b"") == first
        second = process.do(b"", b"")
        assert second != first
        monkeypatch.setattr(bounded_process, "_IDLE", 0.0)  # as if nobody had asked for long
        assert process.do(b"", b"") != second
