"""The audit log: a chain that shows what was done to it, and that lets people be forgotten."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update

from kb.app import build
from kb.database import audit_entries, people, reading, writing
from kb.parts import Parts
from kb.people.audit import Actor, AuditEntry, AuditKind
from kb.people.sql.audit_log import AuditFilter, AuditLog
from tests.conftest import NOW, PASSWORD
from tests.databases import load
from tests.effort import kills
from tests.publishing.saved import forked, told
from tests.reliability import Figures

ADA, BEN = Actor(7, "Ada <ada@kb.example>", "192.0.2.7"), Actor(8, "Ben <ben@kb.example>")
KILLS = kills(3)


@pytest.fixture
def log(engine: Engine) -> AuditLog:
    """With six entries, by Ada and Ben in turn."""
    made = AuditLog(engine)
    for number in range(6):
        made.note(entry(number))
    return made


def entry(number: int, **details: str) -> AuditEntry:
    kind = AuditKind.SIGNED_IN if number % 2 else AuditKind.ROLES_SET
    actor = BEN if number % 2 else ADA
    at = NOW + timedelta(hours=number)
    return AuditEntry(at, kind, actor, f"thing {number}", 8 if number == 0 else None, details)


def where(log: AuditLog) -> list[int]:
    return [one.entry_id for one in log.check()]


def numbers(log: AuditLog, wanted: AuditFilter) -> list[int]:
    return [one.id for one in log.page(wanted, 1, 10).entries]


def test_a_chain_that_nobody_touched_holds(log: AuditLog) -> None:
    assert log.check() == []
    assert AuditLog(log.engine).page(AuditFilter(), 2, 4).total == 6


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "signed out"), ("person_id", 9), ("at", NOW), ("told_hash", "0" * 64)],
)
def test_an_entry_that_was_changed_is_named(log: AuditLog, column: str, value: object) -> None:
    with log.engine.begin() as connection:
        connection.execute(
            update(audit_entries).where(audit_entries.c.id == 3).values({column: value})
        )
    assert 3 in where(log)


def test_words_that_were_changed_are_named(log: AuditLog) -> None:
    with log.engine.begin() as connection:
        connection.execute(
            text("UPDATE audit_entries SET told = replace(told, 'thing 3', 'thing 5')")
        )
    assert where(log) == [4]


@pytest.mark.parametrize(("gone", "named"), [((3,), 4), ((2, 3, 4), 5), ((1,), 2), ((5, 6), 4)])
def test_entries_that_were_removed_are_named(
    log: AuditLog, gone: tuple[int, ...], named: int
) -> None:
    with log.engine.begin() as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.id.in_(gone)))
    assert where(log) == [named]


def test_one_that_was_put_in_between_is_named(log: AuditLog) -> None:
    with log.engine.begin() as connection:
        connection.execute(update(audit_entries).where(audit_entries.c.id == 6).values(id=7))
        row = connection.execute(select(audit_entries).where(audit_entries.c.id == 5)).one()
        connection.execute(insert(audit_entries).values({**row._mapping, "id": 6}))
    assert where(log)[0] == 6


def test_old_ones_go_and_the_chain_holds(log: AuditLog) -> None:
    log.keep(1, NOW + timedelta(days=1, hours=3))
    assert numbers(log, AuditFilter()) == [6, 5, 4]
    log.keep(0, NOW + timedelta(days=9000))
    log.note(entry(6))
    assert log.check() == []
    log.keep(1, NOW + timedelta(days=30))
    log.note(entry(7))
    assert (numbers(log, AuditFilter()), log.check()) == ([8], [])


def test_a_person_is_forgotten_and_the_chain_holds(log: AuditLog) -> None:
    assert log.forget(8) == 4  # three by Ben, one about him
    assert log.check() == []
    with reading(log.engine) as connection:
        left = connection.scalars(select(audit_entries.c.told)).all()
    assert sum(one is None for one in left) == 4
    assert not [one for one in left if one and "ben@" in one]
    assert {one.words.who for one in log.every(AuditFilter())} == {"", ADA.name}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(kind="signed in"), [6, 4, 2]),
        (AuditFilter(person_id=8), [6, 4, 2, 1]),
        (AuditFilter(since=NOW + timedelta(hours=2), until=NOW + timedelta(hours=4)), [4, 3]),
        (AuditFilter(text="THING 3"), [4]),
        (AuditFilter(text="%"), []),
        (AuditFilter(text="192.0.2", kind="roles set"), [5, 3, 1]),
    ],
)
def test_it_can_be_narrowed_down(log: AuditLog, wanted: AuditFilter, found: list[int]) -> None:
    assert numbers(log, wanted) == found


def test_many_at_once_make_one_chain(engine: Engine) -> None:
    log = AuditLog(engine)
    log.note(entry(0))
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: log.note(entry(number)), range(60)))
    assert (log.page(AuditFilter(), 1, 1).total, log.check()) == (61, [])


def test_what_is_rolled_back_is_not_in_it(engine: Engine, now: datetime) -> None:
    log = AuditLog(engine)

    class Refused(Exception):
        pass

    with pytest.raises(Refused), log.along(entry(0), "people"), writing(engine, "people"):
        raise Refused
    with log.along(entry(1), "people") as deed:
        deed.nothing_done()
    with log.along(entry(2), "people"), writing(engine, "feedback"):
        pass  # another transaction: it has its own
    with log.along(entry(3), "people"):
        for what in ("people", "tokens", "people"):
            with writing(engine, what):
                pass
    assert [one.words.about for one in log.every(AuditFilter())] == ["thing 2", "thing 3"]


def keeps_adding(parts: Parts, tell: Callable[[str], None]) -> None:
    tell("ready")
    for number in count():
        name = f"p{os.getpid()}-{number}@kb.example"
        made = AuditEntry(NOW, AuditKind.PERSON_ADDED, ADA, name)
        with parts.people.audit.along(made, "people"):
            parts.people.directory.add(name, "New Person", PASSWORD, now=NOW)
        tell(name)


def test_with_kill_minus_9_there_is_the_deed_and_its_entry_or_neither(
    parts: Parts, home: Path, figures: Figures
) -> None:
    chance, promised = random.Random("audit"), set()
    with reading(parts.engine) as connection:
        before = connection.scalar(select(func.count()).select_from(people))
    parts.let_go()
    for _ in range(KILLS):
        child, pipe = forked(home, keeps_adding)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * 0.4)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        promised |= {line for line in lines if line != "ready"}
    after = build(load({}, home))
    entries = [one.words.about for one in after.people.audit.every(AuditFilter())]
    with reading(after.engine) as connection:
        there = connection.scalars(select(people.c.email).where(people.c.name == "New Person"))
        assert sorted(entries) == sorted(there)
        total = connection.scalar(select(func.count()).select_from(people))
    assert total == before + len(entries)
    assert promised <= set(entries)
    assert after.people.audit.check() == []
    after.insight.log.close()
    after.let_go()
    figures(kills=KILLS, entries=len(entries), lost=0)
