from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_mock_engine, event, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from kb.database import catalogue_state as state
from kb.database import (
    metadata,
    people,
    reading,
    share,
    tokens,
    unshare,
    upgrade,
    writing,
)
from kb.feedback.sql.inbox import Inbox
from kb.resources import MIGRATIONS
from tests import databases

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def person(**changes: object) -> dict[str, object]:
    row = {"email": "a@b", "name": "A", "sort_name": "a", "password": "-", "created_at": NOW}
    return {**row, **changes}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = databases.fresh(tmp_path)
    yield engine
    engine.dispose()
    databases.dropped(tmp_path)


def test_the_migrations_make_the_tables_of_today(engine: Engine):
    upgrade(engine)
    with reading(engine) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_the_migrations_are_one_line_and_the_last_file_is_the_newest():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    files = sorted(path.name for path in MIGRATIONS.glob("versions/[0-9]*.py"))
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert script.get_heads() == [files[-1].partition("_")[0]]
    assert sorted(revisions) == [name.partition("_")[0] for name in files]


def test_upgrading_again_is_quick_and_loads_no_alembic(tmp_path: Path, engine: Engine):
    upgrade(engine)
    with writing(engine, "people") as connection:
        connection.execute(insert(people), person())
    code = (
        "import sys, kb.database as d; e = d.connect(sys.argv[1]); d.upgrade(e); "
        "assert 'alembic' not in sys.modules; e.dispose()"
    )
    url = engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", code, url], check=True)
    started = time.process_time()
    upgrade(engine)
    assert time.process_time() - started < 1.0
    with reading(engine) as connection:
        assert connection.scalar(select(people.c.email)) == "a@b"


def test_several_processes_upgrade_at_once(engine: Engine):
    url = engine.url.render_as_string(hide_password=False)
    code = "import sys, kb.database as d; e = d.connect(sys.argv[1]); d.upgrade(e); e.dispose()"
    crowd = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, url], stderr=subprocess.PIPE, text=True
        )
        for _ in range(5)
    ]
    complaints = [one.communicate(timeout=300)[1] for one in crowd]
    assert [one.returncode for one in crowd] == [0] * 5, complaints
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, engine: Engine):
    broken = tmp_path / "percent % sign" / "migrations"
    (broken / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (broken / name).write_text((MIGRATIONS / name).read_text())
    (broken / "versions" / "0001_broken.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        "revision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer()))\n"
        "    raise RuntimeError('power cut')\n"
    )
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade(engine, broken)
    with reading(engine) as connection:
        tables = inspect(connection).get_table_names()
    assert tables == []


@databases.only_sqlite
def test_sqlite_runs_as_it_must(engine: Engine):
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
    }  # fmt: skip


def test_foreign_keys_hold(engine: Engine):
    upgrade(engine)
    orphan = {"person_id": 99, "digest": "x", "label": "x", "created_at": NOW}
    with pytest.raises(IntegrityError), writing(engine, "tokens") as connection:
        connection.execute(insert(tokens), orphan)


@databases.only_sqlite
def test_writing_begins_by_taking_the_lock_and_reading_does_not(engine: Engine):
    begun: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: begun.append(arguments[2]))
    with writing(engine, "people"):
        pass
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    assert begun == ["BEGIN IMMEDIATE", "BEGIN", "SELECT 1"]


def test_reading_then_writing_loses_no_step_among_many(engine: Engine):
    upgrade(engine)
    with writing(engine, "state") as connection:
        connection.execute(insert(state), {"name": "n", "value": "0"})

    def step(_number: int) -> None:
        with writing(engine, "state") as connection:
            before = int(connection.scalar(select(state.c.value)) or 0)
            connection.execute(state.update().values(value=str(before + 1)))

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(step, range(100)))
    with reading(engine) as connection:
        assert connection.scalar(select(state.c.value)) == "100"


def test_readers_do_not_wait_for_a_writer(engine: Engine):
    upgrade(engine)
    with writing(engine, "people") as writer:
        writer.execute(insert(people), person())
        with reading(engine) as reader:
            assert reader.scalar(select(people.c.email)) is None


def test_what_fails_is_rolled_back(engine: Engine):
    upgrade(engine)
    with pytest.raises(IntegrityError), writing(engine, "people") as connection:
        connection.execute(insert(people), [person(), person(email="c@d"), person()])
    with reading(engine) as connection:
        assert connection.scalar(select(people.c.email)) is None


def test_moments_are_stored_as_utc_and_come_back_aware(engine: Engine):
    upgrade(engine)
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with writing(engine, "people") as connection:
        connection.execute(insert(people), person(created_at=there))
    with reading(engine) as connection:
        back = connection.scalar(select(people.c.created_at))
        stored = connection.exec_driver_sql("SELECT created_at FROM people").scalar_one()
    assert back == NOW
    assert back.tzinfo is UTC
    assert str(stored).startswith("2026-11-22 09:00:00")


def test_a_moment_without_a_time_zone_is_refused(engine: Engine):
    upgrade(engine)
    with pytest.raises(StatementError), writing(engine, "people") as connection:
        connection.execute(insert(people), person(created_at=NOW.replace(tzinfo=None)))


def test_postgresql_takes_the_tables_too():
    """Its names end at 63 characters; longer ones would differ from the migrations'."""
    made: list[str] = []
    engine = create_mock_engine(
        "postgresql://",
        lambda sql, *_arguments: made.append(str(sql.compile(dialect=engine.dialect))),
    )
    metadata.create_all(engine, checkfirst=False)
    assert any("WHERE state IN ('new'" in sql for sql in made)
    names = [index.name for table in metadata.tables.values() for index in table.indexes]
    names += [one.name for table in metadata.tables.values() for one in table.constraints]
    assert max(len(str(name)) for name in names) <= 63


def counted(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(people)) or 0


def add_one(engine: Engine, email: str) -> None:
    with writing(engine, "people") as connection:
        connection.execute(insert(people), person(email=email))


def test_who_looks_once_sees_one_state_and_what_they_wrote_themselves(engine: Engine) -> None:
    upgrade(engine)
    share(engine)
    try:
        assert counted(engine) == 0
        elsewhere = Thread(target=add_one, args=(engine, "a@kb.example"))
        elsewhere.start()
        elsewhere.join()
        assert counted(engine) == 0
        add_one(engine, "b@kb.example")
        assert counted(engine) == 2
    finally:
        unshare()
    assert counted(engine) == 2


def test_what_is_shared_goes_back(engine: Engine) -> None:
    upgrade(engine)
    before = engine.pool.checkedout()
    share(engine)
    counted(engine)
    assert engine.pool.checkedout() == before + 1
    unshare()
    unshare()
    assert engine.pool.checkedout() == before


@databases.only_sqlite
def test_old_votes_and_items_come_along(tmp_path: Path, engine: Engine):
    before = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, before, ignore=shutil.ignore_patterns("__pycache__"))
    for path in before.glob("versions/[0-9]*.py"):
        if path.name > "0009":
            path.unlink()
    upgrade(engine, before)
    day = "2026-11-20 09:00:00"
    with writing(engine, "old") as connection:
        connection.execute(insert(people), person())
        run = connection.exec_driver_sql
        run(
            "INSERT INTO votes (id, person_id, procedure_id, version, helpful, at)"
            f" VALUES (7, 1, 'SHP-014', 'abc', 0, '{day}'), (8, 1, 'SHP-014', 'abd', 1, '{day}')"
        )
        run(
            "INSERT INTO items (id, kind, department, reporter_id, vote_id, procedure_id, version,"
            " reason, query, comment, created_at, due_at, state, outcome, reply, answered_by,"
            " answered_at) VALUES"
            " (3, 'feedback', 'shipping', 1, 7, 'SHP-014', 'abc', 'wrong', NULL, 'Step 2',"
            f" '{day}', '{day}', 'open', NULL, NULL, NULL, NULL),"
            f" (4, 'request', 'billing', 1, NULL, NULL, NULL, NULL, 'Zebra', '', '{day}', '{day}',"
            f" 'answered', 'declined', 'No zebras', 1, '{day}'),"
            " (5, 'feedback', 'shipping', 1, 8, 'SHP-014', 'abd', NULL, NULL, '',"
            f" '{day}', '{day}', 'withdrawn', NULL, NULL, NULL, NULL)"
        )
    upgrade(engine)
    inbox = Inbox(engine)
    first, second, third = (inbox.get(id, {"shipping", "billing"}) for id in (3, 4, 5))
    assert (first.state, first.comment, first.reason) == ("new", "Step 2", "wrong")
    assert (second.state, second.outcome, second.reply) == ("answered", "declined", "No zebras")
    assert third.state == "withdrawn"
    with reading(engine) as connection:
        kept = connection.exec_driver_sql("SELECT id, vote_id FROM items ORDER BY id").all()
        told = connection.exec_driver_sql("SELECT item_id, kind FROM item_events ORDER BY id").all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    assert kept == [(3, 7), (4, None), (5, 8)]
    assert [kind for item, kind in told if item == 4] == ["opened", "answered"]
    assert broken == []
