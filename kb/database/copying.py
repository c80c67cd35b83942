"""A copy of the whole database as one SQLite file, taken while others write; and a look at one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, text

from kb.database.engine import Unreadable, connect, reading, trouble_in, upgrade, writing
from kb.database.moving import copy_rows

_PAGES = 2_000  # copied between two reports
Report = Callable[[str, int, int], None]
WHAT = "database"  # as a report names it


class Snapshot:
    """One state of the database, for as long as it is held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def copy_to(self, file: Path, report: Report = lambda *_: None) -> None:
        """Write it as an SQLite file that was not there. Raises OSError.

        SQLite begins its copy anew whenever somebody else writes, and beside a busy site never
        ends. Within a transaction that has read already, it sees one state and goes through.
        """
        if self._connection.dialect.name == "sqlite":
            self._by_pages(file, report)
        else:
            self._by_rows(file, report)

    def _by_pages(self, file: Path, report: Report) -> None:
        source = self._connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)

        def tell(_status: int, left: int, pages: int) -> None:
            report(WHAT, pages - left, pages)

        try:
            with closing(sqlite3.connect(file)) as copy:
                copy.execute("PRAGMA synchronous=OFF")  # whoever keeps it sees to that
                source.backup(copy, pages=_PAGES, progress=tell)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise OSError(
                0, f"the database cannot be copied: {trouble_in(error) or error}"
            ) from error

    def _by_rows(self, file: Path, report: Report) -> None:
        copy = connect(f"sqlite:///{file}")
        try:
            upgrade(copy)
            with writing(copy, "copying") as there:
                copy_rows(self._connection, there, report)
        finally:
            copy.dispose()
        with closing(sqlite3.connect(file)) as alone:
            alone.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """The database as it is now, for the length of the block. Raises Unreadable."""
    with reading(engine) as connection:
        connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        yield Snapshot(connection)


def migration_in(file: Path) -> str:
    """Up to which migration that SQLite file is, after all of it was read. Raises Unreadable."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as base:
            said = base.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise Unreadable(0, f"the database is damaged: {said}")
            return str(base.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise Unreadable(0, f"the database cannot be read: {trouble_in(error) or error}") from error
