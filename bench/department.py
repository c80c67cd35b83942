"""`python -m bench.department`: the morning page over 10,000 procedures and three years of use.

Procedures, versions, votes, searches and feedback are written straight into the database: what
is measured reads nothing else. The page is asked for through the real application.
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
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert

from kb.app import build, create_app
from kb.database import (
    department_days,
    items,
    openings,
    procedures,
    searches,
    versions,
    votes,
    writing,
)
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.settings import load

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
YEARS = 3
_TIMES = 40  # that each lead looks
_LEADS = 3
_REPORTERS = 200
_PASSWORD = "a bench password"
_LOG_DAYS = 365  # as long as searches are kept by default
_WORDS = "parcel refund login code boots carrier invoice points tent voucher label order".split()


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much there is, and happens a day, over all departments."""

    procedures: int
    departments: int
    edits: int
    votes: int
    items: int
    searches: int

    @classmethod
    def of(cls, procedures: int, departments: int) -> Amounts:
        """In proportion to 10,000 procedures: 40 edits, 100 votes, 45 items, 3,000 searches."""
        part = procedures / 10_000
        edits, votes, items, searches = (max(1, round(n * part)) for n in (40, 100, 45, 3000))
        return cls(procedures, departments, edits, votes, items, searches)


def main() -> None:
    """Measure a small and a large base and print what was found."""
    for size, departments in ((100, 3), (int((sys.argv[1:] or ["10000"])[0]), 30)):
        with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
            _measure(Path(name), Amounts.of(size, departments))


def _measure(home: Path, amounts: Amounts) -> None:
    names = [f"dept-{nth:02}" for nth in range(amounts.departments)]
    listed = "".join(f"  - id: {name}\n    name: {name}\n" for name in names)
    (home / "content").mkdir()
    (home / "content" / "departments.yml").write_text(f"departments:\n{listed}")
    parts = build(load({}, home))
    people = Directory(parts.engine, Passwords(fast=True), parts.people.endings)
    for nth in range(_REPORTERS):
        people.add(f"rep{nth}@kb.example", "Rita Rep", _PASSWORD, now=NOW)
    for name in names[:_LEADS]:
        people.add(f"{name}@kb.example", "Lena Lead", _PASSWORD, editor_of=[name], now=NOW)
    began = time.monotonic()
    write_procedures(parts.engine, names, amounts, random.Random(7))
    owners = [(f"P-{nth:05}", names[nth % len(names)]) for nth in range(amounts.procedures)]
    write_use(parts.engine, owners, amounts, NOW, random.Random(11))
    took = time.monotonic() - began
    app = create_app(parts)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, KB_NOW=NOW)
    leads = [(_signed_in(app, name), f"/departments/{name}") for name in names[:_LEADS]]
    first = _asked(*leads[0])
    with counted(parts.engine) as sent:
        leads[0][0].get(leads[0][1])
    times = [_asked(*lead) for _ in range(_TIMES) for lead in leads]
    walls, cpus = sorted(one[0] for one in times), sorted(one[1] for one in times)
    print(
        f"{amounts.procedures:,} procedures, {amounts.departments} departments (made in {took:.0f}"
        f" s): morning page first {first[0]:.0f} ms, p50 {median(walls):.0f} ms, p95"
        f" {walls[int(0.95 * len(times))]:.0f} ms; CPU p50 {median(cpus):.0f} ms, p95"
        f" {cpus[int(0.95 * len(times))]:.0f} ms; {len(sent)} SQL statements"
    )
    began_noting = time.process_time()
    parts.departments.days.note(parts.publishing.publisher.departments(), NOW)
    print(f"  all departments written down for the day: {time.process_time() - began_noting:.2f} s")
    parts.insight.log.close()
    parts.let_go()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def write_procedures(
    engine: Engine, departments: list[str], amounts: Amounts, rng: random.Random
) -> None:
    """So many procedures, each reviewed at some time, some late, some drafts, some at fault."""
    today = NOW.date()
    rows = []
    for nth in range(amounts.procedures):
        every = rng.choice([90, 180, 180, 365])
        reviewed = today - timedelta(days=int(rng.triangular(0, 1.25 * every, 0.4 * every)))
        fault = _fault(f"p/{nth}.md") if rng.random() < 0.01 else None
        rows.append(
            {
                "path": f"p/{nth}.md",
                "id": f"P-{nth:05}",
                "wanted_id": f"P-{nth:05}",
                "named": True,
                "title": f"Topic {nth % 97}: what to do in case {nth}",
                "sort_title": f"topic {nth % 97}: what to do in case {nth:05}",
                "department": departments[nth % len(departments)],
                "status": "draft" if rng.random() < 0.04 else "published",
                "owner": f"{departments[nth % len(departments)]}@kb.example"
                if rng.random() < 0.3
                else "other@kb.example",
                "reviewed": reviewed,
                "review_every": every,
                "due": reviewed + timedelta(days=every),
                "keywords": [],
                "audience": [],
                "related": [],
                "finds": [],
                "links": [],
                "faults": [fault] if fault else [],
                "cross_faults": [],
                "faulty": fault is not None,
                "lines": {},
                "version": f"{nth:012x}",
                "fingerprint": f"{nth:064x}",
                "size": 2000,
                "modified_ns": "0",
            }
        )
    with writing(engine, "bench") as connection:
        connection.execute(insert(procedures), rows)
        _write_versions(connection, rows, amounts, rng)


def write_use(
    engine: Engine,
    owners: list[tuple[str, str]],
    amounts: Amounts,
    now: datetime,
    rng: random.Random,
) -> None:
    """Three years of votes, feedback and days, and a year of searches, of (id, department)s."""
    days = [now - timedelta(days=back) for back in range(YEARS * 365, -1, -1)]
    with writing(engine, "bench") as connection:
        _write_votes(connection, owners, amounts, days, rng)
        _write_items(connection, owners, amounts, days, now, rng)
        _write_searches(connection, owners, amounts, days[-_LOG_DAYS:], rng)
        _write_days(connection, owners, days, rng)


def _fault(path: str) -> dict[str, Any]:
    return {
        "path": path,
        "line": 3,
        "code": "dead-link",
        "message": 'the link "x.md" leads to no file',
        "remedy": "mend or remove it",
        "severity": "error",
    }


def _write_versions(
    connection: Any, rows: list[dict[str, Any]], amounts: Amounts, rng: random.Random
) -> None:
    """The first of each procedure three years ago or later, then the edits of each day."""
    start = NOW - timedelta(days=YEARS * 365)
    made, last = [], {}
    for nth, row in enumerate(rows, 1):
        made.append(_version(nth, nth, row, start + timedelta(minutes=nth)))
        last[nth] = nth
    for day in range(YEARS * 365):
        for _ in range(amounts.edits):
            line = rng.randint(1, len(rows))
            number = len(made) + 1
            made[last[line] - 1]["until"] = number
            at = start + timedelta(days=day, hours=rng.uniform(8, 18))
            made.append(_version(number, line, rows[line - 1], at))
            last[line] = number
    connection.execute(insert(versions), made)


def _version(number: int, line: int, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    named = ("path", "title", "sort_title", "department", "status", "named")
    return {
        **{name: row[name] for name in named},
        "id": number,
        "line": line,
        "procedure_id": row["id"],
        "commit": f"{number:040x}",
        "blob": f"{number:040x}",
        "version": f"{number:012x}",
        "author_name": "Lena Lead",
        "author_email": "lead@kb.example",
        "at": at,
        "note": "Edited",
        "kind": None,
        "live_from": at,
        "until": None,
    }


def _write_votes(
    connection: Any,
    owners: list[tuple[str, str]],
    amounts: Amounts,
    days: list[datetime],
    rng: random.Random,
) -> None:
    rows = []
    for day in days:
        for _ in range(amounts.votes):
            nth = int(rng.paretovariate(0.6)) % len(owners)
            bad = 0.45 if nth % 17 == 3 else 0.12
            rows.append(
                {
                    "person_id": rng.randint(1, _REPORTERS),
                    "procedure_id": owners[nth][0],
                    "version": f"{len(rows):012x}",
                    "helpful": rng.random() > bad,
                    "at": day - timedelta(hours=rng.uniform(0, 12)),
                }
            )
    connection.execute(insert(votes), rows)


def _write_items(
    connection: Any,
    owners: list[tuple[str, str]],
    amounts: Amounts,
    days: list[datetime],
    now: datetime,
    rng: random.Random,
) -> None:
    rows = []
    for day in days:
        for _ in range(amounts.items):
            id, department = rng.choice(owners)
            took = timedelta(hours=rng.expovariate(1 / 20))
            answered = day + took < now - timedelta(hours=1) and rng.random() > 0.002
            rows.append(
                {
                    "kind": "request",
                    "department": department,
                    "reporter_id": rng.randint(1, _REPORTERS),
                    "procedure_id": id,
                    "query": "how to",
                    "comment": "",
                    "created_at": day,
                    "due_at": day + timedelta(days=2),
                    "soon_at": day + timedelta(days=1.8),
                    "changed_at": day,
                    "state": "answered" if answered else "new",
                    "answered_at": day + took if answered else None,
                }
            )
    connection.execute(insert(items), rows)


def _write_searches(
    connection: Any,
    owners: list[tuple[str, str]],
    amounts: Amounts,
    days: list[datetime],
    rng: random.Random,
) -> None:
    found, opened = [], []
    for day in days:
        for _ in range(amounts.searches):
            nth = int(rng.paretovariate(0.6)) % len(owners)
            words = f"{rng.choice(_WORDS)} {rng.choice(_WORDS)}"
            weak = rng.random() < 0.12
            if weak and rng.random() < 0.5:
                words = f"{words} {rng.randint(1, 5000)}"
            opens = not weak and rng.random() < 0.6
            number = len(found) + 1
            found.append(_search(number, day, words, owners[nth][1], weak, opens, rng))
            if opens:
                opened.append(_opening(number, owners[nth], day, rng))
    connection.execute(insert(searches), found)
    connection.execute(insert(openings), opened)


def _search(
    number: int, day: datetime, words: str, about: str, weak: bool, opens: bool, rng: random.Random
) -> dict[str, Any]:
    return {
        "id": number,
        "person_key": f"{rng.randint(1, 400):032x}",
        "at": day,
        "day": day.date(),
        "seen": day,
        "query": words,
        "folded": words,
        "mark": "m",
        "finished": True,
        "about": about,
        "hits": rng.randint(1, 40),
        "convincing": not weak,
        "score": 0.4,
        "millis": 4.0,
        "opened": opens,
        "asked": False,
    }


def _opening(
    search: int, owner: tuple[str, str], day: datetime, rng: random.Random
) -> dict[str, Any]:
    return {
        "search_id": search,
        "procedure_id": owner[0],
        "rank": rng.randint(1, 5),
        "at": day,
        "ended": "stayed",
        "day": day.date(),
        "about": owner[1],
    }


def _write_days(
    connection: Any, owners: list[tuple[str, str]], days: list[datetime], rng: random.Random
) -> None:
    rows = []
    for department in sorted({name for _, name in owners}):
        size = sum(name == department for _, name in owners)
        late = 0.12 * size
        for day in days[:-1]:
            late = min(max(late + rng.gauss(-0.0002 * size, 0.012 * size), 0), 0.4 * size)
            rows.append(
                {
                    "department": department,
                    "day": day.date(),
                    "published": size,
                    "promised": size,
                    "overdue": round(late),
                    "due_soon": round(0.15 * size + rng.gauss(0, 0.01 * size)),
                    "drafts": rng.randint(2, 6),
                    "submissions": rng.randint(0, 3),
                    "faulty": rng.randint(0, 4),
                    "broken_finds": rng.randint(0, 3),
                    "open_items": rng.randint(1, 9),
                    "late_items": rng.randint(0, 3),
                }
            )
    connection.execute(insert(department_days), rows)


def _signed_in(app: Flask, department: str) -> FlaskClient:
    """The department's lead."""
    client = app.test_client()
    client.post("/sign-in", data={"email": f"{department}@kb.example", "password": _PASSWORD})
    return client


def _asked(client: FlaskClient, address: str) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


if __name__ == "__main__":
    main()
