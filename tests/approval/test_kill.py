"""kill -9 between file and database: nothing lost, nothing twice, whichever came last."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.app import build
from kb.approval.approving import Approving
from kb.approval.sql.submissions import Submissions
from kb.approval.submission import SubmissionState, SubmissionStep
from kb.database import notices, reading
from kb.parts import Parts
from kb.procedures.model import Status
from kb.publishing.saver import Saver
from tests.approval.test_approving import (
    proposed,
    raw,
    status,
    steps,
    submitted,
    version,
    who,
)
from tests.conftest import NOW
from tests.databases import load
from tests.effort import kills
from tests.publishing.saved import forked, told
from tests.reliability import Figures

KILLS = kills(3)
AFTER = NOW + timedelta(minutes=5)
LATE = "shipping/late-shipment.md"


class DiesBeforeTheStep(Submissions):
    """The process is killed when the file is written and the step is not."""

    def finish(self, *_args, **_named) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return False


class DiesBeforeTheFile(Saver):
    """The process is killed when the decision is noted and the file is not written."""

    def change(self, *_args, **_named):
        os.kill(os.getpid(), signal.SIGKILL)

    def save(self, *_args, **_named):
        os.kill(os.getpid(), signal.SIGKILL)


def dying(parts: Parts, before: str) -> Approving:
    """What these parts decide with, in a process that will not live through it."""
    of = DiesBeforeTheStep if before == "step" else Submissions
    saver = (
        parts.publishing.saver
        if before == "step"
        else DiesBeforeTheFile(parts.publishing.saver._desk, parts.publishing.ledger)
    )
    return Approving(
        of(parts.engine),
        parts.approval.waiting,
        saver,
        parts.catalogue,
        parts.people.directory,
        parts.publishing.publisher.departments,
        parts.feedback.fixing.approved,
        four_eyes=False,
    )


def killed(home: Path, work: Callable[[Parts], None]) -> None:
    """Do it in a child, which must not live."""
    child, pipe = forked(home, lambda parts, tell: work(parts))
    assert told(pipe) == []
    os.close(pipe)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture(params=["file", "step"])
def before(request: pytest.FixtureRequest, parts: Parts) -> str:
    parts.let_go()
    return request.param


def caught_up(home: Path) -> Parts:
    """The worker after the crash, twice."""
    after = build(load({}, home))
    after.publishing.publisher.refresh(NOW.date())
    after.approval.keep_up(NOW + timedelta(seconds=5))  # it may still be at work, for all we know
    for _ in range(2):
        after.approval.keep_up(AFTER)
    return after


def notices_of(parts: Parts) -> Counter[tuple[int, str]]:
    with reading(parts.engine) as connection:
        return Counter((row.person_id, row.title) for row in connection.execute(select(notices)))


def closed(parts: Parts) -> None:
    parts.insight.log.close()
    parts.let_go()


def test_submitting(parts: Parts, home: Path, before: str) -> None:
    editor, shown = who(parts, "editor"), version(parts)
    parts.let_go()
    killed(home, lambda own: dying(own, before).submit("SHP-015", shown, editor, "Look", NOW))
    after = caught_up(home)
    assert status(after) is Status.IN_REVIEW
    assert steps(after) == [(SubmissionStep.SUBMITTED, "Eddy Editor")]
    assert list(notices_of(after).values()) == [1]
    closed(after)


@pytest.mark.parametrize("doing", ["approve", "send_back"])
def test_deciding(parts: Parts, home: Path, before: str, doing: str) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    parts.let_go()
    killed(home, lambda own: getattr(dying(own, before), doing)(waits, rena, "So", NOW))
    after = caught_up(home)
    ended = {"approve": Status.PUBLISHED, "send_back": Status.DRAFT}[doing]
    assert status(after) is ended
    taken = SubmissionStep.APPROVED if doing == "approve" else SubmissionStep.SENT_BACK
    assert steps(after) == [(SubmissionStep.SUBMITTED, "Eddy Editor"), (taken, "Rena Reviewer")]
    assert set(notices_of(after).values()) == {1}
    assert len(notices_of(after)) == 2
    closed(after)


def test_publishing_at_its_time(parts: Parts, home: Path, before: str) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    at = NOW + timedelta(minutes=1)
    parts.approval.approve_later(waits, rena, at, "", NOW)
    parts.let_go()
    killed(home, lambda own: dying(own, before).keep_up(at))
    after = caught_up(home)
    assert status(after) is Status.PUBLISHED
    assert [kind for kind, _ in steps(after)] == [
        SubmissionStep.SUBMITTED,
        SubmissionStep.LATER,
        SubmissionStep.PUBLISHED,
    ]
    assert set(notices_of(after).values()) == {1}
    closed(after)


def test_a_change(parts: Parts, home: Path, before: str) -> None:
    text = raw(parts, LATE).replace(b"5 days", b"6 days")
    waits, rena = proposed(parts, text), who(parts, "reviewer")
    parts.let_go()
    killed(home, lambda own: dying(own, before).approve(waits, rena, "", NOW))
    after = caught_up(home)
    assert raw(after, LATE) == text
    found = after.approval.waiting.get(waits.id)
    assert found is not None
    assert (found.state, found.intent) == (SubmissionState.APPROVED, None)
    assert [kind for kind, _ in steps(after, "SHP-014")] == [
        SubmissionStep.SUBMITTED,
        SubmissionStep.APPROVED,
    ]
    closed(after)


def keeps_deciding(parts: Parts, tell: Callable[[str], None]) -> None:
    """Submit and send back, over and over, and tell of what was promised."""
    editor, rena = who(parts, "editor"), who(parts, "reviewer")
    tell("ready")
    while True:
        id = parts.approval.submit("SHP-015", version(parts), editor, "Look", NOW)
        tell(f"{id} submitted")
        waits = parts.approval.waiting.get(id)
        assert waits is not None
        parts.approval.send_back(waits, rena, "Again", NOW)
        tell(f"{id} sent back")


def test_at_any_moment(parts: Parts, home: Path, figures: Figures) -> None:
    chance = random.Random("approving")
    parts.let_go()
    promised: list[str] = []
    for _ in range(KILLS):
        child, pipe = forked(home, keeps_deciding)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * 0.8)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        promised += [line for line in lines if line != "ready"]
        after = caught_up(home)
        taken = [
            (one.submission_id, one.kind.value) for one in after.approval.waiting.steps("SHP-015")
        ]
        assert len(taken) == len(set(taken))
        assert {f"{id} {kind}" for id, kind in taken} >= set(promised)
        open_ones = [
            one for one in after.approval.waiting.of_procedure("SHP-015") if one.state.open
        ]
        assert status(after) is (Status.IN_REVIEW if open_ones else Status.DRAFT)
        for line in open_ones:
            waits = after.approval.waiting.get(line.id)
            assert waits is not None
            after.approval.send_back(waits, who(after, "reviewer"), "Again", NOW)
        closed(after)
    figures(kills=KILLS, steps=len(promised), lost=0)
