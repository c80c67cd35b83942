"""content/ as one of the kinds of clone that git makes: nothing happens there that nobody did."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from kb.parts import Parts
from kb.publishing.edits import NotSaved
from kb.storage.outside_changes import QUIET
from tests.conftest import NOW
from tests.publishing.conftest import LATE_PATH, edit, git, read

REFUND_PATH = "billing/lost-in-transit.md"


@pytest.fixture
def content(home: Path) -> Path:
    folder = home / "content"
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "First")):
        git(folder, *words)
    return folder


def later(parts: Parts) -> None:
    """What the worker does after the quiet time."""
    publisher = parts.publishing.publisher
    publisher.refresh(NOW.date())
    publisher._clock = lambda: NOW + 10 * QUIET + timedelta(days=3000)
    publisher.refresh(NOW.date())
    publisher.refresh(NOW.date())


def commits(folder: Path) -> list[str]:
    return git(folder, "log", "--format=%s").splitlines()


def change(parts: Parts, old: bytes, new: bytes, path: str = LATE_PATH) -> None:
    base = read(parts, path)
    assert old in base
    parts.publishing.saver.save(edit(path, base, base.replace(old, new)), NOW)


def test_what_a_sparse_tree_leaves_out_is_not_removed(content: Path, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    git(content, "sparse-checkout", "set", "--no-cone", "/shipping/", "/*.yml")
    assert not (content / REFUND_PATH).exists()
    later(parts)
    assert commits(content) == ["First"]
    change(parts, b"500 euro", b"900 euro")
    assert REFUND_PATH in git(content, "ls-tree", "-r", "--name-only", "HEAD")
    assert git(content, "status", "--short") == ""
    assert not parts.catalogue.state("history trouble")


def test_what_git_takes_for_unchanged_is_not_committed(content: Path, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    git(content, "update-index", "--assume-unchanged", LATE_PATH)
    (content / LATE_PATH).write_bytes(read(parts) + b"\nMine.\n")
    later(parts)
    assert commits(content) == ["First"]


def test_a_removed_file_is_still_removed(content: Path, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    (content / REFUND_PATH).unlink()
    later(parts)
    assert commits(content) == ["Changed on disk", "First"]


@pytest.mark.parametrize("asked", ["* text=auto", "*.md text", "*.md eol=lf"])
def test_line_ends_that_git_would_commit_otherwise_are_no_change(
    content: Path, parts: Parts, asked: str
) -> None:
    (content / ".gitattributes").write_text(f"{asked}\n")
    git(content, "add", "-A")
    git(content, "commit", "-qm", "Attributes")
    (content / LATE_PATH).write_bytes(read(parts).replace(b"\n", b"\r\n"))
    later(parts)
    assert commits(content) == ["Attributes", "First"]
    change(parts, b"500 euro", b"900 euro")
    assert git(content, "diff", "HEAD~1", "--numstat").split()[:2] == ["1", "1"]
    assert git(content, "status", "--short") == ""


def test_line_ends_are_content_where_git_says_nothing_of_them(content: Path, parts: Parts) -> None:
    (content / LATE_PATH).write_bytes(read(parts).replace(b"\n", b"\r\n"))
    later(parts)
    assert commits(content) == ["Changed on disk", "First"]


def autocrlf(folder: Path) -> None:
    git(folder, "config", "core.autocrlf", "true")


def crlf(folder: Path) -> None:
    (folder / ".gitattributes").write_text("*.md text eol=crlf\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Attributes")


def encrypted(folder: Path) -> None:
    (folder / ".gitattributes").write_text("# secret\n*.md filter=rot diff=rot\n")
    git(folder, "config", "filter.rot.clean", "tr a-z b-za")
    git(folder, "config", "filter.rot.smudge", "tr b-za a-z")
    git(folder, "add", "-A", "--renormalize")
    git(folder, "add", "-A")
    git(folder, "commit", "-qam", "Attributes")


def split(folder: Path) -> None:
    git(folder, "update-index", "--split-index")


def partial(folder: Path) -> None:
    git(folder, "config", "core.repositoryformatversion", "1")
    git(folder, "config", "extensions.partialClone", "origin")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (autocrlf, "line ends"),
        (crlf, "eol=crlf"),
        (encrypted, "filter=rot"),
        (split, "split"),
        (partial, "partial"),
    ],
)
def test_a_clone_that_kb_cannot_write_to_is_left_to_people(
    content: Path, parts: Parts, made: Callable[[Path], None], said: str
) -> None:
    made(content)
    for file in content.rglob("*.md"):
        file.unlink()
    git(content, "checkout", "-q", "--", ".")  # as git writes them with that
    assert git(content, "status", "--short") == ""
    before = commits(content)
    later(parts)
    assert said in (parts.storage.keeping.repository.apart or "")
    assert not parts.catalogue.state("history trouble")
    change(parts, b"500 euro", b"900 euro")
    assert b"900 euro" in read(parts)
    later(parts)
    assert commits(content) == before
    assert git(content, "status", "--short").split() == ["M", LATE_PATH]
    own = parts.settings.var / "history.git"
    assert "Mended" in git(own, "log", "--format=%s", "main")


def test_a_repository_by_sha256_is_left_to_people(home: Path, parts: Parts) -> None:
    content = home / "content"
    git(content, "init", "-q", "-b", "main", "--object-format=sha256")
    git(content, "add", "-A")
    git(content, "commit", "-qm", "First")
    later(parts)
    change(parts, b"500 euro", b"900 euro")
    assert commits(content) == ["First"]
    assert "SHA-256" in (parts.storage.keeping.repository.apart or "")
    assert not parts.catalogue.state("history trouble")


def test_filters_for_other_files_leave_the_texts_as_they_are(content: Path, parts: Parts) -> None:
    (content / ".gitattributes").write_text("*.png filter=lfs -text\n")
    git(content, "add", "-A")
    git(content, "commit", "-qm", "Attributes")
    later(parts)
    change(parts, b"500 euro", b"900 euro")
    assert commits(content) == ["Mended", "Attributes", "First"]


def test_a_shallow_clone_is_saved_to(content: Path, parts: Parts, tmp_path: Path) -> None:
    (content / "more.md").write_text("# More\n\nText\n")
    git(content, "add", "-A")
    git(content, "commit", "-qm", "Second")
    git(tmp_path, "clone", "-q", "--depth", "1", content.as_uri(), str(tmp_path / "shallow"))
    content.joinpath(".git").rename(tmp_path / "whole")
    (tmp_path / "shallow" / ".git").rename(content / ".git")
    later(parts)
    change(parts, b"500 euro", b"900 euro")
    assert commits(content) == ["Mended", "Second"]
    assert not parts.catalogue.state("history trouble")


def test_a_file_that_can_be_run_stays_so(content: Path, parts: Parts) -> None:
    (content / LATE_PATH).chmod(0o755)
    git(content, "add", "-A")
    git(content, "commit", "-qm", "Runs")
    later(parts)
    change(parts, b"500 euro", b"900 euro")
    assert git(content, "ls-tree", "HEAD", LATE_PATH).startswith("100755")
    assert os.access(content / LATE_PATH, os.X_OK)
    assert git(content, "status", "--short") == ""


def test_a_linked_working_tree_is_saved_to(content: Path, parts: Parts, tmp_path: Path) -> None:
    """`git worktree add`: .git is a file."""
    git(content, "branch", "side")
    git(content, "worktree", "add", "-q", str(tmp_path / "side"), "side")
    content.joinpath(".git").rename(tmp_path / "main.git")
    link = (tmp_path / "side" / ".git").read_text()
    (content / ".git").write_text(link.replace(str(content / ".git"), str(tmp_path / "main.git")))
    later(parts)
    try:
        change(parts, b"500 euro", b"900 euro")
    except NotSaved as trouble:
        pytest.fail(str(trouble))
    assert "Mended" in git(tmp_path / "main.git", "log", "--format=%s", "side")


def test_folders_that_are_left_out_and_come_back_are_no_change(content: Path, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    git(content, "sparse-checkout", "set", "shipping")
    assert not (content / REFUND_PATH).exists()
    later(parts)
    git(content, "sparse-checkout", "disable")
    later(parts)
    assert commits(content) == ["First"]
    assert git(content, "status", "--short") == ""


def test_a_file_that_git_was_told_to_skip_is_not_removed(content: Path, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    git(content, "update-index", "--skip-worktree", REFUND_PATH)
    (content / REFUND_PATH).unlink()
    later(parts)
    assert commits(content) == ["First"]


@pytest.mark.parametrize("where", ["config", "info", "global"])
def test_line_ends_that_are_asked_for_elsewhere_are_no_change(
    content: Path, parts: Parts, tmp_path: Path, where: str
) -> None:
    asked = "*.md text eol=crlf\n"
    if where == "config":
        git(content, "config", "core.autocrlf", "input")
    elif where == "info":
        (content / ".git" / "info").mkdir(exist_ok=True)
        (content / ".git" / "info" / "attributes").write_text(asked)
    else:
        (tmp_path / "attributes").write_text(asked)
        git(content, "config", "core.attributesFile", str(tmp_path / "attributes"))
    (content / LATE_PATH).write_bytes(read(parts).replace(b"\n", b"\r\n"))
    later(parts)
    assert commits(content) == ["First"]


@pytest.mark.parametrize("asked", ["filter=loud", "working-tree-encoding=UTF-16"])
def test_what_git_would_change_on_its_way_in_never_enters_as_it_is(
    content: Path, parts: Parts, asked: str
) -> None:
    git(content, "config", "filter.loud.clean", "tr a-z A-Z")
    (content / ".gitattributes").write_text(f"*.md {asked}\n")
    git(content, "add", ".gitattributes")
    git(content, "commit", "-qm", "Attributes")
    (content / LATE_PATH).write_bytes(read(parts) + b"\nPlain words.\n")
    later(parts)
    assert "Plain words" not in git(content, "show", f"HEAD:{LATE_PATH}")
