"""Votes and requests under load, with workers killed meanwhile: each acknowledged one, once.

EFFORT=50 (`make load`) for 5,000 of them.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import func, select

from kb.app import build
from kb.database import inspect_file, item_events, items, notices, reading, votes
from kb.parts import Parts
from tests import databases
from tests.cli.test_serving import Site, serving, within
from tests.conftest import DEPARTMENTS, PASSWORD, with_fast_passwords
from tests.effort import examples
from tests.load.crowd import Client, Said
from tests.processes import children

pytestmark = pytest.mark.slow

CLIENTS = 8
ACTS = examples(100)
STEPS = "".join(f"{number}. Do the thing number {number}.\n" for number in range(1, 6))


@pytest.fixture
def parts(tmp_path: Path):
    """A site with enough procedures that nobody votes twice on the same, and eight reps."""
    content = tmp_path / "content"
    (content / "shipping").mkdir(parents=True)
    (content / "departments.yml").write_text(DEPARTMENTS)
    for number in range(ACTS // CLIENTS // 10 + 1):
        head = f'---\nid: P-{number}\ntitle: "Case {number}"\nowner: editor@kb.example\n---\n'
        (content / "shipping" / f"{number}.md").write_text(f"{head}\n## Steps\n\n{STEPS}")
    built = with_fast_passwords(
        build(databases.load({"KB_FEEDBACK_PER_HOUR": "1000000"}, tmp_path))
    )
    now = datetime.now(UTC)
    built.people.directory.add(
        "editor@kb.example", "Eddy Editor", PASSWORD, editor_of=["shipping"], now=now
    )
    for number in range(CLIENTS):
        built.people.directory.add(f"rep{number}@kb.example", f"Rep {number}", PASSWORD, now=now)
    built.publishing.publisher.refresh(now.date())
    yield built
    built.insight.log.close()
    built.let_go()


class Crowd:
    """Everybody says everything; now and then, a worker of the site is killed."""

    def __init__(self, parts: Parts, site: Site) -> None:
        self._parts = parts
        self._site = site
        self._lock = Lock()
        self._done = 0
        self.killed: list[int] = []

    def run(self) -> list[Client]:
        with ThreadPoolExecutor(CLIENTS) as people:
            return list(people.map(self._person, range(CLIENTS)))

    def _person(self, number: int) -> Client:
        client = Client(f"http://127.0.0.1:{self._site.port}", f"rep{number}@kb.example")
        for nth in range(ACTS // CLIENTS):
            client.say(self._act(number, nth))
            self._count()
        return client

    def _act(self, person: int, nth: int) -> Said:
        if nth % 2:
            asked = f"question {nth} of {person}"
            return Said("/requests", (("q", asked), ("department", "shipping")))
        name = f"P-{nth // 10}"
        card = self._parts.catalogue.get(name)
        assert card is not None
        version = ("version", card.procedure.version)
        step = nth % 10 // 2 + 1
        if step == 5:
            return Said(f"/procedures/{name}/votes", (version, ("helpful", "no")))
        passage = ("passage", f"steps~{step}")
        return Said(f"/procedures/{name}/feedback", (version, passage, ("said", "wrong")))

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if self._done in (ACTS // 3, 2 * ACTS // 3):
                worker = gunicorn_workers(self._site)[0]
                os.kill(worker, signal.SIGKILL)
                self.killed.append(worker)


def gunicorn_workers(site: Site) -> list[int]:
    """Process ids of those who answer requests."""
    return [
        pid
        for child in children(site.process.pid)
        if child not in site.workers()
        for pid in children(child)
    ]


def test_every_acknowledged_vote_and_request_is_there_once(parts: Parts, tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", KB_FEEDBACK_PER_HOUR="1000000") as site:
        assert within(60, lambda: len(gunicorn_workers(site)) == 2)
        crowd = Crowd(parts, site)
        clients = crowd.run()
        assert len(crowd.killed) == 2
        assert within(60, lambda: len(gunicorn_workers(site)) == 2)
        assert not set(crowd.killed) & set(gunicorn_workers(site))
    said = [one for client in clients for one in client.said]
    asked = [one for one in said if one.path == "/requests"]
    with reading(parts.engine) as connection:

        def count(*which: object) -> int:
            return connection.scalar(select(func.count()).where(*which)) or 0

        assert count(votes.c.helpful.is_(False)) == len(said) - len(asked)
        assert count(items.c.kind == "request") == len(asked)
        assert count(items.c.kind == "feedback") == len(said) - len(asked)
        # Each has its one beginning, and the owner or department was told of it once.
        assert count(item_events.c.kind == "opened") == len(said)
        assert count(notices.c.kind == "question") == len(said)
        twice = (
            select(items.c.query)
            .where(items.c.kind == "request")
            .group_by(items.c.reporter_id, items.c.query)
            .having(func.count() > 1)
        )
        assert connection.execute(twice).all() == []
    inspect_file(parts.engine)
