"""A database of any earlier release, with rows in every table, becomes one of this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
)

from kb.database import Unfit, migration_in, newest_migration, reading, snapshot, upgrade, writing
from kb.resources import MIGRATIONS
from tests import databases

RELEASES = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py"))
ROWS = 3
# Made anew from the files: a migration may empty them.
DERIVED = {"procedures", "procedure_keywords", "procedure_names", "versions", "catalogue_state"} | {
    "shown_files",
    "addresses",
    "alembic_version",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = databases.fresh(tmp_path)
    yield found
    found.dispose()
    databases.dropped(tmp_path)


def made_by(release: str, engine: Engine) -> None:
    """The tables as that release had them, with rows in each."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine, "migrations") as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, release)
    tables = MetaData()
    with writing(engine, "test") as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name not in ("alembic_version", "catalogue_state"):
                rows = [row(table, number) for number in range(1, ROWS + 1)]
                connection.execute(insert(table), rows)


def row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: value(column, number) for column in table.columns}


def value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column, number)
    kind = column.type
    if isinstance(kind, JSON):
        return []
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, DateTime):
        return datetime(2026, 3, number, 9)
    if isinstance(kind, Date):
        return date(2026, 3, number)
    if isinstance(kind, Integer | Float):
        return number
    if isinstance(kind, LargeBinary):
        return bytes([number])
    if column.name in ("at", "since", "until") or column.name.endswith(("_at", "_until")):
        return f"2026-03-0{number}T09:00:00+00:00"
    return f"{number}"


def counts(connection: Connection) -> dict[str, int]:
    tables = MetaData()
    tables.reflect(connection)
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.tables.items()
        if name not in DERIVED
    }


@pytest.mark.parametrize("release", RELEASES)
def test_everything_is_still_there(release: str, engine: Engine) -> None:
    made_by(release, engine)
    with reading(engine) as connection:
        before = counts(connection)
    upgrade(engine)
    with reading(engine) as connection:
        after = counts(connection)
        now = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert now == newest_migration()
    assert {name: after.get(name) for name in before} == before


@databases.only_sqlite
def test_an_older_kb_refuses_a_newer_one_and_a_backup_leads_back(
    engine: Engine, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    (older / "versions").mkdir(parents=True)
    for file in sorted(MIGRATIONS.glob("versions/[0-9]*.py"))[:-1]:
        (older / "versions" / file.name).write_text(file.read_text(encoding="utf-8"))
    made_by(RELEASES[-2], engine)
    with reading(engine) as connection:
        before = counts(connection)
    with snapshot(engine) as held:
        held.copy_to(tmp_path / "before.sqlite3")
    upgrade(engine)
    with pytest.raises(Unfit, match="newer kb"):
        upgrade(engine, older)
    assert migration_in(tmp_path / "before.sqlite3") == RELEASES[-2]
    engine.dispose()
    (tmp_path / "before.sqlite3").rename(tmp_path / "kb.sqlite3")
    again = databases.connect(f"sqlite:///{tmp_path / 'kb.sqlite3'}")
    with reading(again) as connection:
        assert counts(connection) == before
    again.dispose()
