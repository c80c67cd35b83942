"""The log's writer: quick to tell, safe when the database is not, honest about what it loses."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from kb.database import Unwritable, connect, openings, searches
from kb.insight.sql.search_log import MOST_WAITING, Log
from tests import databases
from tests.cli.test_serving import Site, serving, within
from tests.databases import only_sqlite
from tests.insight.acts import START, at, opening, rows, search, typed
from tests.processes import family


def impatient(engine: Engine, *pragmas: str) -> Engine:
    """A log's engine that does not wait ten seconds for a lock."""
    made = connect(str(engine.url))

    @event.listens_for(made, "connect")
    def _hurry(connection, _record) -> None:
        for pragma in ("busy_timeout=20", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    return made


def test_it_is_written_within_a_second_by_itself(log: Log, engine: Engine) -> None:
    log.tell(search(0, "late"))
    assert within(60, lambda: rows(engine) == ["late"])
    assert within(60, lambda: "search log" not in [one.name for one in threading.enumerate()])


def test_telling_costs_next_to_nothing(log: Log) -> None:
    began = time.process_time()
    for nth in range(1000):
        log.tell(search(nth, "late"))
    assert (time.process_time() - began) / 1000 < 0.001


def test_what_waits_is_written_when_the_process_ends(tmp_path: Path, engine: Engine) -> None:
    log = Log(connect(str(engine.url)), tmp_path / "log_key", str.lower)
    log.tell(search(0, "late"))
    log.close()
    assert rows(engine) == ["late"]
    log.tell(search(60, "too late"))
    assert rows(engine) == ["late"]


@only_sqlite
def test_a_locked_database_is_waited_for(tmp_path: Path, engine: Engine) -> None:
    log = Log(impatient(engine), tmp_path / "log_key", str.lower)
    holder = sqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for nth in range(30):
        log.tell(search(nth * 60, f"words {nth}"))
    with pytest.raises(Unwritable, match="locked"):
        log.flush()
    holder.execute("ROLLBACK")
    holder.close()
    log.flush()
    assert rows(engine) == [f"words {nth}" for nth in range(30)]
    log.close()


@only_sqlite
def test_a_full_database_is_waited_for_and_the_rest_is_dropped(
    tmp_path: Path, engine: Engine
) -> None:
    log = Log(impatient(engine, "max_page_count=1"), tmp_path / "log_key", str.lower)
    with log._writing:  # nothing is written meanwhile
        for nth in range(MOST_WAITING + 50):
            log.tell(search(nth, f"{nth} {'long ' * 90}", who=""))
    with pytest.raises(Unwritable, match="full"):
        log.flush()
    assert log.dropped >= 50
    assert len(log._waiting) <= MOST_WAITING
    log._waiting.clear()
    log.close()


def test_a_search_that_cannot_be_counted_does_not_end_the_log(log: Log, engine: Engine) -> None:
    log.tell(search(0, "late", found=lambda: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        log.flush()
    log.tell(search(60, "refund"))
    log.flush()
    assert rows(engine) == ["refund"]


@pytest.mark.parametrize("query", ["a\0b", "\ud800 lone", "x" * 9000, "🦒", "'; drop table", "%"])
def test_anything_that_can_be_typed_can_be_kept(log: Log, engine: Engine, query: str) -> None:
    log.tell(search(0, query, department=query, category=query))
    log.tell(opening(5, query, id=query))
    log.flush()
    assert len(rows(engine)) == 1


def test_two_workers_keep_one_burst_together(tmp_path: Path, engine: Engine) -> None:
    workers = [Log(connect(str(engine.url)), tmp_path / "log_key", str.lower) for _ in range(2)]
    words = "where is my parcel"
    for nth in range(3, len(words) + 1):
        for who in ("ana", "ben"):
            workers[nth % 2].tell(typed(nth * 0.3, words[:nth], who))
    for worker in workers:
        worker.tell(opening(8, words))
    # Each writes by itself, in whatever order: what one does not know yet, it waits for.
    assert within(60, lambda: len(rows(engine, "id", table=openings)) == 1)
    assert within(60, lambda: len(rows(engine)) == 2)
    for worker in workers:
        worker.close()
    assert rows(engine) == [words, words]
    assert rows(engine, "procedure_id", table=openings) == ["SHP-014"]


def test_an_opening_waits_for_a_search_that_another_worker_tells(
    log: Log, tmp_path: Path, engine: Engine
) -> None:
    other = Log(connect(str(engine.url)), tmp_path / "log_key", str.lower)
    log.tell(opening(3, "late"))
    time.sleep(0.7)  # the first batch has been tried
    other.tell(search(0, "late"))
    other.flush()
    assert within(60, lambda: rows(engine, "procedure_id", table=openings) == ["SHP-014"])
    other.close()


def test_what_is_too_old_is_taken_out(tmp_path: Path, engine: Engine) -> None:
    log = Log(connect(str(engine.url)), tmp_path / "log_key", str.lower, days=30)
    for day in (0, 10, 40):
        log.tell(search(day * 86_400, f"day {day}"))
        log.tell(opening(day * 86_400 + 5, f"day {day}"))
        log.flush()
    assert log.purge(START + timedelta(days=40)) == 1
    assert rows(engine) == ["day 10", "day 40"]
    assert len(rows(engine, "id", table=openings)) == 2
    log.keep(START + timedelta(days=71))
    assert rows(engine) == []
    log.close()


def test_with_no_days_nothing_is_kept(tmp_path: Path, engine: Engine) -> None:
    log = Log(connect(str(engine.url)), tmp_path / "log_key", str.lower, days=0)
    log.tell(search(0, "late"))
    log.flush()
    assert rows(engine) == []
    log.close()


def test_the_same_person_is_the_same_key_only_with_the_key_file(
    tmp_path: Path, engine: Engine
) -> None:
    one, same = (Log(connect(str(engine.url)), tmp_path / "a", str.lower) for _ in range(2))
    other = Log(connect(str(engine.url)), tmp_path / "b", str.lower)
    assert one.key_of(7) == same.key_of(7) != one.key_of(8)
    assert other.key_of(7) != one.key_of(7)
    for log in (one, same, other):
        log.close()


def kept(site: Site, home: Path) -> list[str]:
    engine = connect(databases.load({}, home).database_url)
    found = rows(engine, "query", table=searches)
    engine.dispose()
    return found


@pytest.mark.slow
def test_a_crash_loses_at_most_the_last_second(home: Path) -> None:
    with serving(home, KB_OPEN_READING="1") as site:
        # One of five tries, because a busy machine may stand still for a second.
        assert any(written_within_a_second(site, home, f"early{nth}") for nth in range(5))
        before = kept(site, home)
        for pid in reversed(family(site.process.pid)):
            os.kill(pid, signal.SIGKILL)
        assert set(before) <= set(kept(site, home))


def written_within_a_second(site: Site, home: Path, word: str) -> bool:
    """While others go on searching."""
    for nth in range(12):
        site.get(f"/search?q={word}{nth}")
    told = time.monotonic()
    while time.monotonic() - told < 1.0:
        site.get("/search?q=late")
    return {f"{word}{nth}" for nth in range(12)} <= set(kept(site, home))


@pytest.mark.slow
def test_an_ordinary_stop_loses_nothing(home: Path) -> None:
    with serving(home, KB_OPEN_READING="1") as site:
        for nth in range(12):
            site.get(f"/search?q=last{nth}")
    assert {f"last{nth}" for nth in range(12)} <= set(kept(site, home))


def test_the_day_is_that_of_the_beginning(log: Log, engine: Engine) -> None:
    midnight = 15 * 3600
    log.tell(typed(midnight - 2, "late ship"))
    log.tell(search(midnight + 2, "late shipment"))
    log.flush()
    assert rows(engine, "day", "at") == [(START.date(), at(midnight - 2))]
