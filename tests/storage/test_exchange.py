"""content/ as a clone of the department's own repository, which people use with git beside kb."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb.parts import Parts
from kb.publishing.edits import NotSaved
from kb.storage.exchange import Exchange
from kb.storage.files.library import UnusablePath
from kb.storage.outside_changes import QUIET
from tests.conftest import NOW
from tests.publishing.conftest import LATE_PATH, edit, git, read

REFUND_PATH = "billing/lost-in-transit.md"


@pytest.fixture
def content(home: Path) -> Path:
    """The folder, made a working tree before kb sees it."""
    folder = home / "content"
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "First")):
        git(folder, *words)
    return folder


@pytest.fixture
def clone(content: Path, parts: Parts) -> Parts:
    parts.publishing.publisher.refresh(NOW.date())
    return parts


def change(parts: Parts, old: bytes, new: bytes, path: str = LATE_PATH) -> None:
    base = read(parts, path)
    assert old in base
    parts.publishing.saver.save(edit(path, base, base.replace(old, new)), NOW)


def pushed(folder: Path, note: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", note)
    git(folder, "push", "-q")


def test_a_save_is_a_commit_on_the_branch_that_is_there(clone: Parts, content: Path) -> None:
    git(content, "switch", "-qc", "spring")
    change(clone, b"500 euro", b"900 euro")
    assert git(content, "log", "--format=%an: %s").splitlines() == [
        "Eddy Editor: Mended",
        "Hand: First",
    ]
    assert git(content, "status", "--short") == ""
    assert git(content, "rev-parse", "--abbrev-ref", "HEAD").strip() == "spring"
    assert git(content, "reflog", "-1", "--format=%gs").strip() == "Mended"
    git(content, "fsck", "--full", "--strict")


def test_what_a_person_staged_stays_staged_and_is_not_committed(
    clone: Parts, content: Path
) -> None:
    refund = content / REFUND_PATH
    refund.write_bytes(refund.read_bytes() + b"\nBy hand.\n")
    git(content, "add", REFUND_PATH)
    change(clone, b"500 euro", b"900 euro")
    assert git(content, "status", "--short") == f"M  {REFUND_PATH}\n"
    assert git(content, "show", "--format=", "--name-only", "HEAD").split() == [LATE_PATH]
    git(content, "commit", "-qm", "By hand")
    assert git(content, "show", "--format=", "--name-only", "HEAD").split() == [REFUND_PATH]
    assert git(content, "show", f"HEAD:{LATE_PATH}").encode() == read(clone)


def test_a_hand_edit_is_left_to_the_person_and_committed_after_a_while(
    clone: Parts, content: Path
) -> None:
    late = content / LATE_PATH
    late.write_bytes(late.read_bytes() + b"\nBy hand.\n")
    clone.publishing.publisher.refresh(NOW.date())
    assert git(content, "status", "--short") == f" M {LATE_PATH}\n"
    old = (late.stat().st_mtime - QUIET.total_seconds() - 5,) * 2
    os.utime(late, old)
    clone.publishing.publisher.refresh(NOW.date())
    assert git(content, "status", "--short") == f" M {LATE_PATH}\n"  # first noticed a moment ago
    state = clone.catalogue.state("uncommitted")
    assert state is not None
    noticed = (NOW - timedelta(days=900)).isoformat()
    clone.catalogue.set_state("uncommitted", f'{{"{LATE_PATH}": "{noticed}"}}')
    clone.publishing.publisher.refresh(NOW.date())
    assert git(content, "status", "--short") == ""
    assert git(content, "log", "-1", "--format=%an: %s").strip() == "kb: Changed on disk"


def test_a_persons_commit_keeps_its_author(clone: Parts, content: Path) -> None:
    late = content / LATE_PATH
    late.write_bytes(late.read_bytes() + b"\nBy hand.\n")
    clone.publishing.publisher.refresh(NOW.date())
    git(content, "commit", "-qam", "By hand")
    clone.publishing.publisher.refresh(NOW.date())
    assert git(content, "log", "-1", "--format=%an: %s").strip() == "Hand: By hand"
    assert clone.catalogue.state("uncommitted") == ""


def test_nothing_is_saved_in_the_midst_of_a_persons_merge(clone: Parts, content: Path) -> None:
    late = content / LATE_PATH
    before = read(clone)
    git(content, "switch", "-qc", "other")
    late.write_bytes(before.replace(b"500 euro", b"700 euro"))
    git(content, "commit", "-qam", "Other")
    git(content, "switch", "-q", "main")
    late.write_bytes(before.replace(b"500 euro", b"900 euro"))
    git(content, "commit", "-qam", "Main")
    with pytest.raises(AssertionError):
        git(content, "merge", "-q", "other")
    refund = read(clone, REFUND_PATH)
    with pytest.raises(NotSaved, match="not finished"):
        clone.publishing.saver.save(edit(REFUND_PATH, refund, refund + b"x\n"), NOW)
    assert read(clone, REFUND_PATH) == refund
    git(content, "merge", "--abort")
    clone.publishing.saver.save(edit(REFUND_PATH, refund, refund + b"x\n"), NOW)


def test_nothing_is_saved_on_no_branch(clone: Parts, content: Path) -> None:
    git(content, "checkout", "-q", "--detach")
    with pytest.raises(NotSaved, match="no branch"):
        change(clone, b"500 euro", b"900 euro")
    assert b"500 euro" in read(clone)


def test_a_git_at_work_is_waited_for_and_then_told(
    clone: Parts, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.storage.git.refs._WAIT", 0.2)
    lock = content / ".git" / "index.lock"
    lock.touch()
    before = read(clone)
    with pytest.raises(NotSaved, match=r"index\.lock"):
        change(clone, b"500 euro", b"900 euro")
    assert read(clone) == before
    assert lock.exists()
    lock.unlink()
    change(clone, b"500 euro", b"900 euro")


def test_an_erased_text_stays_in_a_clones_history_and_that_is_said(
    clone: Parts, content: Path
) -> None:
    ada = clone.people.directory.by_email("admin@kb.example")
    assert ada is not None
    assert clone.publishing.saver.erase("SHP-014", ada, NOW).still_in_history
    clone.publishing.publisher.refresh(NOW.date())
    assert "Store credit" in git(content, "show", f"HEAD~1:{LATE_PATH}")


def test_packed_refs_and_a_collected_repository_are_written_to(clone: Parts, content: Path) -> None:
    git(content, "gc", "-q", "--prune=now")
    change(clone, b"500 euro", b"900 euro")
    git(content, "pack-refs", "--all")
    change(clone, b"900 euro", b"700 euro")
    git(content, "gc", "-q", "--prune=now")
    assert git(content, "rev-list", "--count", "HEAD").strip() == "3"
    assert git(content, "status", "--short") == ""


class Clock:
    """Goes ten seconds a look, so that nobody has to wait."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=10)
        return self.at

    def wait_for(self, happened: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.05)


class TestExchange:
    """With a remote: pulled and pushed, never forced, never left half merged."""

    @pytest.fixture
    def other(self, content: Path, tmp_path: Path) -> Path:
        """Another clone of the same remote; somebody else works in it."""
        remote, other = tmp_path / "remote.git", tmp_path / "other"
        git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
        git(content, "remote", "add", "origin", str(remote))
        git(content, "push", "-qu", "origin", "main")
        git(tmp_path, "clone", "-q", str(remote), str(other))
        return other

    def pushed(self, other: Path, old: str, new: str, path: str = LATE_PATH) -> None:
        file = other / path
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        git(other, "commit", "-qam", f"{new} from elsewhere")
        git(other, "push", "-q")

    def test_what_others_pushed_comes_in_and_is_found(self, other: Path, clone: Parts) -> None:
        self.pushed(other, "500 euro", "900 euro")
        (other / "new").mkdir()
        (other / "new" / "drone.md").write_text("# Drone\n\nText.\n")
        (other / ".gitattributes").write_text("*.png binary\n")
        git(other, "rm", "-q", REFUND_PATH)
        git(other, "add", "-A")
        git(other, "commit", "-qm", "More")
        git(other, "push", "-q")
        done = clone.storage.exchange.run(NOW)
        assert (done.pulled, done.pushed, done.trouble) == (True, False, "")
        content = clone.settings.content
        assert git(content, "status", "--short") == ""
        assert git(content, "rev-parse", "HEAD") == git(other, "rev-parse", "HEAD")
        assert b"900 euro" in read(clone)
        assert not (content / "billing").exists()
        clone.publishing.publisher.refresh(NOW.date())
        assert clone.catalogue.get("new-drone") is not None
        assert clone.storage.exchange.state() == done

    def test_both_sides_are_merged_and_pushed(self, other: Path, clone: Parts) -> None:
        self.pushed(other, "500 euro", "900 euro")
        change(clone, b"last carrier scan", b"scan")
        done = clone.storage.exchange.run(NOW)
        assert (done.pulled, done.pushed, done.trouble) == (True, True, "")
        git(other, "pull", "-q")
        assert (other / LATE_PATH).read_bytes() == read(clone)
        assert b"900 euro" in read(clone)
        assert b"read the scan" in read(clone)
        assert git(clone.settings.content, "status", "--short") == ""
        assert clone.storage.exchange.run(NOW).pulled is False

    def test_a_conflict_changes_nothing_and_is_shown(self, other: Path, clone: Parts) -> None:
        self.pushed(other, "500 euro", "900 euro")
        change(clone, b"500 euro", b"700 euro")
        before = git(clone.settings.content, "rev-parse", "HEAD")
        remote = git(other, "rev-parse", "origin/main")
        done = clone.storage.exchange.run(NOW)
        assert done.conflicts == (LATE_PATH,)
        assert not done.pulled
        assert git(clone.settings.content, "rev-parse", "HEAD") == before
        assert git(clone.settings.content, "status", "--short") == ""
        assert b"700 euro" in read(clone)
        assert b"<<<<" not in read(clone)
        git(other, "fetch", "-q")
        assert git(other, "rev-parse", "origin/main") == remote
        # Somebody decides with git, and the next exchange goes on.
        content = clone.settings.content
        git(content, "merge", "-q", "-X", "theirs", "-m", "Decided", "origin/main")
        done = clone.storage.exchange.run(NOW)
        assert (done.trouble, done.pushed, done.conflicts) == ("", True, ())

    def test_an_uncommitted_hand_edit_is_never_overwritten(self, other: Path, clone: Parts) -> None:
        late = clone.settings.content / LATE_PATH
        late.write_text(late.read_text().replace("L5", "L6"))
        self.pushed(other, "500 euro", "900 euro")
        done = clone.storage.exchange.run(NOW)
        assert done.conflicts == (LATE_PATH,)
        assert b"L6" in read(clone)
        assert b"500 euro" in read(clone)
        git(clone.settings.content, "commit", "-qam", "L6")
        assert clone.storage.exchange.run(NOW).trouble == ""
        assert b"L6" in read(clone)
        assert b"900 euro" in read(clone)

    def test_a_remote_that_is_away_is_told_and_tried_again(
        self, other: Path, clone: Parts, tmp_path: Path
    ) -> None:
        change(clone, b"500 euro", b"700 euro")
        (tmp_path / "remote.git").rename(tmp_path / "away.git")
        done = clone.storage.exchange.run(NOW)
        assert "git fetch failed" in done.trouble
        (tmp_path / "away.git").rename(tmp_path / "remote.git")
        assert clone.storage.exchange.run(NOW).pushed
        git(other, "pull", "-q")
        assert (other / LATE_PATH).read_bytes() == read(clone)

    def test_a_push_that_is_refused_is_told_and_forces_nothing(
        self, other: Path, clone: Parts, tmp_path: Path
    ) -> None:
        hook = tmp_path / "remote.git" / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho not on a Sunday >&2\nexit 1\n")
        hook.chmod(0o755)
        change(clone, b"500 euro", b"700 euro")
        done = clone.storage.exchange.run(NOW)
        assert "git push failed" in done.trouble
        assert "not on a Sunday" in done.trouble
        hook.unlink()
        assert clone.storage.exchange.run(NOW).pushed

    def test_the_worker_pulls_at_its_start_and_pushes_after_a_save(
        self, other: Path, clone: Parts
    ) -> None:
        self.pushed(other, "500 euro", "900 euro")
        clock = Clock()
        stop = threading.Event()
        exchange = Exchange(clone.publishing.saver.keeping, clone.catalogue, minutes=60)
        assert exchange.wanted
        thread = threading.Thread(target=exchange.run_until, args=(stop, clock, 0.05))
        thread.start()
        try:
            clock.wait_for(lambda: b"900 euro" in read(clone))
            change(clone, b"last carrier scan", b"scan")
            ahead = "origin/main..main"
            content = clone.settings.content
            clock.wait_for(lambda: git(content, "rev-list", "--count", ahead).strip() == "0")
        finally:
            stop.set()
            thread.join(10)
        git(other, "pull", "-q")
        assert (other / LATE_PATH).read_bytes() == read(clone)

    def test_without_a_remote_it_says_so(self, clone: Parts) -> None:
        assert "follows no branch" in clone.storage.exchange.run(NOW).trouble

    def test_a_link_from_the_remote_leads_nowhere(self, other: Path, clone: Parts) -> None:
        (other / "shipping" / "evil.md").symlink_to("/etc/passwd")
        git(other, "add", "-A")
        git(other, "commit", "-qm", "Link")
        git(other, "push", "-q")
        assert clone.storage.exchange.run(NOW).trouble == ""
        clone.publishing.publisher.refresh(NOW.date())
        assert clone.catalogue.at_path("shipping/evil.md") is None
        with pytest.raises(FileNotFoundError):
            clone.storage.library.read_any("shipping/evil.md")
        with pytest.raises(UnusablePath):
            clone.storage.library.place("shipping/evil.md")

    def test_links_and_repositories_within_stop_nothing(
        self, other: Path, clone: Parts, tmp_path: Path
    ) -> None:
        content = clone.settings.content
        (other / "shipping" / "alias.md").symlink_to("late-shipment.md")
        (other / "shipping" / "new.md").write_text("# New\n\nText\n")
        tree = git(other, "rev-parse", "HEAD").strip()
        git(other, "update-index", "--add", "--cacheinfo", f"160000,{tree},parts/tools")
        git(other, "add", "shipping")
        git(other, "commit", "-qm", "Link")
        git(other, "push", "-q")
        change(clone, b"500 euro", b"900 euro")
        done = clone.storage.exchange.run(NOW)
        assert (done.trouble, done.pulled, done.pushed) == ("", True, True)
        assert (content / "shipping" / "new.md").is_file()
        assert (content / "shipping" / "alias.md").readlink() == Path("late-shipment.md")
        assert git(content, "status", "--short") == ""
        clone.publishing.publisher.refresh(NOW.date())
        assert git(content, "status", "--short") == ""
        git(other, "pull", "-q")
        git(other, "rm", "-q", "shipping/alias.md")
        git(other, "commit", "-qm", "No link")
        git(other, "push", "-q")
        assert clone.storage.exchange.run(NOW).trouble == ""
        assert not (content / "shipping" / "alias.md").is_symlink()
        assert git(content, "status", "--short") == ""

    def test_a_folder_that_becomes_a_link_stops_nothing(self, other: Path, clone: Parts) -> None:
        content = clone.settings.content
        (other / "old").mkdir()
        (other / "old" / "one.md").write_text("# One\n\nText\n")
        pushed(other, "A folder")
        assert clone.storage.exchange.run(NOW).trouble == ""
        git(other, "rm", "-rq", "old")
        (other / "old").symlink_to("shipping")
        pushed(other, "A link")
        assert clone.storage.exchange.run(NOW).trouble == ""
        assert (content / "old").readlink() == Path("shipping")
        assert git(content, "status", "--short") == ""

    def test_an_edit_of_a_file_that_becomes_a_link_is_never_overwritten(
        self, other: Path, clone: Parts
    ) -> None:
        content = clone.settings.content
        (other / LATE_PATH).unlink()
        (other / LATE_PATH).symlink_to("../billing/lost-in-transit.md")
        pushed(other, "A link")
        (content / LATE_PATH).write_text("Mine, not committed")
        done = clone.storage.exchange.run(NOW)
        assert list(done.conflicts) == [LATE_PATH]
        assert (content / LATE_PATH).read_text() == "Mine, not committed"

    def test_links_that_become_files_and_files_that_become_links_stop_nothing(
        self, other: Path, clone: Parts
    ) -> None:
        content, folder = clone.settings.content, other / "shipping"
        (folder / "all").symlink_to("../billing")
        (folder / "out.md").symlink_to("/nowhere/at/all.md")
        (folder / "first.md").write_text("# First\n\nText\n")
        (folder / "second.md").symlink_to("first.md")
        pushed(other, "Links")
        assert clone.storage.exchange.run(NOW).trouble == ""
        for name in ("first.md", "second.md"):
            (folder / name).unlink()
        (folder / "first.md").symlink_to("second.md")
        (folder / "second.md").write_text("# Second\n\nText\n")
        pushed(other, "The other way round")
        change(clone, b"500 euro", b"900 euro")
        done = clone.storage.exchange.run(NOW)
        assert (done.trouble, done.pulled, done.pushed) == ("", True, True)
        assert (content / "shipping" / "first.md").readlink() == Path("second.md")
        second = content / "shipping" / "second.md"
        assert not second.is_symlink()
        assert second.read_text() == "# Second\n\nText\n"
        clone.publishing.publisher.refresh(NOW.date())
        assert git(content, "status", "--short") == ""
