"""A mail server on loopback and a site that uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.parts import Parts
from tests import databases
from tests.delivery.postoffice import Office, mailing, open_office


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as opened:
        yield opened


@pytest.fixture
def mailed_home(template: Path, home: Path) -> Path:
    """A home with the personas, of which no part is built yet."""
    for folder in ("var", "search_index"):
        shutil.copytree(template / folder, home / folder)
    databases.copied(template, home)
    return home


@pytest.fixture
def site(mailed_home: Path, office: Office) -> Iterator[Parts]:
    built = mailing(mailed_home, office.port)
    yield built
    built.insight.log.close()
    built.let_go()
