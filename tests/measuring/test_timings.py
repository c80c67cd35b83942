"""How long things took: counted by all processes, kept through kills and restarts."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.measuring.timings import HOURS, TimeSpread, Timings, forget, processes, spread

NOON = 1_800_000_000.0  # seconds since 1970
HOUR = 3600.0


def forked(run: Callable[[], object]) -> int:
    """In a process of its own; its exit code, below 0 for the signal that killed it."""
    pid = os.fork()
    if not pid:
        try:
            run()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_half_and_most_are_told_within_a_tenth(tmp_path: Path) -> None:
    timings = Timings(tmp_path, "web")
    for ms in range(1, 101):
        timings.note("page", ms, NOON)
    found = spread(tmp_path, "page", NOON)
    assert found.count == 100
    assert found.half == pytest.approx(50, rel=0.1)
    assert found.most == pytest.approx(95, rel=0.1)
    assert spread(tmp_path, "search", NOON) == TimeSpread(0, 0.0, 0.0)


@pytest.mark.parametrize(("ago", "counts"), [(0, 1), (23.9, 1), (26, 0), (HOURS, 0), (-2, 0)])
def test_a_day_is_counted_and_nothing_else(tmp_path: Path, ago: float, counts: int) -> None:
    Timings(tmp_path, "web").note("search", 7, NOON - ago * HOUR)
    assert spread(tmp_path, "search", NOON).count == counts


def test_a_slot_is_used_again_after_two_days(tmp_path: Path) -> None:
    timings = Timings(tmp_path, "web")
    timings.note("page", 9, NOON)
    timings.note("page", 9, NOON + HOURS * HOUR)
    assert spread(tmp_path, "page", NOON).count == 0
    assert spread(tmp_path, "page", NOON + HOURS * HOUR).count == 1


@pytest.mark.parametrize("ms", [0.0, 0.05, 1e9])
def test_what_takes_nothing_and_what_takes_for_ever_is_counted(tmp_path: Path, ms: float) -> None:
    Timings(tmp_path, "web").note("page", ms, NOON)
    assert spread(tmp_path, "page", NOON).count == 1


def test_what_a_killed_process_counted_stays_and_it_is_not_said_to_live(tmp_path: Path) -> None:
    timings = Timings(tmp_path, "web")
    timings.note("page", 3, NOON)

    def counts() -> None:
        for _ in range(5):
            timings.note("page", 3, NOON)
        os.kill(os.getpid(), signal.SIGKILL)

    assert forked(counts) == -signal.SIGKILL
    assert spread(tmp_path, "page", NOON).count == 6
    assert [(one.id, one.role) for one in processes(tmp_path)] == [(os.getpid(), "web")]


def test_files_of_the_dead_go_when_nothing_in_them_counts(tmp_path: Path) -> None:
    mine = Timings(tmp_path, "web")
    mine.begin()
    assert forked(Timings(tmp_path, "worker").begin) == 0
    (tmp_path / "torn.hours").write_bytes(b"kb")
    forget(tmp_path, time.time())
    assert len(list(tmp_path.iterdir())) == 3
    forget(tmp_path, time.time() + (HOURS + 1) * HOUR)
    assert len(list(tmp_path.iterdir())) == 1
    assert processes(tmp_path)


def test_no_room_for_a_file_hinders_nobody(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("a file")
    timings = Timings(tmp_path / "there", "web")
    timings.begin()
    timings.note("page", 3)
    assert processes(tmp_path / "there") == []
