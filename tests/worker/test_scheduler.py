"""Jobs of the background worker: each at its pace, and none stopped by another."""

from __future__ import annotations

from datetime import datetime

from kb.worker.scheduler import Duty, Job, Scheduler


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


def test_what_nobody_foresaw_costs_that_job_alone_and_is_told() -> None:
    told: dict[str, str] = {}
    done: list[datetime] = []

    def fail(_now: datetime) -> None:
        raise ValueError("a row that cannot be read")

    jobs = (Job("failing", 0.0, fail), Job("fine", 0.0, done.append))
    Scheduler(jobs, told.__setitem__).run_due()
    assert len(done) == 1
    assert told == {"failing": "ValueError: a row that cannot be read", "fine": ""}


def test_what_fails_again_rests_longer_until_it_is_well() -> None:
    duty = Duty("failing")
    pauses = []
    for _ in range(12):
        duty.done(lambda: [][0])
        pauses.append(duty.pause(2.0))
    assert pauses == [2, 4, 8, 16, 32, *[60] * 7]
    assert duty.pause(300.0) == 300.0
    assert duty.done(lambda: None)
    assert duty.pause(2.0) == 2.0
