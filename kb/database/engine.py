"""The engine: connecting, reading, writing, and bringing a database up to the newest migration."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kb.database.rider import write_rider
from kb.database.schema import GREATEST_ID, metadata
from kb.database.sqlite_file import SqliteFile, opened
from kb.logs import log
from kb.measuring import tracing
from kb.measuring.tracing import span
from kb.resources import MIGRATIONS


class _Shared(Struct):
    """The one connection over which everything is read for a while; made when first needed."""

    engine: Engine
    connection: Connection | None = None

    def opened(self) -> Connection:
        if self.connection is None:
            self.connection = _for_looking(self.engine).connect()
        return self.connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


_COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()",
}
REPLACEMENT = "\ufffd"  # for what a database cannot hold
_WAS_REPLACED = "its file was taken away or replaced"
# What the drivers say, in words for people; all else is told to the log alone.
_REASONS = {
    "locked": "it is locked by another program",
    "lock timeout": "it is locked by another program",
    "full": "its disk is full",
    "disk i/o error": "its disk fails",
    "readonly": "it is read-only",
    "read-only": "it is read-only",
    "unable to open": "its file is not there or cannot be opened",
    "malformed": "it is damaged",
    "not a database": "it is damaged",
    "no such table": "it has not the tables of this site",
    "no such column": "it has not the tables of this site",
}
# A server that vanishes without a word is given up after seconds, not after the system's hours.
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
}
_LOCK_WAIT = "10s"  # as long as SQLite waits
_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


class DatabaseTrouble(OSError):
    """The database cannot be used now. `strerror` says why, in words for people."""


class Unreadable(DatabaseTrouble):
    """It is away, damaged or another one."""


class Unwritable(DatabaseTrouble):
    """It is full, locked, read-only or away; nothing of the transaction is kept."""


class Unfit(DatabaseTrouble):
    """It is of another kb than this one."""


_files: WeakKeyDictionary[Engine, SqliteFile] = WeakKeyDictionary()


def connect(url: str) -> Engine:
    """An engine for the database at `url`. SQLite runs in WAL mode with foreign keys on.

    PostgreSQL's is psycopg's, whether `url` names the driver or not. Read with `reading(engine)`,
    write with `writing(engine)`.
    """
    if url.startswith(("postgres://", "postgresql://")):
        url = f"postgresql+psycopg://{url.partition('://')[2]}"
    if url.startswith("sqlite"):
        engine = create_engine(url)
    else:
        named = make_url(url).query
        patience = {name: value for name, value in _PATIENCE.items() if name not in named}
        engine = create_engine(url, pool_pre_ping=True, connect_args=patience)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            _files[engine] = SqliteFile(engine)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
    if tracing.on():
        event.listen(engine, "before_cursor_execute", _begin_span)
        event.listen(engine, "after_cursor_execute", _end_span)
        event.listen(engine, "handle_error", _end_failed_span)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database and changes nothing. Raises Unreadable."""
    shared = _shared.get()
    try:
        if shared is not None and shared.engine is engine:
            yield shared.opened()
            return
        with _for_looking(engine).connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        if why := trouble(error):
            raise Unreadable(0, f"the database cannot be read: {why}") from error
        raise


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
                patience = func.set_config("lock_timeout", _LOCK_WAIT, True)
                connection.execute(select(patience, func.pg_advisory_xact_lock(lock)))
            yield connection
            rider = write_rider(connection, what)
            files = opened(connection)
        if rider is not None:
            rider.done = True
        if files is not None and not _files[engine].stands(files):
            raise Unwritable(0, f"the database cannot be written: {_WAS_REPLACED}")
    except SQLAlchemyError as error:
        if why := trouble(error):
            raise Unwritable(0, f"the database cannot be written: {why}") from error
        raise
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

    Several processes may call it at once: one migrates, the others wait for it. Raises Unfit for a
    database of a newer kb, or of one between two releases.
    """
    newest = newest_migration(migrations)
    with reading(engine) as connection:
        present = _migrated_to(connection)
    if present is not None and present > newest:
        raise Unfit(0, f"the database is of a newer kb ({present}); install that one")
    if present != newest:
        with writing(engine, "migrations") as connection:
            if _migrated_to(connection) != newest:
                _migrate(connection, migrations)
    elif lacking := _lacking(engine):
        raise Unfit(
            0,
            f"the database calls itself {present}, but lacks {lacking[0]}: it was made by a kb "
            "between two releases; restore a backup of a release",
        )


def migrated_to(engine: Engine) -> str | None:
    """The number of the migration that it stands at; None without tables. Raises Unreadable."""
    with reading(engine) as connection:
        return _migrated_to(connection)


def server_name(engine: Engine) -> str:
    """What keeps it, with its version: "SQLite 3.45.1". Raises Unreadable."""
    with reading(engine) as connection:
        told = connection.dialect.server_version_info or ()
    kind = "SQLite" if engine.dialect.name == "sqlite" else "PostgreSQL"
    return f"{kind} {'.'.join(map(str, told))}"


def newest_migration(migrations: Path = MIGRATIONS) -> str:
    """The number of the last one that this kb knows."""
    return max(path.name.partition("_")[0] for path in migrations.glob("versions/[0-9]*.py"))


def inspect_file(engine: Engine) -> None:
    """Read all of SQLite's file; the other databases look after theirs. Raises Unreadable."""
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            log().error("database_damaged", why=said)
            raise Unreadable(0, "the database is damaged; put it back from a backup")


def _lacking(engine: Engine) -> list[str]:
    """The tables and columns of today that are not there."""
    with reading(engine) as connection:
        there = set(map(tuple, connection.execute(text(_COLUMNS[connection.dialect.name]))))
    tables = {table for table, _ in there}
    lost = [f"the table {name}" for name in metadata.tables if name not in tables]
    return lost + [
        f"the column {table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if table.name in tables and (table.name, column.name) not in there
    ]


def trouble(error: SQLAlchemyError) -> str:
    """What is the matter with the database, in words for people; "" where nothing is."""
    of_its_own = isinstance(error, DisconnectionError | PoolTimeout)
    if not of_its_own and type(error) not in (OperationalError, DatabaseError, InternalError):
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return "it cannot be reached" if lost else ""
    reason = trouble_in(getattr(error, "orig", error))
    return reason or (_WAS_REPLACED if of_its_own else "it cannot be reached")


def trouble_in(said: object) -> str:
    """What a driver said, in words for people; "" where that is for the log alone."""
    told = str(said).casefold()
    return next((why for sign, why in _REASONS.items() if sign in told), "")


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


def _for_looking(engine: Engine) -> Engine:
    """SQLite's transactions see one state of the database each; PostgreSQL's must be told to."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _begin_span(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    """Of a statement as it is written, without the values that go with it."""
    about = {"db.system.name": connection.dialect.name, "db.query.text": statement}
    context.kb_span = span(statement.split(maxsplit=1)[0].upper(), **about)
    context.kb_span.__enter__()


def _end_span(_connection: Connection, _cursor: Any, *rest: Any) -> None:
    rest[2].kb_span.__exit__(None, None, None)


def _end_failed_span(failure: Any) -> None:
    error, begun = failure.original_exception, getattr(failure.execution_context, "kb_span", None)
    if begun is not None:
        with suppress(type(error)):
            begun.__exit__(type(error), error, error.__traceback__)


def _without_nul(
    _connection: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any
) -> tuple[str, Any]:
    """PostgreSQL's texts cannot hold U+0000, which anybody may type into an address."""
    one = isinstance(values, Mapping)  # rows inserted together are one, though told as many
    return statement, _replaced(values) if one else [*map(_replaced, values)]


def _replaced(values: Any) -> Any:
    if not isinstance(values, Mapping) or not any(
        isinstance(value, str) and "\0" in value for value in values.values()
    ):
        return values
    return {
        name: value.replace("\0", REPLACEMENT) if isinstance(value, str) else value
        for name, value in values.items()
    }


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("kb_begin", "BEGIN"))
