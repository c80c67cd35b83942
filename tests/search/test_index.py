"""Writing the index: changes, crashes, other processes, a folder that is deleted meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from kb.procedures.model import Entry
from kb.search.index import index as index_module
from kb.search.index.current_snapshots import LOOK_AGAIN
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from tests.search.shelf import DAMAGED, LATE, REFUND, REP, SETUP, TODAY, entry, ids, nothing


@pytest.fixture
def index(tmp_path: Path) -> Index:
    one = Index(tmp_path / "search_index")
    one.rebuild([LATE, DAMAGED, REFUND], nothing)
    return one


def found(index: Index, text: str) -> list[str]:
    return ids(Searcher(index).search(text, REP, TODAY))


def numbered(count: int, start: int = 0) -> list[Entry]:
    return [entry(f"N-{n}", f"Case number{n}", f"Steps: Say word{n}.") for n in range(start, count)]


def test_fingerprints_tell_what_is_indexed(index: Index) -> None:
    assert index.fingerprints() == {
        "shipping/SHP-014.md": "1",
        "shipping/SHP-020.md": "1",
        "billing/BIL-001.md": "1",
    }
    assert Index(index.folder.parent / "none").fingerprints() == {}


def test_an_update_adds_replaces_and_removes_at_once(index: Index) -> None:
    searcher = Searcher(index)
    assert ids(searcher.search("photographs", REP, TODAY)) == ["SHP-020"]
    changed = entry("SHP-020", "Parcel arrived broken", "Steps: Take a video.", fingerprint="2")
    index.update([changed, SETUP], [REFUND.procedure.path], nothing)
    assert ids(searcher.search("photographs", REP, TODAY)) == []
    assert ids(searcher.search("video", REP, TODAY)) == ["SHP-020"]
    assert ids(searcher.search("watch", REP, TODAY)) == ["TEC-003"]
    assert ids(searcher.search("refund", REP, TODAY)) == []
    assert index.fingerprints() == {
        "shipping/SHP-014.md": "1",
        "shipping/SHP-020.md": "2",
        "technical/TEC-003.md": "1",
    }


def test_many_small_updates_leave_few_files(index: Index) -> None:
    for one in numbered(30):
        index.update([one], [], nothing)
    for one in numbered(30):
        index.update([one], [], nothing)
    assert len(index.fingerprints()) == 33
    assert found(index, "word7") == ["N-7"]
    assert len(list((index.folder / "parts").iterdir())) <= 12
    assert len(list((index.folder / "sets").iterdir())) == 1


def test_what_keywords_mean_outlives_merging(index: Index) -> None:
    text = "Steps: Open the account and follow the form."
    said = entry("P-1", "Form", text, keywords=("I forgot my password",))
    other = entry("P-2", "Form", text, keywords=("I moved to another house",))

    def means(typed: str) -> dict[str, float]:
        """What meaning adds to each of the two."""
        hits = Searcher(index).explain(typed, REP, TODAY).hits
        adds = {hit.id: {part.name: part.adds for part in hit.parts}["meaning"] for hit in hits}
        return {id: adds[id] for id in ("P-1", "P-2")}

    index.update([other, said], [], nothing)
    before = means("account with lost login")
    assert before["P-1"] > before["P-2"]
    for one in numbered(30):
        index.update([one], [], nothing)
    assert means("account with lost login") == before


def test_everything_may_be_removed(index: Index) -> None:
    index.update([], list(index.fingerprints()), nothing)
    assert index.fingerprints() == {}
    assert found(index, "parcel") == []


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    index = Index(tmp_path / "search_index")
    index.rebuild([], nothing)
    assert index.fingerprints() == {}
    assert found(index, "parcel") == []


def test_a_path_given_twice_counts_once(index: Index) -> None:
    index.rebuild([LATE, LATE], nothing)
    assert found(index, "late shipment") == ["SHP-014"]


def test_progress_tells_how_many_are_written(index: Index) -> None:
    told: list[int] = []
    index.rebuild(numbered(3), told.append)
    assert told == [3]


def test_a_large_rebuild_uses_processes_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "CHUNK", 50)
    index = Index(tmp_path / "search_index")
    told: list[int] = []
    index.rebuild(numbered(170), told.append)
    assert told[-1] == 170
    assert told == sorted(told)
    assert len(index.fingerprints()) == 170
    assert found(index, "word160") == ["N-160"]


def test_entries_that_fail_midway_leave_the_old_index_in_service(index: Index) -> None:
    def failing():
        yield SETUP
        raise RuntimeError("the disk went away")

    for write in (
        lambda: index.rebuild(failing(), nothing),
        lambda: index.update(failing(), [], nothing),
    ):
        with pytest.raises(RuntimeError):
            write()
        assert len(index.fingerprints()) == 3
        assert found(index, "late shipment")[0] == "SHP-014"
    index.update([SETUP], [], nothing)
    assert len(index.fingerprints()) == 4


def _rebuild_slowly(folder: Path, started: str) -> None:
    def slowly():
        yield SETUP
        Path(started).touch()
        time.sleep(60)

    Index(folder).rebuild(slowly(), nothing)


def test_killed_in_the_middle_the_old_index_stays(index: Index, tmp_path: Path) -> None:
    started = tmp_path / "started"
    writing = multiprocessing.get_context("spawn").Process(
        target=_rebuild_slowly, args=(index.folder, str(started))
    )
    writing.start()
    for _ in range(1000):
        if started.exists():
            break
        time.sleep(0.02)
    assert writing.pid
    os.kill(writing.pid, signal.SIGKILL)
    writing.join(30)
    assert found(index, "late shipment")[0] == "SHP-014"
    index.update([SETUP], [], nothing)
    assert found(index, "watch") == ["TEC-003"]


def test_a_set_without_a_word_is_no_hindrance(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "SMALL", 1)
    index.update([entry("X-1", "\U0001f4e6", "")], [], nothing)
    searcher = Searcher(index)
    assert [one.count for one in searcher.snapshots()][-1] == 1
    results = searcher.search("parcle", REP, TODAY)
    assert (results.total, results.did_you_mean) == (2, "parcel")


def test_the_folder_may_be_deleted_at_any_time(index: Index) -> None:
    searcher = Searcher(index)
    assert searcher.search("parcel", REP, TODAY).total == 2
    shutil.rmtree(index.folder)
    time.sleep(2 * LOOK_AGAIN)
    assert searcher.search("parcel", REP, TODAY).total == 0
    assert index.fingerprints() == {}
    index.update([LATE], [], nothing)
    assert searcher.search("parcel", REP, TODAY).total == 1


@pytest.mark.parametrize("damage", ["empty", "garbage", "cut", "missing", "other language"])
def test_a_damaged_index_finds_nothing_and_is_built_again(index: Index, damage: str) -> None:
    arrays = next((index.folder / "sets").iterdir())
    if damage == "empty":
        index.current.write_bytes(b"")
    elif damage == "garbage":
        index.current.write_bytes(b'{"format": [\xff')
    elif damage == "cut":
        arrays.write_bytes(arrays.read_bytes()[:999])
    elif damage == "missing":
        arrays.unlink()
    else:
        index = Index(index.folder, "german")
    assert found(index, "parcel") == []
    assert index.fingerprints() == {}
    index.update([LATE], [], nothing)
    assert found(index, "parcel") == ["SHP-014"]


def test_a_searcher_keeps_answering_while_others_write(index: Index) -> None:
    searcher = Searcher(index)
    stop = threading.Event()
    wrong: list[object] = []

    def ask() -> None:
        while not stop.is_set():
            hits = ids(searcher.search("late shipment", REP, TODAY))
            if hits[:1] != ["SHP-014"]:
                wrong.append(hits)

    asking = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for thread in asking:
        thread.start()
    other = Index(index.folder)
    for nth, one in enumerate(numbered(12)):
        other.update([one], [], nothing)
        time.sleep(2 * LOOK_AGAIN)
        assert ids(searcher.search(f"word{nth}", REP, TODAY)) == [f"N-{nth}"]
    other.rebuild([LATE], nothing)
    stop.set()
    for thread in asking:
        thread.join(30)
    assert wrong == []


def test_two_writers_wait_for_each_other(index: Index) -> None:
    def write(start: int) -> None:
        for one in numbered(start + 5, start):
            Index(index.folder).update([one], [], nothing)

    threads = [threading.Thread(target=write, args=(start,), daemon=True) for start in (0, 5, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(index.fingerprints()) == 18
