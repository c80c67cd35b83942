"""Who gets procedures is told once, whenever a kill comes."""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb.app import build
from kb.jobs import scheduler_of
from kb.parts import Parts
from kb.procedures.model import Departments
from kb.publishing.saver import Saver
from kb.publishing.sql.batch_ledger import Ledger
from kb.reviews.handing_over import HandingOver
from kb.reviews.reviewing import HandOver, Reviewing
from tests.approval.test_kill import closed, killed
from tests.conftest import NOW
from tests.databases import load
from tests.reviews.test_departures import person, told

HANDED = "Ada Admin handed you Complaint: Late Shipment"


class DiesBeforeTelling(HandingOver):
    """The process is killed when the commit stands and nobody is told."""

    def tell(self, commit: str, now: datetime) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class DiesBeforeTheEntry(Ledger):
    """The process is killed when the commit stands and the ledger does not say so yet."""

    def end(self, bulk_id: int, commit: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def dying(parts: Parts, before: str) -> Reviewing:
    """What hands over in a process that will not live through it."""

    def departments() -> Departments:
        return parts.publishing.publisher.departments()

    ledger = parts.publishing.ledger if before == "telling" else DiesBeforeTheEntry(parts.engine)
    saver = Saver(parts.publishing.saver._desk, ledger)
    handing = DiesBeforeTelling(
        saver,
        ledger,
        parts.notices.reminders,
        parts.people.receivers,
        departments,
        lambda _: b"",
    )
    return Reviewing(saver, parts.catalogue, parts.storage.library, handing, departments)


def kept_up(parts: Parts, times: int = 1) -> None:
    (job,) = [one for one in scheduler_of(parts).of if one.name == "handing over"]
    for nth in range(times):
        job.run(NOW + timedelta(minutes=1 + nth))


def news(parts: Parts) -> list[tuple[str, str]]:
    return [each[:2] for each in told(parts)]


@pytest.mark.parametrize("before", ["telling", "entry"])
def test_a_kill_right_behind_the_commit_loses_no_notice_and_doubles_none(
    parts: Parts, home: Path, before: str
) -> None:
    parts.people.directory.add(
        "nia@kb.example", "Nia", "correct horse", editor_of=["shipping"], now=NOW
    )
    change = HandOver("nia@kb.example")
    parts.let_go()

    def hand_over(own: Parts) -> None:
        to = [person(own, "nia")]
        admin = person(own, "admin")
        dying(own, before).hand_over(["SHP-014"], change, to, admin, NOW)

    killed(home, hand_over)
    after = build(load({}, home))
    assert news(after) == []
    kept_up(after, 2)
    assert news(after) == [("nia", HANDED)]
    closed(after)


def test_at_once_by_who_lives_and_by_the_worker_no_second_time(parts: Parts) -> None:
    parts.people.directory.add(
        "nia@kb.example", "Nia", "correct horse", editor_of=["shipping"], now=NOW
    )
    to, admin = [person(parts, "nia")], person(parts, "admin")
    done = parts.reviews.reviewing.hand_over(
        ["SHP-014"], HandOver(None, "nia@kb.example"), to, admin, NOW
    )
    assert news(parts) == [("nia", HANDED)]  # the owner stays, and hears nothing
    kept_up(parts, 2)
    parts.publishing.undoing.undo(done.commit, admin, NOW)
    kept_up(parts)
    assert news(parts) == [("nia", HANDED)]


def test_who_hands_it_to_themselves_and_who_left_are_told_nothing(parts: Parts) -> None:
    nia = parts.people.directory.add(
        "nia@kb.example", "Nia", "correct horse", editor_of=["shipping"], now=NOW
    )
    parts.reviews.reviewing.hand_over(["SHP-014"], HandOver("nia@kb.example"), [nia], nia, NOW)
    kept_up(parts)
    assert news(parts) == []
