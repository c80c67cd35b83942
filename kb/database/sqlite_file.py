"""The file behind SQLite: never made silently, and looked at whenever a connection is taken.

SQLite goes on writing to a file that was deleted or replaced under it, and makes an empty one
where there is none: what it acknowledges then is gone. So each connection remembers which file it
opened, and is given up where another one stands in its place, or none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

Identity = tuple[int, int] | None  # device and inode
_FILES = "kb_files"  # what a connection opened: (database, write-ahead log, size)
_TABLES = "SELECT version_num FROM alembic_version"


class SqliteFile:
    """The database file of one engine. Before it has tables it may be made, afterwards not."""

    def __init__(self, engine: Engine) -> None:
        self._path = Path(engine.url.database or "")
        self._log = self._path.with_name(f"{self._path.name}-wal")
        self._may_be_made = not self._path.exists()
        self._version = ""
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "checkout", self._look)

    def stands(self, opened: object) -> bool:
        """Is what a connection opened still what stands there?"""
        database, log, size = opened if isinstance(opened, tuple) else (None, None, 0)
        try:
            told = self._path.stat()
        except OSError:
            return False
        same = (told.st_dev, told.st_ino) == database and told.st_size >= size
        return same and (log is None or _identity(self._log) == log)

    def _open(self, _dialect: object, _record: object, words: list[Any], named: Any) -> None:
        """Without making it, unless it is to be."""
        if not self._may_be_made:
            words[0] = f"file:{quote(str(self._path))}?mode=rw"
            named["uri"] = True

    def _prepare(self, connection: Any, record: Any) -> None:
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()  # the pool leaves one that was never its own to the collector
            raise
        self._may_be_made = False
        record.info[_FILES] = (
            _identity(self._path),
            _identity(self._log),
            self._path.stat().st_size,
        )

    def _set_up(self, connection: Any) -> None:
        # Python's driver begins transactions late and by itself; the engine does so instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # of what is erased nothing stays on the disk
        ):
            cursor.execute(f"PRAGMA {pragma}")
        self._version = self._version_in(cursor)
        cursor.close()

    def _version_in(self, cursor: Any) -> str:
        """Its migration; "" for none yet. Raises what SQLite does where it had one before."""
        known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if not self._version and not cursor.execute(known).fetchone():
            return ""
        return str(cursor.execute(_TABLES).fetchone()[0])

    def _look(self, _connection: object, record: Any, _proxy: object) -> None:
        if not self.stands(record.info.get(_FILES)):
            raise DisconnectionError("another file stands there, or none")


def opened(connection: Any) -> object:
    """Which files this connection opened, for `stands`."""
    return connection.info.get(_FILES)


def _identity(path: Path) -> Identity:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino
