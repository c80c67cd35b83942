"""Databases of tests: at the newest migration, made once and copied, which saves most of the time.

SQLite, each in the folder of its test. Where KB_TEST_DATABASE_URL names a PostgreSQL server
("postgresql+psycopg://kb@127.0.0.1:5433/postgres"), each is a database of its own there, made and
dropped by the test; what is about SQLite's file itself is skipped (`only_sqlite`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from kb import settings as configuration
from kb.database import connect, upgrade
from kb.settings import Settings

_NAMED = os.environ.get("KB_TEST_DATABASE_URL", "")
_chosen: ContextVar[str | None] = ContextVar("chosen", default=None)
# Those from which a test gets parts, and with them a database.
_FIXTURES = {"template", "home", "parts", "app", "engine", "site"}
only_sqlite = pytest.mark.skipif(bool(_NAMED), reason="about SQLite itself")


@contextmanager
def on(url: str) -> Iterator[None]:
    """Within the block, databases are made on that server of PostgreSQL."""
    before = _chosen.set(url)
    yield
    _chosen.reset(before)


@contextmanager
def connections_met() -> Iterator[set[Engine]]:
    """Who is connected from now on, also by a thread that outlives its test."""
    met: set[Engine] = set()

    def meet(connection: Connection) -> None:
        met.add(connection.engine)

    event.listen(Engine, "engine_connect", meet)
    yield met
    event.remove(Engine, "engine_connect", meet)


def let_go(met: set[Engine]) -> None:
    """Close their connections, so that none is left to the collector."""
    while met:
        met.pop().dispose()


def load(environment: Mapping[str, str], home: Path) -> Settings:
    """Settings as from that environment, over the database of this home."""
    return configuration.load({**environment_of(home), **environment}, home)


def load_empty(home: Path) -> Settings:
    """The same for a home without content."""
    return configuration.load_empty(environment_of(home), home)


def environment_of(home: Path) -> dict[str, str]:
    """What a process of kb in that home must be told; its database is made where there is none."""
    if not _server():
        return {}
    if not _exists(_name(home)):
        _create(home)
    return {"KB_DATABASE_URL": url(home)}


def needing_one(items: list[pytest.Item]) -> list[pytest.Item]:
    """On a server of PostgreSQL, the tests that use a database: others differ in nothing there."""
    return [item for item in items if not _NAMED or _uses_one(item)]


def _uses_one(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    names = vars(getattr(item, "module", None) or object)
    return bool(fixtures & _FIXTURES) or bool(names.keys() & {"databases", "serving", "build"})


def url(folder: Path) -> str:
    """The database of that folder; it need not be there."""
    if not _server():
        return f"sqlite:///{folder / 'kb.sqlite3'}"
    named = make_url(_server()).set(database=_name(folder))
    return named.render_as_string(hide_password=False)


def fresh(folder: Path) -> Engine:
    """An empty database of one's own, with no tables; `dropped` ends it."""
    if _server():
        _create(folder)
    return connect(url(folder))


def migrated(folder: Path) -> Engine:
    """An empty database of one's own in that folder."""
    if _server():
        engine = fresh(folder)
        upgrade(engine)
        return engine
    path = folder / "kb.sqlite3"
    path.write_bytes(_empty())
    return connect(f"sqlite:///{path}")


def copied(template: Path, home: Path) -> None:
    """The database of `template`, to which nobody is connected, for this home, too."""
    if _server():
        _create(home, f"TEMPLATE {_name(template)}")


def dropped(folder: Path) -> None:
    """Nobody needs the database of this folder any more."""
    if _server():
        _said(f"DROP DATABASE IF EXISTS {_name(folder)} WITH (FORCE)")


def _server() -> str:
    """The URL of the server of PostgreSQL on which databases are made; "" for SQLite."""
    return _chosen.get() or _NAMED


def _create(folder: Path, how: str = "") -> None:
    dropped(folder)
    _said(f"CREATE DATABASE {_name(folder)} {how}")


def _name(folder: Path) -> str:
    return f"kbt_{sha256(str(folder).encode()).hexdigest()[:20]}"


def _exists(name: str) -> bool:
    return bool(_said("SELECT count(*) FROM pg_database WHERE datname = :name", name=name))


def _said(sql: str, **values: str) -> int:
    """The first number of the answer; on a connection of its own, which lives for that alone."""
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        answer = connection.execute(text(sql), values)
        number = answer.scalar() if answer.returns_rows else 0
    engine.dispose()
    return int(number or 0)


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as name:
        path = Path(name) / "kb.sqlite3"
        engine = connect(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()


@contextmanager
def compiled_once() -> Iterator[None]:
    """Until the end of the block, all engines keep what they compile together.

    Each engine compiles every statement anew, and most tests have an engine of their own.
    """
    kept = _Kept()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)

    event.listen(Engine, "engine_connect", share)
    yield
    event.remove(Engine, "engine_connect", share)


class _Kept(dict[Any, Any]):
    """Compiled statements by kind of database, where SQLAlchemy tells every engine's apart."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_for_all(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_for_all(key), compiled)


def _for_all(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (dialect.name, *rest)
