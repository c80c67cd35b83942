"""A search log over an empty database, and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kb.database import connect, upgrade
from kb.insight.log import Log


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'kb.sqlite3'}")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log(tmp_path: Path, engine: Engine) -> Iterator[Log]:
    made = Log(connect(str(engine.url)), tmp_path / "log_key", str.lower)
    yield made
    made.close()
