"""The worker's heartbeat: what it tells, and what its silence means."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from kb.worker.heartbeat import SILENT, STUCK, Beat, Heartbeat, beat_in


def test_it_tells_what_it_is_at_and_what_fails(tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    stop = threading.Event()
    heart = Heartbeat(file, deaths=(1.0,))
    heart.begin(stop)
    heart.doing("learning")
    heart.tell("sharing", "the disk is full")
    heart.tell("days", "for a moment")
    heart.tell("days", "")
    heart.ran("days", 0.25)
    heart.beat()
    stop.set()
    beat = beat_in(file)
    assert beat is not None
    assert (beat.doing, beat.failing) == ("learning", {"sharing": "the disk is full"})
    assert beat.deaths == (1.0,)
    assert beat.trouble(time.monotonic()) == ""


def test_silence_a_duty_without_end_and_many_deaths_are_trouble() -> None:
    now = 10_000.0
    assert Beat(now).trouble(now) == ""
    assert "not been heard of for 70 seconds" in Beat(now - SILENT - 10).trouble(now)
    stuck = Beat(now, "learning", now - STUCK - 60)
    assert stuck.stuck(now)
    assert stuck.trouble(now) == "has been at learning for 31 minutes"
    assert not Beat(now, "", now - STUCK - 60).stuck(now)
    dying = Beat(now, deaths=(now - 9, now - 5, now - 1))
    assert dying.trouble(now) == "dies again and again"
    assert dying.trouble(now + 20) == "dies again and again"
    assert Beat(now + 900, deaths=dying.deaths).trouble(now + 900) == ""


def test_what_cannot_be_read_is_no_beat(tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    assert beat_in(file) is None
    for raw in (b"", b"{", b"[]", b"{}", b'{"at": "x", "deaths": []}', b"\xff\xfe"):
        file.write_bytes(raw)
        assert beat_in(file) is None
    file.write_text(f'{{"at": {time.monotonic() + 99}, "deaths": []}}')
    assert beat_in(file) is None, "of the time before this machine was started"


def test_a_disk_that_is_full_stops_no_heart(tmp_path: Path) -> None:
    Heartbeat(tmp_path / "nowhere" / "worker.json").beat()
