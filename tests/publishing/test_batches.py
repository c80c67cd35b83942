"""Many files in one commit, and its undo: all or nothing, and never over a later edit."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from kb.app import build
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.batches import CHANGED_SINCE, GONE, SAME_LINES, Batch, FileEdit
from kb.publishing.edits import NotSaved, UnusableEdit
from tests.conftest import NOW
from tests.databases import load, only_sqlite
from tests.effort import kills
from tests.publishing.conftest import EDDY, LATE_PATH, OTTO, edit, git, history, read
from tests.publishing.saved import forked, told
from tests.reliability import Figures

REFUND_PATH = "billing/lost-in-transit.md"
KILLS = kills(3)


def changes(parts: Parts, word: bytes, *paths: str) -> list[FileEdit]:
    """That word behind the text of each file."""
    texts = {path: read(parts, path) for path in paths or (LATE_PATH, REFUND_PATH)}
    return [FileEdit(path, text, text + word + b"\n") for path, text in texts.items()]


def appended(parts: Parts, word: bytes, *paths: str) -> Batch:
    return parts.publishing.saver.change_many(
        changes(parts, word, *paths), f"Added {word!r}", EDDY, NOW
    )


def found(parts: Parts, query: str) -> list[str]:
    hits = parts.search.searcher.search(query, Reader(), NOW.date()).hits
    return [hit.id for hit in hits]


def test_many_files_change_in_one_commit_and_are_found_by_their_new_words(parts: Parts) -> None:
    before = git(history(parts), "rev-list", "--count", "main")
    done = appended(parts, b"Kumquat.")
    assert set(done.procedure_ids) == {"SHP-014", "BIL-001"}
    assert (set(done.paths), dict(done.skipped)) == ({LATE_PATH, REFUND_PATH}, {})
    assert done.searchable
    assert int(git(history(parts), "rev-list", "--count", "main")) == int(before) + 1
    shown = git(history(parts), "show", "--name-only", "--format=%H %an %s", done.commit)
    assert shown.split("\n")[0] == f"{done.commit} Eddy Editor Added b'Kumquat.'"
    assert {LATE_PATH, REFUND_PATH} <= set(shown.split("\n"))
    assert set(found(parts, "kumquat")) >= {"SHP-014", "BIL-001"}


def test_undo_puts_every_byte_back_in_one_commit(parts: Parts) -> None:
    before = {path: read(parts, path) for path in (LATE_PATH, REFUND_PATH)}
    done = appended(parts, b"Kumquat.")
    undone = parts.publishing.saver.undo(done.commit, OTTO, NOW + timedelta(minutes=1))
    assert {path: read(parts, path) for path in before} == before
    assert set(undone.paths) == set(before)
    assert git(history(parts), "log", "-1", "--format=%an %s", "main") == (
        "Otto Outsider Undone: Added b'Kumquat.'\n"
    )
    assert "SHP-014" not in found(parts, "kumquat")


def test_an_undo_can_be_undone_and_nothing_is_undone_twice(parts: Parts) -> None:
    done = appended(parts, b"Kumquat.")
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    with pytest.raises(UnusableEdit, match="undone already"):
        parts.publishing.saver.undo(done.commit, EDDY, NOW)
    parts.publishing.saver.undo(undone.commit, EDDY, NOW)
    assert read(parts).endswith(b"Kumquat.\n")


def test_undo_leaves_a_later_edit_alone_and_names_it(parts: Parts) -> None:
    done = appended(parts, b"Kumquat.")
    later = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, later, later + b"Later.\n"), NOW)
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    assert undone.paths == (REFUND_PATH,)
    assert dict(undone.skipped) == {LATE_PATH: CHANGED_SINCE}
    assert read(parts).endswith(b"Kumquat.\nLater.\n")


def test_undo_leaves_a_change_on_disk_alone_and_gives_it_a_version(parts: Parts) -> None:
    done = appended(parts, b"Kumquat.")
    (parts.settings.content / LATE_PATH).write_bytes(b"# By hand\n")
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    assert dict(undone.skipped) == {LATE_PATH: CHANGED_SINCE}
    assert read(parts) == b"# By hand\n"
    assert git(history(parts), "show", f"main:{LATE_PATH}") == "# By hand\n"


def test_undo_leaves_a_moved_or_erased_file_alone(parts: Parts) -> None:
    done = appended(parts, b"Kumquat.")
    parts.publishing.saver.move("SHP-014", folder="billing", by=EDDY, now=NOW)
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    assert dict(undone.skipped) == {LATE_PATH: GONE}
    assert not (parts.settings.content / LATE_PATH).exists()


def test_what_others_changed_meanwhile_is_joined_or_skipped(parts: Parts) -> None:
    wanted = changes(parts, b"Kumquat.")
    base = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, base, base.replace(b"code L5", b"code L6")), NOW)
    base = read(parts, REFUND_PATH)
    parts.publishing.saver.save(edit(REFUND_PATH, base, base + b"Mango.\n"), NOW)
    done = parts.publishing.saver.change_many(wanted, "", EDDY, NOW)
    assert b"code L6" in read(parts)
    assert read(parts).endswith(b"Kumquat.\n")
    assert dict(done.skipped) == {REFUND_PATH: SAME_LINES}
    assert read(parts, REFUND_PATH).endswith(b"Mango.\n")
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    assert undone.paths == (LATE_PATH,)
    assert b"code L6" in read(parts)


def test_a_file_that_is_gone_is_skipped(parts: Parts) -> None:
    wanted = changes(parts, b"Kumquat.")
    (parts.settings.content / LATE_PATH).unlink()
    done = parts.publishing.saver.change_many(wanted, "", EDDY, NOW)
    assert dict(done.skipped) == {LATE_PATH: GONE}
    assert done.paths == (REFUND_PATH,)


def test_nothing_to_change_is_no_commit(parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    head = git(history(parts), "rev-parse", "main")
    text = read(parts)
    done = parts.publishing.saver.change_many([FileEdit(LATE_PATH, text, text)], "", EDDY, NOW)
    assert (done.commit, done.paths) == ("", ())
    assert git(history(parts), "rev-parse", "main") == head
    assert parts.publishing.ledger.listed(["shipping"], 1, 10) == ([], 0)


@pytest.mark.parametrize("path", ["../outside.md", "shipping/x.exe"])
def test_a_path_outside_is_refused_and_nothing_changes(parts: Parts, path: str) -> None:
    wanted = [*changes(parts, b"Kumquat."), FileEdit(path, b"a", b"b")]
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.change_many(wanted, "", EDDY, NOW)
    assert b"Kumquat" not in read(parts)


def test_an_unknown_commit_cannot_be_undone(parts: Parts) -> None:
    with pytest.raises(UnusableEdit, match="no such bulk change"):
        parts.publishing.saver.undo("0" * 40, EDDY, NOW)


def test_a_bulk_change_is_listed_for_the_departments_whose_files_it_changed(parts: Parts) -> None:
    done = appended(parts, b"Kumquat.", LATE_PATH)
    (listed,), total = parts.publishing.ledger.listed(["shipping"], 1, 10)
    assert (listed.commit, listed.by_name, listed.files, total) == (
        done.commit,
        "Eddy Editor",
        1,
        1,
    )
    assert parts.publishing.ledger.listed(["billing"], 1, 10) == ([], 0)
    assert parts.publishing.ledger.departments_of(listed) == {"shipping"}
    undone = parts.publishing.saver.undo(done.commit, EDDY, NOW)
    after = parts.publishing.ledger.of_commit(done.commit)
    entry = parts.publishing.ledger.of_commit(undone.commit)
    assert after
    assert entry
    assert (after.undone_by, entry.undoes) == (entry.id, after.id)


def test_two_bulk_changes_at_once_are_both_there(parts: Parts) -> None:
    first = changes(parts, b"Kumquat.")
    texts = {path: read(parts, path) for path in (LATE_PATH, REFUND_PATH)}
    second = [
        FileEdit(path, text, text.replace(b"## Steps", b"## Steps of today"))
        for path, text in texts.items()
    ]
    done: list[Batch] = []
    crowd = [
        threading.Thread(
            target=lambda some=some: done.append(
                parts.publishing.saver.change_many(some, "", EDDY, NOW)
            )
        )
        for some in (first, second)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(timeout=300)
    assert len(done) == 2
    for path in texts:
        assert b"## Steps of today" in read(parts, path)
        assert read(parts, path).endswith(b"Kumquat.\n")


@only_sqlite
def test_when_the_database_takes_no_entry_nothing_changes(parts: Parts) -> None:
    head = git(history(parts), "rev-parse", "main")

    @event.listens_for(parts.engine, "begin")
    def read_only(connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")

    with pytest.raises(NotSaved, match="database cannot be written"):
        appended(parts, b"Kumquat.")
    assert b"Kumquat" not in read(parts)
    assert git(history(parts), "rev-parse", "main") == head


def keeps_changing(parts: Parts, tell) -> None:
    """One bulk change after the other, and every third undone; ready after the first."""
    nth = 0
    while True:
        nth += 1
        word = b"Number %d of %d." % (nth, os.getpid())
        wanted = [
            FileEdit(path, text, text.rsplit(b"\nNumber ", 1)[0] + b"\n" + word + b"\n")
            for path in (LATE_PATH, REFUND_PATH, "shipping/customs.md")
            for text in [read(parts, path)]
        ]
        done = parts.publishing.saver.change_many(
            wanted, word.decode(), EDDY, NOW + timedelta(seconds=nth)
        )
        tell(f"saved {done.commit}")
        if nth == 1:
            tell("ready")
        if nth % 3 == 0:
            undone = parts.publishing.saver.undo(done.commit, EDDY, NOW + timedelta(seconds=nth))
            tell(f"saved {undone.commit}")


def last_words(parts: Parts) -> set[bytes]:
    paths = (LATE_PATH, REFUND_PATH, "shipping/customs.md")
    return {read(parts, path).rpartition(b"\nNumber ")[2] for path in paths}


@pytest.mark.parametrize("kind", ["own", "clone"])
def test_a_bulk_change_killed_at_any_point_is_whole_or_not_at_all(
    parts: Parts, home: Path, kind: str, figures: Figures
) -> None:
    content = home / "content"
    if kind == "clone":
        for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "First")):
            git(content, *words)
    start = changes(parts, b"\nNumber 0.", LATE_PATH, REFUND_PATH, "shipping/customs.md")
    parts.publishing.saver.change_many(start, "Start", EDDY, NOW)
    parts.let_go()
    repository = content if kind == "clone" else history(parts)
    chance, promised = random.Random(f"bulk {kind}"), set()
    for nth in range(KILLS):
        child, pipe = forked(home, keeps_changing)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * 0.6)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        promised |= {line[6:] for line in lines if line.startswith("saved")}
        after = build(load({}, home))
        after.publishing.publisher.refresh(NOW.date())
        after.publishing.saver.settle_bulk_changes()
        assert len(last_words(after)) == 1, nth
        assert after.publishing.ledger.unended() == []
        listed, total = after.publishing.ledger.listed(["shipping", "billing"], 1, 10_000)
        assert promised <= {bulk.commit for bulk in listed}
        assert list((home / "var" / "saving").glob("*")) == []
        if kind == "clone":
            assert git(content, "status", "--short") == ""
        commits = set(git(repository, "rev-list", "HEAD" if kind == "clone" else "main").split())
        assert {bulk.commit for bulk in listed} <= commits
        assert total == len(listed)
        after.insight.log.close()
        after.engine.dispose()
    assert promised
    figures(kills=KILLS, bulk_changes=len(promised), lost=0)
