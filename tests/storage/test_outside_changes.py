"""Files that other hands change, drop in or remove are noticed, found, and in the history."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.storage.files.library import Library
from kb.storage.git import purging
from kb.storage.git.repository import Repository
from kb.storage.transaction import Keeping
from tests.conftest import NOW
from tests.databases import load
from tests.publishing.conftest import EDDY, LATE_PATH, edit, git, history, read


def log(parts: Parts, *words: str) -> list[str]:
    return git(history(parts), "log", "--format=%an: %s", *words).splitlines()


def test_what_is_there_at_the_first_start_is_the_first_version(home: Path) -> None:
    (home / "content" / "shipping" / "label.png").write_bytes(b"png")
    (home / "content" / ".hidden").mkdir()
    (home / "content" / ".hidden" / "x.md").write_text("x")
    parts = build(load({}, home))
    told: list[str] = []
    parts.publishing.publisher.refresh(NOW.date(), lambda what, done, total: told.append(what))
    assert "Taking down" in told
    assert log(parts) == ["kb: Found on disk"]
    listed = git(history(parts), "ls-tree", "-r", "--name-only", "main").split()
    assert listed == [
        "billing/lost-in-transit.md",
        "departments.yml",
        "shipping/customs.md",
        "shipping/label.png",
        "shipping/late-shipment.md",
    ]
    parts.let_go()


def test_a_folder_dropped_in_is_in_history_with_its_broken_files(parts: Parts, home: Path) -> None:
    folder = home / "content" / "legal"
    folder.mkdir()
    (folder / "terms.md").write_text("# Terms\n\nText.\n")
    (folder / "broken.md").write_bytes(b"---\ntitle: a: b\n---\nzeppelin \xff")
    parts.publishing.publisher.refresh(NOW.date())
    assert log(parts)[0] == "kb: Changed on disk"
    assert git(history(parts), "show", "--format=", "--name-only", "main").split() == [
        "legal/broken.md",
        "legal/terms.md",
    ]


def test_a_removed_file_is_removed_in_the_history(parts: Parts, home: Path) -> None:
    shutil.rmtree(home / "content" / "billing")
    parts.publishing.publisher.refresh(NOW.date())
    assert git(history(parts), "show", "--format=", "--name-status", "main").split() == [
        *("D", "billing/lost-in-transit.md")
    ]


def test_departments_and_synonyms_changed_by_hand_have_versions(parts: Parts, home: Path) -> None:
    (home / "content" / "synonyms.yml").write_text("two_way:\n  - [late, belated]\n")
    departments = home / "content" / "departments.yml"
    departments.write_text(departments.read_text() + "  - id: legal\n    name: Legal\n")
    parts.publishing.publisher.refresh(NOW.date())
    shown = git(history(parts), "show", "--format=", "--name-only", "main").split()
    assert shown == ["departments.yml", "synonyms.yml"]


def test_an_unchanged_folder_makes_no_version(parts: Parts, home: Path) -> None:
    before = log(parts)
    os.utime(home / "content" / LATE_PATH, (1, 1))
    parts.publishing.publisher.refresh(NOW.date())
    parts.publishing.publisher.refresh(NOW.date(), rebuild=True)
    assert log(parts) == before


def test_kb_never_commits_to_a_repository_that_content_only_lies_in(
    parts: Parts, home: Path
) -> None:
    git(home, "init", "-q", "-b", "main")
    git(home, "commit", "-qm", "The application", "--allow-empty")
    before = git(home, "rev-parse", "HEAD")
    base = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, base, base + b"More.\n"), NOW)
    parts.publishing.publisher.refresh(NOW.date())
    assert git(home, "rev-parse", "HEAD") == before
    assert git(home, "diff", "--cached", "--name-only") == ""
    assert log(parts)[0] == "Eddy Editor: Mended"


def test_a_repository_that_cannot_be_opened_stops_no_reader_and_is_told(
    parts: Parts, home: Path
) -> None:
    shutil.rmtree(home / "var" / "history.git")
    (home / "var" / "history.git").write_text("not a folder")
    fresh = build(load({}, home))
    (home / "content" / LATE_PATH).write_bytes(read(parts) + b"\nZeppelin.\n")
    fresh.publishing.publisher.refresh(NOW.date())
    assert fresh.catalogue.state("history trouble")
    (home / "var" / "history.git").unlink()
    again = build(load({}, home))
    again.publishing.publisher.refresh(NOW.date())
    assert again.catalogue.state("history trouble") == ""
    assert git(history(again), "show", f"main:{LATE_PATH}").endswith("Zeppelin.\n")
    for each in (fresh, again):
        each.engine.dispose()


def test_a_link_to_a_procedure_is_edited_where_it_leads(parts: Parts, home: Path) -> None:
    (home / "content" / "billing" / "alias.md").symlink_to("../shipping/late-shipment.md")
    parts.publishing.publisher.refresh(NOW.date())
    base = read(parts)
    saved = parts.publishing.saver.save(edit("billing/alias.md", base, base + b"More.\n"), NOW)
    assert saved.path == LATE_PATH
    assert (home / "content" / "billing" / "alias.md").is_symlink()
    assert read(parts).endswith(b"More.\n")


def test_many_versions_are_packed(
    parts: Parts, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_LOOSE", 2)
    keeping = Keeping(
        Library(home / "content"),
        Repository(home / "content", history(parts)),
        home / "var",
    )
    for number in range(1500):
        keeping.repository.store(b"%d" % number)
    before = read(parts)
    parts.publishing.publisher.refresh(NOW.date())
    loose = git(history(parts), "count-objects").split()[0]
    assert int(loose) < 100
    assert git(history(parts), "fsck", "--full", "--no-dangling") == ""
    assert git(history(parts), "show", f"main:{LATE_PATH}").encode() == before
    parts.publishing.saver.save(edit(LATE_PATH, before, before + b"More.\n"), NOW)


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_files_rights_stay(parts: Parts, mode: int) -> None:
    file = parts.settings.content / LATE_PATH
    file.chmod(mode)
    base = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, base, base + b"x\n", by=EDDY), NOW)
    assert file.stat().st_mode & 0o777 == mode


def test_a_file_that_cannot_be_read_keeps_no_other_out_of_the_history(
    parts: Parts, home: Path
) -> None:
    with (home / "content" / "huge.md").open("wb") as huge:
        huge.truncate(17_000_000)
    (home / "content" / "small.md").write_text("# Small\n\nText.\n")
    parts.publishing.publisher.refresh(NOW.date())
    assert not parts.catalogue.state("history trouble")
    assert git(history(parts), "show", "--format=", "--name-only", "main").split() == ["small.md"]
    (home / "content" / "huge.md").write_text("# Smaller now\n\nText.\n")
    parts.publishing.publisher.refresh(NOW.date())
    assert git(history(parts), "show", "--format=", "--name-only", "main").split() == ["huge.md"]


def test_the_first_version_has_all_but_what_cannot_be_read(home: Path) -> None:
    with (home / "content" / "huge.md").open("wb") as huge:
        huge.truncate(17_000_000)
    parts = build(load({}, home))
    parts.publishing.publisher.refresh(NOW.date())
    assert log(parts) == ["kb: Found on disk"]
    assert "shipping/customs.md" in git(history(parts), "ls-tree", "-r", "--name-only", "main")
    parts.let_go()
