"""kill -9 at any point of a save: old text or new text, and nothing that was promised is lost."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW
from tests.databases import load
from tests.effort import kills
from tests.publishing.conftest import EDDY, LATE_PATH, edit, git, history
from tests.publishing.saved import forked, told
from tests.reliability import Figures

# Over both kinds of repository.
KILLS = kills(4)
LONGEST = 1.2  # seconds until the kill; a save takes 0.1 to 0.5
Tell = Callable[[str], None]


def keeps_saving(parts: Parts, tell: Tell) -> None:
    """Save one version after the other, two files by turns, and now and then move one of them."""
    drone = (parts.settings.content / "shipping/drone.md").read_bytes()
    parts.publishing.saver.save(
        edit("shipping/drone.md", drone, drone + b"Warm.\n"), NOW
    )  # loads the model
    tell("ready")
    for number in count():
        for path in (LATE_PATH, "billing/lost-in-transit.md"):
            base = (parts.settings.content / path).read_bytes()
            text = base.rsplit(b"\nNumber ", 1)[0] + b"\nNumber %d of %d\n" % (number, os.getpid())
            tell(f"begin {hashlib.sha256(text).hexdigest()}")
            parts.publishing.saver.save(edit(path, base, text, f"Number {number}"), NOW)
            tell(f"saved {hashlib.sha256(text).hexdigest()}")
        here = parts.catalogue.get("SHP-015")
        assert here is not None
        folder = "billing" if here.procedure.path.startswith("shipping") else "shipping"
        moved = parts.publishing.saver.move("SHP-015", folder=folder, by=EDDY, now=NOW)
        tell(f"moved {moved.path}")


@pytest.fixture(params=["own", "clone"])
def site(request: pytest.FixtureRequest, parts: Parts, home: Path) -> Parts:
    """A knowledge base with its own repository, and one over a clone."""
    drone = home / "content" / "shipping" / "drone.md"
    drone.write_text("# Drone\n\nSee [customs](customs.md) and [late](late-shipment.md).\n")
    if request.param == "clone":
        for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "First")):
            git(home / "content", *words)
    parts.publishing.publisher.refresh(NOW.date())
    return parts


def texts_in_history(repository: Path) -> set[str]:
    """The SHA-256 of every blob that a commit leads to."""
    names = git(repository, "rev-list", "--objects", "--all").split("\n")
    found = set()
    for line in names:
        name, _, path = line.partition(" ")
        if path.endswith(".md"):
            found.add(
                hashlib.sha256(git(repository, "cat-file", "blob", name).encode()).hexdigest()
            )
    return found


def test_a_save_killed_at_any_point_ends_in_old_or_new_text(
    site: Parts, home: Path, figures: Figures
) -> None:
    clone = (home / "content" / ".git").exists()
    repository = home / "content" if clone else history(site)
    chance = random.Random(f"kill {clone}")
    site.let_go()
    promised: set[str] = set()
    for nth in range(KILLS):
        child, pipe = forked(home, keeps_saving)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * LONGEST)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        begun = {line[6:] for line in lines if line.startswith("begin")}
        promised |= {line[6:] for line in lines if line.startswith("saved")}
        after = build(load({}, home))
        after.publishing.publisher.refresh(NOW.date())
        whole(after, home, nth)
        for path in (LATE_PATH, "billing/lost-in-transit.md"):
            now = hashlib.sha256((home / "content" / path).read_bytes()).hexdigest()
            assert now in begun | promised | texts_in_history(repository), (nth, path)
        if clone:
            assert git(repository, "status", "--short") == ""
        after.engine.dispose()
    assert promised <= texts_in_history(repository)
    assert "dangling" not in git(repository, "fsck", "--full", "--no-dangling")
    assert len(promised) >= KILLS / 2
    figures(kills=KILLS, saves=len(promised), lost=0)


def whole(parts: Parts, home: Path, nth: int) -> None:
    """Files, history, catalogue and index agree; nothing half is left lying about."""
    content = home / "content"
    there = {
        path.relative_to(content).as_posix()
        for path in content.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    assert not [path for path in there if path.endswith(".saving")], nth
    assert list((home / "var" / "saving").glob("*")) == []
    clone = (content / ".git").exists()
    repository = content if clone else history(parts)
    listed = set(git(repository, "ls-tree", "-r", "--name-only", "HEAD").split("\n")[:-1])
    assert listed == there, nth
    for path in there:
        assert git(repository, "show", f"HEAD:{path}").encode() == (content / path).read_bytes()
    moved = [path for path in there if path.endswith("customs.md")]
    assert len(moved) == 1, nth
    way = "customs.md" if moved[0].startswith("shipping") else "../billing/customs.md"
    assert f"({way})" in (content / "shipping/drone.md").read_text(), nth
    stamps = parts.catalogue.stamps()
    assert set(stamps) == {path for path in there if path.endswith(".md")}
    assert {
        path: each.fingerprint for path, each in stamps.items()
    } == parts.search.index.fingerprints()
    hits = parts.search.searcher.search("late shipment", Reader(), NOW.date()).hits
    assert hits[0].id == "SHP-014"
