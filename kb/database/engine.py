"""The engine: connecting, reading, writing, and bringing a database up to the newest migration."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from kb.database.schema import GREATEST_ID
from kb.resources import MIGRATIONS


class _Shared(Struct):
    """The one connection over which everything is read for a while; made when first needed."""

    engine: Engine
    connection: Connection | None = None

    def opened(self) -> Connection:
        if self.connection is None:
            self.connection = self.engine.connect()
        return self.connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


class Unwritable(OSError):
    """The database is full, locked, read-only or away; nothing of the transaction is kept."""


def connect(url: str) -> Engine:
    """An engine for the database at `url`. SQLite runs in WAL mode with foreign keys on.

    Read with `reading(engine)`, write with `writing(engine)`.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database and changes nothing."""
    shared = _shared.get()
    if shared is not None and shared.engine is engine:
        yield shared.opened()
        return
    with engine.connect() as connection:
        yield connection


def share(engine: Engine) -> None:
    """Until `unshare`, this thread reads over one connection, in one state of the database.

    Opening a transaction takes twice as long as a statement of ours. What is written meanwhile by
    the same thread is seen afterwards; what others write is not, so this is for looking only.
    """
    unshare()
    _shared.set(_Shared(engine))


def unshare() -> None:
    """Give the connection back."""
    shared = _shared.get()
    if shared is not None:
        _shared.set(None)
        shared.close()


@contextmanager
def writing(engine: Engine, what: str) -> Iterator[Connection]:
    """A transaction that is committed at the end, or rolled back on an exception.

    One at a time for each `what` ("people", "feedback" ...), so that what was read is still so
    when it is written. SQLite has one writer for everything, and the lock is taken at the start:
    a transaction that turns from reading to writing is refused as "database is locked" when
    somebody else wrote in between, however long it would wait. Raises Unwritable.
    """
    try:
        with engine.execution_options(kb_begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = zlib.crc32(what.encode()) & GREATEST_ID
                connection.execute(select(func.pg_advisory_xact_lock(lock)))
            yield connection
    except OperationalError as error:
        raise Unwritable(0, f"the database cannot be written: {error.orig}") from error
    finally:
        _look_anew()


def scrub(engine: Engine) -> None:
    """Overwrite on the disk what was deleted, as far as nobody reads it at this moment.

    SQLite keeps old pages in its log of writes until that is folded into the file.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for pragma in ("busy_timeout=500", "wal_checkpoint(TRUNCATE)", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}").fetchall()
        cursor.close()
    finally:
        connection.close()


def upgrade(engine: Engine, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to the newest of the migrations; a few ms where it is there already.

    Several processes may call it at once: one migrates, the others wait for it.
    """
    newest = max(path.name.partition("_")[0] for path in migrations.glob("versions/[0-9]*.py"))
    with reading(engine) as connection:
        if _migrated_to(connection) == newest:
            return
    with writing(engine, "migrations") as connection:
        if _migrated_to(connection) != newest:
            _migrate(connection, migrations)


def _look_anew() -> None:
    shared = _shared.get()
    if shared is not None:
        shared.close()


def _migrated_to(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(connection: Connection, migrations: Path) -> None:
    # Alembic takes 0.2 s to load, which nobody should wait for at every start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins transactions late and by itself; _begin_sqlite does so instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    # What is deleted is overwritten: erasing must leave nothing on the disk.
    wanted = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    for pragma in (*wanted, "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("kb_begin", "BEGIN"))
