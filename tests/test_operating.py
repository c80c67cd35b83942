"""The commands for backup and restore, as docs/operating.md has them, on a home in use."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb.app import build
from kb.database import people, reading, versions
from kb.parts import Parts
from tests import databases
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def blocks() -> tuple[str, str]:
    section = PAGE.partition("## Backup and restore")[2].partition("\n## ")[0]
    backup, restore = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    return backup, restore


def run(commands: str, home: Path, tools: Path) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    done = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=home,
        env={
            **own,
            **databases.environment_of(home),
            "PATH": f"{tools}:{own['PATH']}",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`kb`."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "kb").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kb "$@"\n')
    (folder / "kb").chmod(0o755)
    return folder


def told(parts: Parts) -> tuple[object, ...]:
    with reading(parts.engine) as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(t)) for t in (people, versions)
        ]
    finds = parts.search.searcher.search("parcel", _reader(parts), NOW.date())
    return (*counts, parts.storage.history.head(), finds.total, [hit.id for hit in finds.hits])


def _reader(parts: Parts):
    return parts.people.directory.everyone(1, 1).people[0].reader()


def test_what_is_backed_up_while_people_save_is_restored_whole(
    parts: Parts, home: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = home / "content" / "shipping" / "late-shipment.md"
    for code in ("L6", "L7"):
        file.write_text(file.read_text().replace("code L5", f"code {code}"))
        parts.publishing.publisher.refresh(NOW.date())
    backup, restore = blocks()
    assert "is whole" in run(backup, home, tools)
    before = told(parts)
    elsewhere = tmp_path_factory.mktemp("restored")
    shutil.move(home / "backup.tar.gz", elsewhere / "backup.tar.gz")
    assert "is ready, with 3 procedures" in run(restore, elsewhere, tools)
    again = build(databases.load({}, elsewhere))
    assert told(again) == before
    assert (elsewhere / "var").stat().st_mode & 0o077 == 0
    again.insight.log.close()
    again.let_go()
    databases.dropped(elsewhere)


@databases.only_sqlite
def test_a_backup_unpacked_by_hand_is_an_installation(
    parts: Parts, home: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    by_hand = "tar -xzf monday.tar.gz"
    assert by_hand in (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    elsewhere = tmp_path_factory.mktemp("by hand")
    run(f"kb backup {shlex.quote(str(elsewhere))}/monday.tar.gz", home, tools)
    before = told(parts)
    run(f"{by_hand}; kb index", elsewhere, tools)
    again = build(databases.load({}, elsewhere))
    assert told(again) == before
    again.insight.log.close()
    again.let_go()
