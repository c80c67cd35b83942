"""kill -9 between sending and marking: no letter is lost, none is sent twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

from kb.notices.kinds import Choice, Kind
from kb.parts import Parts
from tests.conftest import NOW
from tests.delivery.postoffice import RITA, Office, mailing, tell, words
from tests.effort import kills
from tests.publishing.saved import forked_with, told
from tests.reliability import Figures

KILLS = kills(6)
LETTERS = 12  # for each kill


def test_a_courier_killed_at_any_point_loses_no_letter_and_sends_none_twice(
    mailed_home: Path, office: Office, figures: Figures
) -> None:
    chance = random.Random("kill -9")
    first = patient(mailed_home, office)
    first.delivery.choices.save(RITA, Choice(paces=dict.fromkeys(Kind, "at once")), NOW)
    first.engine.dispose()
    unclear = 0
    for nth in range(KILLS):
        site = patient(mailed_home, office)
        for number in range(LETTERS):
            tell(site, RITA, "question", f"{nth}-{number}", title=f"Letter {nth}-{number}.")
        site.let_go()
        child, pipe = forked_with(lambda: patient(mailed_home, office), keeps_delivering)
        # Every other time between sending and marking: when a letter is taken, before its answer.
        fatal = len(office.taken) + chance.randint(1, LETTERS)
        office.on_taken = partial(_kill_at, office, fatal, child) if nth % 2 else None
        told(pipe, until="ready")
        while len(office.taken) < fatal and not office.on_taken:
            time.sleep(0.001)
        time.sleep(0 if nth % 2 else chance.random() * 0.02)
        if not nth % 2:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        office.on_taken = None
        os.close(pipe)
        # The server may still be reading what the dead one had sent.
        time.sleep(0.1)
        after = patient(mailed_home, office)
        after.delivery.courier.deliver(lambda: NOW)
        unclear = states_of(after)["unclear"]
        assert states_of(after)["sending"] == states_of(after)["handing over"] == 0
        assert_all_told_once(after, office, nth)
        after.engine.dispose()
    assert len(set(office.ids)) == len(office.ids) >= KILLS * LETTERS - unclear
    site = patient(mailed_home, office)
    site.delivery.courier.deliver(lambda: NOW + timedelta(days=1))
    assert states_of(site)["queued"] == 0
    assert unclear >= KILLS // 2
    figures(kills=KILLS, letters=len(office.ids), unclear=unclear, lost=0)
    site.let_go()


def _kill_at(office: Office, number: int, child: int) -> None:
    if len(office.taken) == number:
        os.kill(child, signal.SIGKILL)


def patient(home: Path, office: Office) -> Parts:
    return mailing(home, office.port, patience=30)


def keeps_delivering(parts: Parts, tell_parent) -> None:
    tell_parent("ready")
    parts.delivery.courier.deliver(lambda: NOW)
    time.sleep(5)


def states_of(parts: Parts) -> Counter[str]:
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT state, count(*) FROM deliveries GROUP BY state")
        return Counter(dict(map(tuple, rows)))


def assert_all_told_once(parts: Parts, office: Office, upto: int) -> None:
    """Each was taken once; an unclear one at most once, and then it waits for the summary."""
    singles = Counter(str(one["Subject"]) for one in office.taken)
    mentioned = " ".join(words(one) for one in office.taken if "notice-" not in one["Message-ID"])
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT n.title, d.state FROM deliveries d JOIN notices n ON n.id = d.notice_id "
            "WHERE NOT d.doubtful"
        ).all()
        doubts = connection.exec_driver_sql(
            "SELECT n.title FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.doubtful"
        ).scalars()
        waiting = set(doubts)
    assert len(rows) == (upto + 1) * LETTERS
    for title, state in rows:
        assert singles[title] <= 1, f"{title} was sent twice"
        if state == "unclear":
            assert title in waiting or title in mentioned
        else:
            assert (state, singles[title]) == ("sent", 1), title
