"""A refresh of many files goes through processes of its own; what comes of it is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb.app import build
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.refreshing import parallel_indexing
from kb.search.index import index
from kb.settings import load
from tests.processes import alive_in_group
from tests.publishing.conftest import git, history

TODAY = date(2026, 11, 22)
COUNT = 110


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are used from 40 files on, with small lots and parts."""
    monkeypatch.setattr(parallel_indexing, "MANY", 40)
    monkeypatch.setattr(parallel_indexing, "LOT", 7)
    monkeypatch.setattr(index, "CHUNK", 20)
    monkeypatch.setattr(index, "MOST", 30)


def shelf(home: Path, mark: str = "pelican") -> None:
    """Files with ids and without, a twin of an id, a bad file, one that is no UTF-8."""
    folder = home / "content" / "many"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(COUNT):
        named = f"id: MNY-{number}\n" if number % 2 else ""
        text = f"---\n{named}title: Parcel {number}\n---\n\n## Steps\n\nSay {mark} w{number}.\n"
        (folder / f"p{number}.md").write_text(text, encoding="utf-8")
    (folder / "twin.md").write_text(f"---\nid: MNY-1\ntitle: Twin\n---\n\n{mark} twin\n")
    (folder / "bad.md").write_bytes(b"---\ntitle: a: b\n---\npelican \xff\n")


def site(home: Path) -> Parts:
    return build(load({}, home))


def told(parts: Parts) -> dict[str, Any]:
    """Everything a reader or the next refresh could see of it."""
    stamps = parts.catalogue.stamps()
    cards = parts.catalogue.by_ids([stamp.id for stamp in stamps.values()])
    found = parts.search.searcher.search("pelican", Reader(), TODAY, limit=200)
    return {
        "stamps": {path: (s.id, s.version, s.fingerprint) for path, s in stamps.items()},
        "cards": {id: (card.procedure, card.faults) for id, card in cards.items()},
        "hits": sorted((hit.id, round(hit.score, 5)) for hit in found.hits),
        "total": found.total,
        "indexed": parts.publishing.publisher._index.fingerprints(),
    }


def test_many_files_are_taken_in_as_few_are(
    tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for name in ("few", "many"):
        home = tmp_path / name
        shelf(home)
        monkeypatch.setattr(parallel_indexing, "MANY", 40 if name == "many" else 10_000)
        monkeypatch.setattr(index, "CHUNK", 20 if name == "many" else 10_000)
        parts = site(home)
        told_last: dict[str, int] = {}
        done = parts.publishing.publisher.refresh(
            TODAY, lambda what, done, total, last=told_last: last.update({what: done})
        )
        assert (done.files, done.changed, done.indexed) == (COUNT + 2, COUNT + 2, COUNT + 2)
        assert told_last["Reading"] == told_last["Indexing"] == COUNT + 2
        assert not (home / "var" / "reading").exists()
        again = parts.publishing.publisher.refresh(TODAY)
        assert (again.changed, again.removed, again.indexed) == (0, 0, 0)
        seen.append(told(parts))
        card = parts.catalogue.get("MNY-3")
        assert card is not None
        newest = parts.versions.newest(card.procedure, Reader())
        assert newest is not None
        assert newest.title == "Parcel 3"
    assert seen[0] == seen[1]
    assert seen[0]["total"] == COUNT + 2


def test_many_files_of_one_change_are_taken_up_as_few_are(
    tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for name in ("few", "many"):
        home = tmp_path / name
        shelf(home)
        monkeypatch.setattr(parallel_indexing, "MANY", 40 if name == "many" else 10_000)
        parts = site(home)
        parts.publishing.publisher.refresh(TODAY)
        shelf(home, "heron pelican")
        (home / "content/many/p5.md").unlink()
        paths = [f"many/p{number}.md" for number in range(COUNT)]
        assert parts.publishing.publisher.take_up(paths)
        assert not (home / "var" / "reading").exists()
        assert parts.search.searcher.search("heron", Reader(), TODAY, limit=200).total == COUNT - 1
        # Scores depend on which of many like texts share a part of the index.
        found = told(parts)
        seen.append({**found, "hits": [id for id, _ in found.pop("hits")]})
    assert seen[0] == seen[1]


def test_git_has_every_file_in_one_pack(tmp_path: Path, soon: None) -> None:
    shelf(tmp_path)
    site(tmp_path).publishing.publisher.refresh(TODAY)
    folder = history(site(tmp_path))
    assert len(list((folder / "objects" / "pack").glob("*.pack"))) == 1
    assert git(folder, "fsck", "--full", "--strict") == ""
    listed = git(folder, "ls-tree", "-r", "--name-only", "main").split()
    assert len(listed) == COUNT + 2
    file = tmp_path / "content" / "many" / "p7.md"
    assert git(folder, "show", "main:many/p7.md") == file.read_text()


def test_many_changes_replace_what_they_change_and_leave_the_rest(
    tmp_path: Path, soon: None
) -> None:
    shelf(tmp_path)
    (tmp_path / "content" / "still.md").write_text("---\ntitle: Still\n---\n\nheron\n")
    parts = site(tmp_path)
    parts.publishing.publisher.refresh(TODAY)
    shelf(tmp_path, "flamingo")
    parts.publishing.publisher.refresh(TODAY)
    assert parts.search.searcher.search("flamingo", Reader(), TODAY).total == COUNT + 1
    assert parts.search.searcher.search("pelican", Reader(), TODAY).total == 1  # the bad file
    assert parts.search.searcher.search("heron", Reader(), TODAY).total == 1


def test_an_index_that_was_deleted_comes_back(tmp_path: Path, soon: None) -> None:
    shelf(tmp_path)
    parts = site(tmp_path)
    parts.publishing.publisher.refresh(TODAY)
    before = told(parts)
    for file in (tmp_path / "search_index").rglob("*"):
        if file.is_file():
            file.unlink()
    done = parts.publishing.publisher.refresh(TODAY)
    assert (done.changed, done.indexed) == (0, COUNT + 2)
    assert told(parts) == before


def test_parts_come_in_the_order_of_the_files(tmp_path: Path, soon: None) -> None:
    shelf(tmp_path)
    orders = []
    for _ in range(2):
        parts = site(tmp_path)
        parts.publishing.publisher.refresh(TODAY, rebuild=True)
        orders.append(list(parts.publishing.publisher._index.fingerprints()))
        one = parts.publishing.publisher._index.sets()[0]
        assert len(one.parts) > 1
        assert parts.publishing.publisher._index.arrays(one)["vectors"].any(axis=1).all()
    assert orders[0] == orders[1]


_KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from kb.app import build
from kb.publishing.refreshing import parallel_indexing
from kb.search.index import index
from kb.settings import load
parallel_indexing.MANY, parallel_indexing.LOT, index.CHUNK, index.MOST = 40, 7, 20, 30
wanted, least = sys.argv[2], int(sys.argv[3])
def die(what, done, total):
    if what == wanted and done >= least:
        os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    parts = build(load({}, Path(sys.argv[1])))
    parts.publishing.publisher.refresh(date(2026, 11, 22), die, rebuild=True)
"""


@pytest.mark.parametrize(
    "point", [("Taking down", 0), ("Reading", 7), ("Reading", COUNT + 2), ("Indexing", 30)]
)
def test_killed_on_the_way_the_next_refresh_finishes_and_no_process_stays(
    tmp_path: Path, soon: None, point: tuple[str, int]
) -> None:
    shelf(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(_KILLED)
    killed = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path), point[0], str(point[1])],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        start_new_session=True,
    )
    assert killed.wait() == -signal.SIGKILL
    for _ in range(400):
        if not alive_in_group(killed.pid):
            break
        time.sleep(0.05)
    assert not alive_in_group(killed.pid)
    parts = site(tmp_path)
    parts.publishing.publisher.refresh(TODAY)
    assert not (tmp_path / "var" / "reading").exists()
    assert parts.search.searcher.search("pelican", Reader(), TODAY).total == COUNT + 2
    card = parts.catalogue.get("MNY-3")
    assert card is not None
    assert parts.versions.newest(card.procedure, Reader()) is not None
    assert parts.publishing.publisher.refresh(TODAY).indexed == 0
