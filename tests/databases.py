"""Databases at the newest migration, made once and copied: that is what takes the time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

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
