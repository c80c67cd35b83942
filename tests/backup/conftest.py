"""A home with votes, questions, drafts and a history; and one backup of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.app import build
from kb.backup.restoring import Restoring
from kb.parts import Parts
from tests import databases
from tests.conftest import NOW, with_fast_passwords
from tests.publishing.conftest import LATE_PATH, edit

Restore = Callable[[Path], Parts]


@pytest.fixture
def used(parts: Parts) -> Parts:
    """With two versions of a procedure."""
    before = (parts.settings.content / LATE_PATH).read_bytes()
    parts.publishing.saver.save(edit(LATE_PATH, before, before + b"\nBe kind.\n"), NOW)
    return parts


@pytest.fixture
def backup(used: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backups") / "one.tar.gz"
    used.backups.making.make(file, NOW)
    return file


@pytest.fixture
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restore]:
    """Restores a backup into a home of its own."""
    opened: list[Parts] = []

    def restore(file: Path) -> Parts:
        elsewhere = tmp_path_factory.mktemp("restored")
        restoring = Restoring(databases.load_empty(elsewhere))
        restoring.restore(file)
        restoring.end()
        parts = with_fast_passwords(build(databases.load({}, elsewhere)))
        opened.append(parts)
        parts.publishing.publisher.refresh(NOW.date())
        return parts

    yield restore
    for parts in opened:
        parts.insight.log.close()
        parts.let_go()
        databases.dropped(parts.settings.home)


@contextmanager
def left_out_of(folder: Path) -> Iterator[None]:
    """Within the block, nothing comes into that folder for good."""
    before = sorted(folder.iterdir())
    yield
    assert sorted(folder.iterdir()) == before
