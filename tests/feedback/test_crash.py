"""A vote that was acknowledged is there after kill -9."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

from sqlalchemy import Engine

from kb.database import connect
from kb.feedback.sql.inbox import Inbox
from tests.feedback.conftest import ANA, DANA

VOTER = """
import sys
from datetime import UTC, datetime
from kb.database import connect
from kb.feedback.sql.inbox import Inbox
from kb.feedback.model import Route
from kb.procedures.model import Department, Procedure

inbox = Inbox(connect(sys.argv[1]))
route = Route(Department("shipping", "Shipping"), (3,), frozenset({3}))
for number in range(1_000_000):
    read = Procedure(f"P-{number}", "Title", f"{number}.md", "0" * 12, "shipping")
    inbox.votes.cast(1, read, False, datetime.now(UTC), route, None, "wrong")
    print(number, flush=True)
"""


def test_every_acknowledged_vote_survives_a_kill(engine: Engine, now: datetime):
    url = engine.url.render_as_string(hide_password=False)
    voter = subprocess.Popen([sys.executable, "-c", VOTER, url], stdout=subprocess.PIPE, text=True)
    assert voter.stdout is not None
    acknowledged = [int(voter.stdout.readline()) for _ in range(25)]
    voter.kill()
    acknowledged += [int(line) for line in voter.stdout.read().split("\n") if line]
    voter.stdout.close()
    voter.wait()

    after = connect(url)
    inbox = Inbox(after)
    assert all(inbox.votes.tally(f"P-{number}").no == 1 for number in acknowledged)
    # The item is written with the vote or not at all.
    open_items = inbox.lists.counts(DANA.departments, now + timedelta(days=900)).open
    assert open_items == inbox.questions(ANA.id, 1, 1).total
    assert len(acknowledged) <= open_items <= len(acknowledged) + 1
    after.dispose()
