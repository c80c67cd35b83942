"""A copy of the database is of one moment, whoever writes meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from kb.database import (
    Engine,
    Unreadable,
    catalogue_state,
    connect,
    migration_in,
    newest_migration,
    reading,
    snapshot,
    writing,
)
from tests import databases

pytestmark = databases.only_sqlite
PAGES = 6_000  # several steps of a copy


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database in which one number stands in two places, and much else."""
    found = databases.migrated(tmp_path)
    with writing(found, "test") as connection:
        for name in ("first", "second"):
            connection.execute(insert(catalogue_state).values(name=name, value="0"))
        filling = [{"name": f"much {nth}", "value": "x" * 40_000} for nth in range(PAGES // 10)]
        connection.execute(insert(catalogue_state), filling)
    return found


def count_up(folder: Path, pipe: int) -> None:
    """Both numbers, in one transaction, without a pause."""
    engine = connect(f"sqlite:///{folder / 'kb.sqlite3'}")
    for number in count(1):
        with writing(engine, "test") as connection:
            for name in ("first", "second"):
                row = catalogue_state.c.name == name
                connection.execute(update(catalogue_state).where(row).values(value=str(number)))
        if number == 1:
            os.write(pipe, b"!")


def numbers_in(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as base:
        said = "SELECT name, value FROM catalogue_state WHERE name IN ('first', 'second')"
        return {name: int(value) for name, value in base.execute(said)}


def test_beside_a_process_that_writes_without_a_pause_it_ends_in_one_round(
    engine: Engine, tmp_path: Path
) -> None:
    engine.dispose()
    reading_end, writing_end = os.pipe()
    child = os.fork()
    if not child:
        try:
            count_up(tmp_path, writing_end)
        finally:
            os._exit(1)
    os.read(reading_end, 1)
    steps: list[tuple[int, int]] = []
    try:
        with snapshot(engine) as held:
            held.copy_to(tmp_path / "copy", lambda _what, done, pages: steps.append((done, pages)))
            with reading(engine) as connection:
                found = connection.execute(
                    select(catalogue_state.c.value).where(catalogue_state.c.name == "first")
                )
                later = int(found.scalar_one())
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    numbers = numbers_in(tmp_path / "copy")
    assert numbers["first"] == numbers["second"]
    assert later > numbers["first"]  # they were written while it was copied
    assert len(steps) > 3
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    engine.dispose()


def test_what_is_written_after_it_was_taken_is_not_in_it(engine: Engine, tmp_path: Path) -> None:
    with snapshot(engine) as held:
        with writing(engine, "test") as connection:
            connection.execute(update(catalogue_state).values(value="7"))
        held.copy_to(tmp_path / "copy")
    assert numbers_in(tmp_path / "copy") == {"first": 0, "second": 0}
    assert migration_in(tmp_path / "copy") == newest_migration()
    assert [one.name for one in tmp_path.glob("copy*")] == ["copy"]
    engine.dispose()


@pytest.mark.parametrize("raw", [b"", b"no database at all" * 100])
def test_what_is_no_database_is_told(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(raw)
    with pytest.raises(Unreadable):
        migration_in(tmp_path / "other")
