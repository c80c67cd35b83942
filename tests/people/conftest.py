"""A directory over an empty database, and the moment at which every test begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kb.database import metadata
from kb.people.endings import Endings
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from tests import databases


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = databases.fresh(tmp_path)
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    databases.dropped(tmp_path)


@pytest.fixture
def directory(engine: Engine, tmp_path: Path) -> Directory:
    return Directory(engine, Passwords(fast=True), Endings(tmp_path / "sessions-ended"))
