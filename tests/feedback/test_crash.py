"""A vote that was acknowledged is there after kill -9, with its item, once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from kb.app import build
from kb.database import item_events, items, notices, reading, votes
from kb.feedback.model import Route
from kb.parts import Parts
from kb.procedures.model import Department, Procedure
from tests.conftest import NOW
from tests.databases import load
from tests.effort import kills
from tests.publishing.saved import forked, told
from tests.reliability import Figures

KILLS = kills(3)


def keeps_voting(parts: Parts, tell: Callable[[str], None]) -> None:
    voter = parts.people.directory.by_email("rep@kb.example").id
    lead = parts.people.directory.by_email("reviewer@kb.example").id
    route = Route(Department("shipping", "Shipping"), (lead,), frozenset({lead}))
    tell("ready")
    for number in count():
        name = f"P-{os.getpid()}-{number}"
        read = Procedure(name, "Title", f"{name}.md", "0" * 12, "shipping")
        parts.feedback.inbox.votes.cast(voter, read, False, NOW, route, None, "wrong")
        tell(name)


def test_every_acknowledged_vote_survives_a_kill(
    parts: Parts, home: Path, figures: Figures
) -> None:
    chance = random.Random("voting")
    parts.let_go()
    promised: list[str] = []
    for _ in range(KILLS):
        child, pipe = forked(home, keeps_voting)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * 0.3)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        promised += [line for line in lines if line != "ready"]
    after = build(load({}, home))
    assert all(after.feedback.inbox.votes.tally(name).no == 1 for name in promised)
    with reading(after.engine) as connection:

        def rows(table: object) -> int:
            return connection.scalar(select(func.count()).select_from(table)) or 0

        # The item, its beginning and its notice are written with the vote or not at all.
        there = rows(votes)
        assert len(promised) <= there <= len(promised) + KILLS
        assert (rows(items), rows(item_events), rows(notices)) == (there, there, there)
    after.insight.log.close()
    after.let_go()
    assert promised
    figures(kills=KILLS, votes=len(promised), lost=0)
