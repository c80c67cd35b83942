"""kb database move: everything arrives, in either direction, or nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import JSON, Column, Engine, Table, event, insert, select, update

from kb.cli import kb
from kb.database import Moment, NotEmpty, NotEqual, metadata, move, reading, writing
from kb.parts import Parts
from kb.worker.heartbeat import Heartbeat, heartbeat_file
from tests import databases, postgresql
from tests.conftest import NOW

pytestmark = databases.only_sqlite  # it has a server of its own
ROWS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql.server() as made:
        yield made.url


@pytest.fixture
def elsewhere(server: str, tmp_path: Path) -> Iterator[Engine]:
    """An empty PostgreSQL database at the newest migration."""
    with databases.on(server):
        engine = databases.migrated(tmp_path / "elsewhere")
        yield engine
        engine.dispose()
        databases.dropped(tmp_path / "elsewhere")


@pytest.fixture
def filled(tmp_path: Path) -> Engine:
    """A few rows in every table there is, with what texts, times and references may hold."""
    (tmp_path / "here").mkdir()
    engine = databases.migrated(tmp_path / "here")
    with writing(engine, "test") as connection:
        for table in metadata.sorted_tables:
            connection.execute(insert(table), [row(table, number) for number in range(1, ROWS + 1)])
        for table, column in pointing_within():
            last = select(table.c.id).order_by(table.c.id.desc()).limit(1).scalar_subquery()
            connection.execute(update(table).where(table.c.id == 1).values({column.name: last}))
    return engine


def row(table: Table, number: int) -> dict[str, Any]:
    """Values of that table's row, no two rows alike; every second one leaves out what it may."""
    return {column.name: value(column, number) for column in table.columns}


def value(column: Column[Any], number: int) -> Any:
    if column.nullable and (number % 2 or column.table in refers_to(column)):
        return None
    for key in column.foreign_keys:
        return value(key.column, number)
    if column.name == "id":
        return number
    if isinstance(column.type, JSON):
        return {"b": [number, None, "é"], "a": {"x": number / 3}}
    kind = datetime if isinstance(column.type, Moment) else column.type.python_type
    if kind is str:
        long = getattr(column.type, "length", None) or 400
        return f"{number} Zoë’s ‘box’\t\n\\ %s {{:x}} é 漢 {column.name}"[:long]
    if kind is bool:
        return number > ROWS / 2
    known: dict[type, Any] = {
        int: number * 7,
        float: number / 3,
        bytes: bytes(range(200)) + bytes([number]),
        date: date(2026, 2, number),
        datetime: NOW + timedelta(days=number, microseconds=number),
    }
    return known[kind]


def refers_to(column: Column[Any]) -> list[Table]:
    return [key.column.table for key in column.foreign_keys]


def pointing_within() -> list[tuple[Table, Column[Any]]]:
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if table in refers_to(column)
    ]


def content(engine: Engine) -> dict[str, set[str]]:
    with reading(engine) as connection:
        return {
            table.name: {repr(tuple(one)) for one in connection.execute(select(table))}
            for table in metadata.sorted_tables
        }


def test_everything_arrives_and_comes_back(
    filled: Engine, elsewhere: Engine, tmp_path: Path
) -> None:
    moved = move(filled, elsewhere)
    assert moved.rows == dict.fromkeys(metadata.tables, ROWS)
    assert content(elsewhere) == content(filled)
    (tmp_path / "back").mkdir()
    back = databases.migrated(tmp_path / "back")
    move(elsewhere, back)
    assert content(back) == content(filled)


def test_new_rows_get_numbers_of_their_own(filled: Engine, elsewhere: Engine) -> None:
    move(filled, elsewhere)
    numbered = [table for table in metadata.sorted_tables if table.autoincrement_column is not None]
    assert len(numbered) > 10
    with writing(elsewhere, "test") as connection:
        for table in numbered:
            values = {k: v for k, v in row(table, ROWS + 1).items() if k != "id"}
            values |= {
                column.name: value(column, 2)
                for column in table.columns
                if column.foreign_keys and values[column.name] is not None
            }
            assert connection.execute(insert(table), values).inserted_primary_key == (ROWS + 1,)


def test_a_database_in_use_is_left_alone(filled: Engine, elsewhere: Engine) -> None:
    people = metadata.tables["people"]
    with writing(elsewhere, "test") as connection:
        connection.execute(insert(people), row(people, 9))
    before = content(elsewhere)
    with pytest.raises(NotEmpty) as refused:
        move(filled, elsewhere)
    assert refused.value.table == "people"
    assert content(elsewhere) == before


def test_what_does_not_come_as_it_was_sent_is_not_kept(filled: Engine, elsewhere: Engine) -> None:
    def garble(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO votes"):
            _cursor.execute("UPDATE people SET name = 'somebody else'")

    event.listen(elsewhere, "after_cursor_execute", garble)
    with pytest.raises(NotEqual) as wrong:
        move(filled, elsewhere)
    assert wrong.value.table == "people"
    assert not any(content(elsewhere).values())


def test_the_command_moves_a_site(parts: Parts, elsewhere: Engine) -> None:
    address = elsewhere.url.render_as_string(hide_password=False)
    said = CliRunner().invoke(kb, ["database", "move", address], obj=lambda: parts)
    assert said.exit_code == 0, said.output
    assert "compared row by row" in said.output
    with reading(elsewhere) as connection:
        there = connection.execute(select(metadata.tables["people"].c.email)).scalars().all()
    assert "rep@kb.example" in there
    said = CliRunner().invoke(kb, ["database", "move", address], obj=lambda: parts)
    assert said.exit_code == 1
    assert "has rows already" in said.output


def test_a_running_site_is_not_moved(parts: Parts, elsewhere: Engine) -> None:
    heart = Heartbeat(heartbeat_file(parts.settings.var))
    stop = Event()
    heart.begin(stop)
    said = CliRunner().invoke(kb, ["database", "move", str(elsewhere.url)], obj=lambda: parts)
    stop.set()
    assert said.exit_code == 1
    assert "stop it first" in said.output
    assert not any(content(elsewhere).values())
