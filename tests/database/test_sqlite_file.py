"""A database that is taken away, replaced or emptied under a running site."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, insert, select
from sqlalchemy.exc import DatabaseError

from kb.database import (
    Unfit,
    Unreadable,
    Unwritable,
    connect,
    inspect_file,
    people,
    reading,
    upgrade,
    writing,
)
from tests import databases
from tests.conftest import NOW

pytestmark = databases.only_sqlite
Damage = Callable[[Path], object]


def person(name: str) -> dict[str, object]:
    return {
        "email": f"{name}@kb.example",
        "name": name,
        "sort_name": name,
        "password": "-",
        "created_at": NOW,
    }


def add(engine: Engine, name: str) -> None:
    with writing(engine, "people") as connection:
        connection.execute(insert(people), person(name))


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(people)) or 0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = databases.migrated(tmp_path)
    add(engine, "first")
    yield engine
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kb.sqlite3"


def with_its_logs(file: Path) -> list[Path]:
    return [one for one in file.parent.iterdir() if one.name.startswith(file.name)]


def taken_away(file: Path) -> None:
    for one in with_its_logs(file):
        one.unlink()


def made_empty(file: Path) -> None:
    taken_away(file)
    file.touch()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def of_another_program(file: Path) -> None:
    taken_away(file)
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE stamps (country TEXT)")
    other.commit()
    other.close()


def no_database(file: Path) -> None:
    file.write_bytes(b"somebody's notes " * 999)


DAMAGES = [taken_away, made_empty, emptied, of_another_program, no_database]


@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_is_acknowledged_and_nothing_made(
    engine: Engine, file: Path, damage: Damage
) -> None:
    engine.dispose()  # all is in the file
    kept = file.read_bytes()
    assert count(engine) == 1
    damage(file)
    for _ in range(2):
        with pytest.raises(Unwritable, match=r"^\[Errno 0\] the database cannot be written: it"):
            add(engine, "second")
        with pytest.raises(Unreadable, match="the database cannot be read: it"):
            count(engine)
    assert damage is not taken_away or not file.exists()
    taken_away(file)
    file.write_bytes(kept)
    assert count(engine) == 1, "it heals by itself"
    add(engine, "third")
    assert count(engine) == 2


def test_another_one_in_its_place_is_used_from_then_on(engine: Engine, file: Path) -> None:
    engine.dispose()
    copy = file.with_name("copy")
    shutil.copy(file, copy)
    add(engine, "lost with the file that is replaced")
    taken_away(file)
    copy.rename(file)
    assert count(engine) == 1
    add(engine, "second")
    other = connect(f"sqlite:///{file}")
    assert count(other) == 2
    other.dispose()


def test_a_log_that_was_deleted_takes_no_acknowledged_write_along(
    engine: Engine, file: Path
) -> None:
    add(engine, "second")
    file.with_name("kb.sqlite3-wal").unlink()
    add(engine, "third")
    engine.dispose()
    other = connect(f"sqlite:///{file}")
    assert count(other) == 3
    other.dispose()


def test_a_file_replaced_during_a_transaction_is_no_success(engine: Engine, file: Path) -> None:
    def write() -> None:
        with writing(engine, "people") as connection:
            connection.execute(insert(people), person("second"))
            taken_away(file)

    with pytest.raises(Unwritable, match="taken away or replaced"):
        write()


def test_each_reason_is_said_in_words(engine: Engine, file: Path) -> None:
    def write(pragma: str) -> None:
        with writing(engine, "people") as connection:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("CREATE TABLE more AS SELECT zeroblob(999999)")

    with pytest.raises(Unwritable, match="its disk is full"):
        write("max_page_count=1")
    with pytest.raises(Unwritable, match="it is read-only"):
        write("query_only=1")


def test_a_database_between_two_releases_is_told(engine: Engine) -> None:
    upgrade(engine)
    with writing(engine, "people") as connection:
        connection.exec_driver_sql("DROP TABLE tokens")
    with pytest.raises(Unfit, match=r"lacks the table tokens.*restore a backup"):
        upgrade(engine)


def test_a_column_that_is_not_there_is_told(engine: Engine) -> None:
    with writing(engine, "people") as connection:
        connection.exec_driver_sql("ALTER TABLE people RENAME COLUMN sort_name TO sorting")
    with pytest.raises(Unfit, match=r"lacks the column people\.sort_name"):
        upgrade(engine)


def test_a_database_of_a_newer_kb_is_told(engine: Engine) -> None:
    with writing(engine, "people") as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unfit, match="of a newer kb"):
        upgrade(engine)


def test_a_damaged_page_is_found_by_looking_at_all_of_the_file(engine: Engine, file: Path) -> None:
    inspect_file(engine)
    with reading(engine) as connection:
        where = "SELECT rootpage FROM sqlite_master WHERE name = 'people'"
        page = int(connection.exec_driver_sql(where).scalar_one())
        size = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    engine.dispose()
    raw = bytearray(file.read_bytes())
    raw[(page - 1) * size : page * size] = bytes(size)
    file.write_bytes(raw)
    with pytest.raises(Unreadable, match=r"it is damaged|put it back from a backup"):
        inspect_file(engine)


def test_a_connection_that_cannot_be_used_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "kb.sqlite3"
    file.write_bytes(b"no database at all" * 100)
    engine = connect(f"sqlite:///{file}")
    met: list[sqlite3.Connection] = []
    event.listen(engine, "connect", lambda opened, _record: met.append(opened), insert=True)
    with pytest.raises(DatabaseError):
        engine.connect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        met[0].execute("SELECT 1")
