"""`python -m bench.inbox [ITEMS]`: inbox pages over many items of thirty departments.

Each page is asked of the whole app, by somebody of one department and by somebody of all thirty,
over 50 items and over many; the statements must be as many for both.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert

from kb.app import build, create_app
from kb.database import item_events, items, writing
from kb.feedback.model import OF_PROCEDURES, Outcome, State, folded
from kb.parts import Parts
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.settings import load

DEPARTMENTS = 30
PROCEDURES = 300
REPS = 50
ROUNDS = 20
PASSWORD = "bench bench bench"
NOW = datetime.now(UTC).replace(microsecond=0)
_WORDS = "parcel refund late order lost invoice return code scan carrier customer address".split()


@dataclass(frozen=True, slots=True)
class Figures:
    """What one page took: the slowest of twenty, the middle, the CPU, the statements."""

    p95: float  # ms
    p50: float  # ms
    cpu: float  # ms
    statements: int


def main() -> None:
    """Print a row a page, for few items and for many."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    few, many = measured(50), measured(most)
    print(f"| page | statements, 50 and {most:,} items | p50 / p95 ms | CPU ms |")
    print("| --- | --- | --- | --- |")
    for name, figures in many.items():
        counted = f"{few[name].statements}, {figures.statements}"
        took = f"{figures.p50:.1f} / {figures.p95:.1f}"
        print(f"| {name} | {counted} | {took} | {figures.cpu:.1f} |")


def measured(count: int) -> dict[str, Figures]:
    """All pages over that many items, by who looks and at what."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
        home = Path(name)
        _write_content(home / "content")
        parts = build(load({}, home))
        _add_people(Directory(parts.engine, Passwords(fast=True), parts.people.endings))
        parts.publishing.publisher.refresh(NOW.date())
        fill(parts.engine, count)
        app = create_app(parts)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        found = {
            f"{who}: {page}": _figures(client, address, parts.engine)
            for who, client in _people(app)
            for page, address in _pages(parts, count)
        }
        parts.insight.log.close()
        parts.let_go()
        return found


def fill(engine: Engine, count: int, departments: int = DEPARTMENTS) -> None:
    """That many items of two years, one in twelve still open, three events each."""
    dice = random.Random(7)
    rows = [_item(number, departments, dice) for number in range(1, count + 1)]
    with writing(engine, "feedback") as connection:
        for at in range(0, count, 5_000):
            batch = rows[at : at + 5_000]
            connection.execute(insert(items), batch)
            connection.execute(insert(item_events), [one for row in batch for one in _events(row)])
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("ANALYZE")


def _item(number: int, departments: int, dice: random.Random) -> dict[str, object]:
    is_open = dice.random() < 1 / 12
    made = NOW - timedelta(minutes=dice.randrange(60 * 24 * (10 if is_open else 730)))
    due = made + timedelta(days=2)
    state = dice.choice([State.NEW, State.SEEN, State.IN_WORK, State.WAITING])
    feedback = dice.random() < 0.8
    of = dice.randrange(PROCEDURES)
    answered = not is_open
    passage, query, comment = (" ".join(dice.choices(_WORDS, k=n)) for n in (20, 3, 25))
    return {
        "folded": folded(f"Case {of}", query, passage if feedback else "", comment),
        "id": number,
        "kind": "feedback" if feedback else "request",
        "about": dice.choice(["procedure", "section", "step"]) if feedback else "search",
        "department": f"d{dice.randrange(departments)}",
        "reporter_id": dice.randrange(1, REPS + 1),
        "procedure_id": f"P-{of}" if feedback else None,
        "procedure_title": f"Case {of}" if feedback else None,
        "version": "0" * 12 if feedback else None,
        "passage": passage if feedback else "",
        "reason": dice.choice(OF_PROCEDURES).value if feedback else "could not find it",
        "query": query,
        "comment": comment,
        "created_at": made,
        "changed_at": made,
        "due_at": due,
        "soon_at": due - timedelta(hours=12),
        "waiting_since": made if is_open and state is State.WAITING else None,
        "state": (state if is_open else State.ANSWERED).value,
        "outcome": dice.choice(list(Outcome)).value if answered else None,
        "reply": " ".join(dice.choices(_WORDS, k=25)) if answered else None,
        "answered_by": REPS + 1 if answered else None,
        "answered_at": made + timedelta(hours=5) if answered else None,
        "answers": int(answered),
        "assignee_id": REPS + 1 if answered or dice.random() < 0.3 else None,
        "answer_seen_at": made + timedelta(hours=6) if answered else None,
    }


def _events(row: dict[str, object]) -> Iterator[dict[str, object]]:
    shared = {"item_id": row["id"], "at": row["created_at"], "visible_to_reporter": True}
    reporter, answerer = {"by_id": row["reporter_id"]}, {"by_id": REPS + 1}
    yield {**shared, **reporter, "kind": "opened", "was": "", "became": "new", "words": ""}
    yield {**shared, **answerer, "kind": "seen", "was": "new", "became": "seen", "words": ""}
    if row["reply"]:
        ended = {"kind": "answered", "was": "seen", "became": row["outcome"]}
        yield {**shared, **answerer, **ended, "words": row["reply"]}


def _write_content(content: Path) -> None:
    content.mkdir(parents=True)
    listed = "".join(f"  - id: d{n}\n    name: Department {n}\n" for n in range(DEPARTMENTS))
    (content / "departments.yml").write_text(f"departments:\n{listed}")
    for number in range(PROCEDURES):
        folder = content / f"d{number % DEPARTMENTS}"
        folder.mkdir(exist_ok=True)
        head = f"---\nid: P-{number}\ntitle: Case {number}\n---\n"
        (folder / f"{number}.md").write_text(f"{head}\n## Steps\n\n1. Do {number}.\n")


def _add_people(directory: Directory) -> None:
    everything = [f"d{number}" for number in range(DEPARTMENTS)]
    for number in range(1, REPS + 1):
        directory.add(f"rep{number}@kb.example", f"Rep {number}", PASSWORD, now=NOW)
    directory.add("member@kb.example", "One", PASSWORD, editor_of=["d0"], now=NOW)
    directory.add("boss@kb.example", "All", PASSWORD, editor_of=everything, now=NOW)


def _people(app: Flask) -> Iterator[tuple[str, FlaskClient]]:
    for who, name in (("of one department", "member"), ("of all 30", "boss")):
        client = app.test_client()
        sent = {"email": f"{name}@kb.example", "password": PASSWORD}
        assert client.post("/sign-in", data=sent).status_code == 302
        yield who, client


def _pages(parts: Parts, count: int) -> list[tuple[str, str]]:
    mine = frozenset({"d0"})
    item = next(n for n in range(1, count + 1) if parts.feedback.inbox.get(n, mine) is not None)
    return [
        ("open", "/inbox?show=open"),
        ("overdue", "/inbox?show=open&due=overdue"),
        ("answered", "/inbox?show=answered&state=answered&sort=newest"),
        ("answered, tenth page", "/inbox?show=answered&state=answered&page=10"),
        ("words that most have", "/inbox?show=answered&text=parcel+invoice"),
        ("a word that none has", "/inbox?show=answered&text=zebra"),
        ("words in what is open", "/inbox?show=open&text=parcel+invoice"),
        ("a person", "/inbox?show=answered&person=rep+1"),
        ("one item", f"/inbox/{item}"),
    ]


def _figures(client: FlaskClient, address: str, engine: Engine) -> Figures:
    with _counted(engine) as sent:
        assert client.get(address).status_code == 200, address
    walls, before = [], time.process_time()
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        client.get(address)
        walls.append((time.perf_counter() - begun) * 1_000)
    cpu = (time.process_time() - before) * 1_000 / ROUNDS
    walls.sort()
    return Figures(walls[int(ROUNDS * 0.95) - 1], walls[ROUNDS // 2], cpu, len(sent))


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
