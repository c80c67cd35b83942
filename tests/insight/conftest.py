"""A search log over an empty database, and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kb.database import connect
from kb.insight.sql.search_log import Log
from tests.databases import dropped, migrated


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = migrated(tmp_path)
    yield engine
    engine.dispose()
    dropped(tmp_path)


@pytest.fixture
def log(tmp_path: Path, engine: Engine) -> Iterator[Log]:
    made = Log(
        connect(engine.url.render_as_string(hide_password=False)), tmp_path / "log_key", str.lower
    )
    yield made
    made.close()
