"""Jobs of the background worker: each at its pace, and none stopped by another."""

from __future__ import annotations

from datetime import datetime

from kb.worker.scheduler import Job, Scheduler


def test_each_is_done_at_once_and_then_at_its_own_pace() -> None:
    done: list[str] = []
    often = Job("often", 0.0, lambda _: done.append("often"))
    seldom = Job("seldom", 3600.0, lambda _: done.append("seldom"))
    scheduler = Scheduler((often, seldom))
    for _ in range(3):
        scheduler.run_due()
    assert done == ["often", "seldom", "often", "often"]


def test_one_that_fails_stops_no_other_and_is_tried_again() -> None:
    tried: list[datetime] = []

    def fail(now: datetime) -> None:
        tried.append(now)
        raise OSError("the disk is full")

    done: list[datetime] = []
    scheduler = Scheduler((Job("failing", 0.0, fail), Job("fine", 0.0, done.append)))
    scheduler.run_due()
    scheduler.run_due()
    assert (len(tried), len(done)) == (2, 2)
    assert tried[0].tzinfo is not None
