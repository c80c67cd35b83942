"""A disk that is full or read-only: a clear message, and the old text whole."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.publishing.batches import FileEdit
from kb.publishing.edits import NotSaved
from tests.conftest import NOW
from tests.databases import load
from tests.effort import examples
from tests.publishing.conftest import EDDY, LATE_PATH, edit, git, history, read
from tests.rights import of_an_ordinary_user

# Whoosh leaves its files to the garbage collector when the disk fills up while it writes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ROUNDS = examples(14)
ROOM = 12 + ROUNDS // 7  # megabytes: every round leaves its versions in the history
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(disk: Path, parts: Parts, home: Path) -> Iterator[Parts]:
    """The whole knowledge base on that disk."""
    parts.let_go()
    for folder in ("content", "var", "search_index"):
        shutil.copytree(home / folder, disk / folder)
    made = build(load({}, disk))
    made.publishing.publisher.refresh(NOW.date())
    yield made
    made.engine.dispose()


def disk_pages(disk: Path) -> int:
    """More than there can be."""
    found = os.statvfs(disk)
    return found.f_blocks + 1


@contextmanager
def filled(disk: Path, left: int) -> Iterator[None]:
    """Only so many pages are free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space"):
            file.writelines(b"x" * PAGE for _ in range(disk_pages(disk)))
        file.truncate(max(0, file.tell() - left * PAGE))
    yield
    filler.unlink()


def test_a_full_disk_leaves_the_old_text_or_the_new_one(small: Parts, disk: Path) -> None:
    refused, taken = 0, 0
    for left in range(ROUNDS):
        before = read(small)
        text = before.rsplit(b"\nRound ", 1)[0] + b"\nRound %d\n" % left
        head = git(history(small), "rev-parse", "main")
        with filled(disk, left):
            outcome = saved_or_not(small, before, text)
            assert outcome != "refused without a reason"
            now = git(history(small), "rev-parse", "main")
        if outcome == "saved":
            taken += 1
            assert (read(small) == text, now != head) == (True, True)
        else:
            refused += 1
            assert (read(small) == before, now == head) == (True, True)
        small.publishing.publisher.refresh(NOW.date())
        whole(small)
    assert refused
    assert taken


def saved_or_not(parts: Parts, before: bytes, text: bytes) -> str:
    try:
        parts.publishing.saver.save(edit(LATE_PATH, before, text), NOW)
    except NotSaved as reason:
        told = str(reason).lower()
        clear = "nothing has changed" in told and "space" in told
        return "refused" if clear else "refused without a reason"
    return "saved"


def test_a_move_on_a_full_disk_is_whole_or_not_at_all(small: Parts, disk: Path) -> None:
    drone = b"# Drone\n\n[late](late-shipment.md)\n" + b"Text.\n" * 2000
    small.publishing.saver.create("shipping/drone.md", drone, "", EDDY, NOW)
    refused = 0
    for left in range(0, ROUNDS * 2, 2):
        card = small.catalogue.get("SHP-014")
        assert card is not None
        path = card.procedure.path
        folder = "billing" if path.startswith("shipping") else "shipping"
        with filled(disk, left):
            try:
                small.publishing.saver.move("SHP-014", folder=folder, by=EDDY, now=NOW)
            except NotSaved:
                refused += 1
                assert (small.settings.content / path).exists()
        small.publishing.publisher.refresh(NOW.date())
        whole(small)
        there = "billing" if (small.settings.content / "billing/late-shipment.md").exists() else ""
        way = "../billing/late-shipment.md" if there else "late-shipment.md"
        assert f"({way})".encode() in read(small, "shipping/drone.md")
    assert refused


def test_a_bulk_change_on_a_full_disk_is_whole_or_not_at_all(small: Parts, disk: Path) -> None:
    paths = (LATE_PATH, "billing/lost-in-transit.md", "shipping/customs.md")
    first = {path: read(small, path) for path in paths}
    taken, refused = 0, 0
    for left in range(0, ROUNDS * 3, 3):
        before = {path: read(small, path) for path in paths}
        word = b"Round %d.\n" % left * 400
        changes = [FileEdit(path, text, first[path] + word) for path, text in before.items()]
        with filled(disk, left):
            outcome = changed_or_not(small, changes)
        if outcome == "saved":
            taken += 1
            assert all(read(small, path).endswith(word) for path in paths)
        else:
            refused += 1
            assert "full" in outcome or "space" in outcome
            assert {path: read(small, path) for path in paths} == before
        small.publishing.publisher.refresh(NOW.date())
        small.publishing.saver.settle_bulk_changes()
        whole(small)
        assert small.publishing.ledger.listed(["shipping", "billing"], 1, 99)[1] == taken
    assert refused
    assert taken


def changed_or_not(parts: Parts, changes: list[FileEdit]) -> str:
    try:
        parts.publishing.saver.change_many(changes, "", EDDY, NOW)
    except NotSaved as reason:
        return str(reason)
    return "saved"


def test_a_read_only_folder_is_told(small: Parts) -> None:
    before = read(small)
    content = str(small.settings.content)
    subprocess.run(["mount", "--bind", content, content], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", content], check=True)
        with pytest.raises(NotSaved, match="Read-only"):
            small.publishing.saver.save(edit(LATE_PATH, before, before + b"x\n"), NOW)
    finally:
        subprocess.run(["umount", content], check=True)
    assert read(small) == before
    small.publishing.saver.save(edit(LATE_PATH, before, before + b"x\n"), NOW)


def test_a_folder_without_rights_is_told(parts: Parts) -> None:
    folder = parts.settings.content / "shipping"
    before = read(parts)
    folder.chmod(0o555)
    try:
        with of_an_ordinary_user(), pytest.raises(NotSaved, match="Permission denied"):
            parts.publishing.saver.save(edit(LATE_PATH, before, before + b"x\n"), NOW)
    finally:
        folder.chmod(0o755)
    assert read(parts) == before


def whole(parts: Parts) -> None:
    """History and files agree, and nothing half is left."""
    content = parts.settings.content
    there = {path for path in content.rglob("*") if path.is_file()}
    assert not [path for path in there if path.name.endswith(".saving")]
    names = {path.relative_to(content).as_posix() for path in there}
    listed = git(history(parts), "ls-tree", "-r", "--name-only", "main").split("\n")[:-1]
    assert set(listed) == names
    for name in names:
        assert git(history(parts), "show", f"main:{name}").encode() == (content / name).read_bytes()
    assert set(parts.catalogue.stamps()) == {name for name in names if name.endswith(".md")}
    assert git(history(parts), "fsck", "--full", "--no-dangling") == ""
