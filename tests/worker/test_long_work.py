"""Work beside other work: never twice at once, and with rests."""

from __future__ import annotations

import time
from collections.abc import Callable

from kb.worker.long_work import LongJob
from kb.worker.scheduler import Scheduler
from tests.cli.test_serving import within
from tests.conftest import NOW


def begun_until(enough: Callable[[int], bool], *, rest: float, at_most: float) -> int:
    """How often it began to work, when there was enough or the seconds were over."""
    times = []

    def work() -> None:
        times.append(time.monotonic())
        time.sleep(0.01)

    long_job = LongJob("work", lambda: True, work, rest=rest)
    end = time.monotonic() + at_most
    while time.monotonic() < end and not enough(len(times)):
        long_job.begin(NOW)
        time.sleep(0.002)
    return len(times)


def test_it_begins_again_when_it_has_ended() -> None:
    assert begun_until(lambda times: times > 2, rest=0, at_most=30) == 3


def test_it_rests_in_proportion_to_what_the_work_took() -> None:
    assert begun_until(lambda times: times > 1, rest=10_000, at_most=0.3) == 1


def test_it_does_nothing_that_is_not_wanted() -> None:
    worked: list[int] = []
    LongJob("work", lambda: False, lambda: worked.append(1)).begin(NOW)
    assert worked == []


def test_what_fails_apart_stays_told_although_it_is_begun_anew() -> None:
    told: dict[str, str] = {}
    noted: list[str] = []

    def fails() -> None:
        raise OSError("the disk is full")

    work = LongJob(
        "slow", lambda: True, fails, tell=told.__setitem__, note=lambda n, _: noted.append(n)
    )
    scheduler = Scheduler(
        (work.job(0.0),), told.__setitem__, note=lambda name, _: noted.append(name)
    )
    scheduler.run_due()
    assert within(5, lambda: told and noted)
    for _ in range(3):
        scheduler.run_due()
    assert told == {"slow": "the disk is full"}
    assert set(noted) == {"slow"}
