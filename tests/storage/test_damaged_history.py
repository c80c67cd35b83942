"""A history that lacks something, or is damaged: it costs what needs it, and the rest goes on."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest
from flask import Flask

from kb.app import build
from kb.condition.checks import concerns
from kb.parts import Parts
from kb.publishing.edits import Edit, NotSaved, author_of
from kb.storage.git import loose_objects, refs
from kb.storage.git.loose_objects import ASIDE, LooseObjects, is_whole
from tests import databases
from tests.conftest import NOW, signed_in
from tests.pagekit import page

Damage = Callable[[Path], object]
PATH = "shipping/late-shipment.md"


@pytest.fixture(autouse=True)
def _looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loose_objects, "_EVERY", 0.0)


def edited(parts: Parts, old: str, new: str) -> None:
    raw = (parts.settings.content / PATH).read_bytes()
    text = raw.replace(old.encode(), new.encode())
    assert text != raw
    by = author_of(parts.people.directory.everyone(1, 1).people[0])
    parts.publishing.saver.save(Edit(PATH, raw, text, "", False, by), NOW)


def git_of(parts: Parts) -> pygit2.Repository:
    return pygit2.Repository(str(parts.settings.var / "history.git"))


def loose(folder: Path, name: str) -> Path:
    return folder / "objects" / name[:2] / name[2:]


def blob_of_the_past(parts: Parts) -> str:
    """The text before the newest, as an object of its own."""
    edited(parts, "code L5", "code L6")
    blob = git_of(parts).revparse_single(f"HEAD:{PATH}").id
    edited(parts, "code L6", "code L7")
    return str(blob)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: (file.chmod(0o600), file.write_bytes(b"garbage" * 9)),
        lambda file: (file.chmod(0o600), file.write_bytes(b"")),
        lambda file: (file.chmod(0o600), file.write_bytes(bytes(200))),
    ],
    ids=["missing", "garbage", "empty", "zeroed"],
)
def test_an_old_text_that_is_lost_costs_only_itself(
    app: Flask, parts: Parts, spoil: Damage
) -> None:
    blob = blob_of_the_past(parts)
    parts.publishing.publisher.refresh(NOW.date())
    spoil(loose(parts.settings.var / "history.git", blob))
    edited(parts, "code L7", "code L8")
    parts.publishing.publisher.refresh(NOW.date())
    page(signed_in(app, "editor@kb.example"), "/procedures/SHP-014")
    page(signed_in(app, "editor@kb.example"), "/procedures/SHP-014/history")
    assert parts.storage.history.blob(blob) is None
    git = git_of(parts)
    assert b"code L8" in git.revparse_single(f"HEAD:{PATH}").data


def head_is_garbage(folder: Path) -> None:
    (folder / "HEAD").write_bytes(b"\x00\xffnonsense")


def head_is_empty(folder: Path) -> None:
    (folder / "HEAD").write_bytes(b"")


def head_is_gone(folder: Path) -> None:
    (folder / "HEAD").unlink()


@pytest.mark.parametrize("damage", [head_is_garbage, head_is_empty, head_is_gone])
def test_a_damaged_head_is_made_again(parts: Parts, home: Path, damage: Damage) -> None:
    edited(parts, "code L5", "code L6")
    before = git_of(parts).head.target
    damage(parts.settings.var / "history.git")
    edited(parts, "code L6", "code L7")
    git = git_of(parts)
    assert git.head.peel(pygit2.Commit).parent_ids == [before]
    assert concerns(parts) == ()


def without_the_commit(folder: Path) -> None:
    git = pygit2.Repository(str(folder))
    loose(folder, str(git.head.target)).unlink()


def without_the_tree(folder: Path) -> None:
    git = pygit2.Repository(str(folder))
    loose(folder, str(git.head.peel(pygit2.Commit).tree_id)).unlink()


def branch_is_garbage(folder: Path) -> None:
    (folder / "refs" / "heads" / "main").write_bytes(b"nonsense\n")


def branch_is_empty(folder: Path) -> None:
    (folder / "refs" / "heads" / "main").write_bytes(b"")


def objects_are_gone(folder: Path) -> None:
    shutil.rmtree(folder / "objects")


def config_is_garbage(folder: Path) -> None:
    (folder / "config").write_bytes(b"[core\n\x00\xff=")


def packs_are_damaged(folder: Path) -> None:
    for file in (folder / "objects" / "pack").iterdir():
        file.chmod(0o600)
        file.write_bytes(b"PACK" + bytes(400))
    without_the_tree(folder)


BEYOND = [
    without_the_commit,
    without_the_tree,
    branch_is_garbage,
    branch_is_empty,
    objects_are_gone,
    config_is_garbage,
    packs_are_damaged,
]


@pytest.mark.parametrize("damage", BEYOND)
def test_without_its_newest_commit_saving_says_what_to_do_and_all_else_goes_on(
    app: Flask, parts: Parts, home: Path, damage: Damage
) -> None:
    edited(parts, "code L5", "code L6")
    kept = home / "backup"
    folder = parts.settings.var / "history.git"
    shutil.copytree(folder, kept)
    damage(folder)
    again = build(databases.load({}, home))
    said = ""
    try:
        edited(again, "code L6", "code L7")
    except NotSaved as refusal:
        said = str(refusal)
    assert not said or "put it back from a backup" in said
    again.publishing.publisher.refresh(NOW.date())
    shutil.rmtree(again.settings.search_index)
    again.publishing.publisher.refresh(NOW.date())
    assert again.search.searcher.search("parcel", reader(again), NOW.date()).total
    if said:
        assert [one.part for one in concerns(again)] == ["history"]
    editor = signed_in(app, "editor@kb.example")
    page(editor, "/procedures/SHP-014")
    assert editor.get("/procedures/SHP-014/history").status_code in (200, 503)
    shutil.rmtree(folder)
    kept.rename(folder)
    for text in ("code L8", "code L9"):
        old = "code L7" if b"code L7" in (home / "content" / PATH).read_bytes() else "code L6"
        edited(again, old if text == "code L8" else "code L8", text)
    again.publishing.publisher.refresh(NOW.date())
    assert concerns(again) == ()
    again.insight.log.close()
    again.let_go()


def reader(parts: Parts):
    return parts.people.directory.everyone(1, 1).people[0].reader()


def test_a_lock_that_was_left_is_named_where_it_is(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refs, "_WAIT", 0.0)
    edited(parts, "code L5", "code L6")
    lock = parts.settings.var / "history.git" / "refs" / "heads" / "main.lock"
    lock.touch()
    with pytest.raises(NotSaved, match=r"at work in var/history\.git \(main\.lock is there\)"):
        edited(parts, "code L6", "code L7")
    lock.unlink()
    edited(parts, "code L6", "code L7")


def packed(text: bytes) -> bytes:
    return zlib.compress(b"blob %d\0%s" % (len(text), text))


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (packed(b""), True),
        (packed(b"some text"), True),
        (packed(b"much " * 99_999), True),
        (packed(b"some text")[:-3], False),
        (packed(b"much " * 99_999)[:200], False),
        (packed(b"some text")[:3], False),
        (b"", False),
        (b"plain", False),
        (zlib.compress(b"blob 5\0four"), False),
        (zlib.compress(b"blob 3\0four"), False),
        (zlib.compress(b"blob 3\0" + b"x" * 999_999), False),
        (zlib.compress(b"blob x\0four"), False),
        (zlib.compress(b"blob"), False),
    ],
)
def test_what_cannot_be_unpacked_to_its_end_is_put_aside(
    tmp_path: Path, raw: bytes, whole: bool
) -> None:
    """In a folder that no git ever reads."""
    file = tmp_path / "ab" / ("c" * 38)
    file.parent.mkdir()
    file.write_bytes(raw)
    assert is_whole(file) is whole
    LooseObjects().look(tmp_path)
    assert file.exists() is whole
    assert file.with_name(file.name + ASIDE).exists() is not whole


def test_what_was_whole_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "ab" / ("c" * 38)
    file.parent.mkdir()
    file.write_bytes(packed(b"some text"))
    looking = LooseObjects()
    looking.look(tmp_path)
    file.write_bytes(packed(b"some text")[:-2])
    looking.look(tmp_path)
    assert not file.exists()
