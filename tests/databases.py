"""Databases made once and copied, statements compiled once: that is what takes the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, event

from kb.database import connect, upgrade


def migrated(folder: Path) -> Engine:
    """An empty database of one's own in that folder."""
    path = folder / "kb.sqlite3"
    path.write_bytes(_empty())
    return connect(f"sqlite:///{path}")


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
