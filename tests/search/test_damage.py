"""An index that is not as it was written: seen, out of service without an error, built anew."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import durable
from kb.procedures.visibility import Reader
from kb.search.index import array_file
from kb.search.index.array_file import Damaged
from kb.search.index.current_snapshots import LOOK_AGAIN, CurrentSnapshots
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from kb.search.similar.neighbours import Nearness
from kb.search.suggester import Suggester
from tests.effort import examples
from tests.search.shelf import LATE, REP, SHELF, TODAY, ids, nothing


def built(folder: Path) -> Index:
    index = Index(folder)
    index.rebuild(SHELF[:3], nothing)
    index.update(SHELF[3:], [], nothing)
    return index


def files(index: Index) -> list[Path]:
    """All with anything in them, in an order that does not follow from random names."""
    found = [one for one in index.folder.rglob("*") if one.is_file() and one.stat().st_size]
    return sorted(found, key=lambda one: (one.suffix, one.stat().st_size))


def flip(file: Path, place: float, many: int, seed: int) -> None:
    raw = bytearray(file.read_bytes())
    chance = random.Random(seed)
    first = int(place * len(raw))
    for at in range(first, min(first + many, len(raw))):
        raw[at] ^= chance.randrange(1, 256)
    with file.open("r+b") as opened:  # in place: who has it in memory sees it change
        opened.write(raw)


def ask_everything(searcher: Searcher) -> None:
    for text in ("late parcel", "shippment", '"the customer" -refund', "department:billing"):
        searcher.search(text, REP, TODAY)
        searcher.glance(text, REP, 5, prefix=True)
    Suggester(searcher).suggest("complaint dam", Reader())
    Nearness(searcher).near(LATE.procedure.id, REP)


@given(
    which=st.integers(0, 99),
    place=st.floats(0, 1, exclude_max=True),
    many=st.sampled_from([1, 8, 400]),
    seed=st.integers(0, 99),
    running=st.booleans(),
)
@settings(max_examples=examples(60), deadline=None)
def test_flipped_bytes_anywhere_raise_nothing_and_heal(
    tmp_path_factory: pytest.TempPathFactory,
    which: int,
    place: float,
    many: int,
    seed: int,
    running: bool,
) -> None:
    index = built(tmp_path_factory.mktemp("index") / "search_index")
    searcher = Searcher(index)
    if running:
        ask_everything(searcher)
    every = files(index)
    flip(every[which % len(every)], place, many, seed)
    ask_everything(searcher)
    if why := index.damage():
        index.retire(why)
    if not index.in_service:
        assert index.was_damaged
        assert index.fingerprints() == {}
        index.rebuild(SHELF, nothing)
    assert not index.was_damaged
    assert index.damage() == ""
    assert ids(searcher.search("late shipment", REP, TODAY))[0] == "SHP-014"


def damages(file: Path) -> dict[str, Callable[[], object]]:
    return {
        "cut": lambda: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        "zeroed": lambda: file.write_bytes(bytes(file.stat().st_size)),
        "empty": lambda: file.write_bytes(b""),
        "missing": file.unlink,
        "another's": lambda: file.write_bytes(b"of something else" * 99),
    }


@pytest.mark.parametrize("damage", damages(Path()))
def test_whatever_happens_to_a_file_is_seen(tmp_path: Path, damage: str) -> None:
    for nth in range(len(files(built(tmp_path / "one")))):
        index = built(tmp_path / f"{damage} {nth}")
        searcher = Searcher(index)
        ask_everything(searcher)
        file = files(index)[nth]
        damages(file)[damage]()
        time.sleep(2 * LOOK_AGAIN)
        ask_everything(searcher)
        assert index.damage() or not index.in_service, file


def test_a_set_in_the_place_of_another_is_seen(tmp_path: Path) -> None:
    one, other = built(tmp_path / "one"), built(tmp_path / "other")
    mine, theirs = (next((index.folder / "sets").iterdir()) for index in (one, other))
    mine.write_bytes(theirs.read_bytes())
    assert Searcher(one).search("parcel", REP, TODAY).total == 0
    assert one.was_damaged


def test_a_part_in_the_place_of_another_is_seen(tmp_path: Path) -> None:
    index = built(tmp_path / "one")
    one, other = (index.folder / "parts").iterdir()
    for old, new in ((one, tmp_path / "aside"), (other, one), (tmp_path / "aside", other)):
        old.rename(new)
    index.update([LATE], [], nothing)
    assert index.was_damaged


def test_values_that_only_look_right_are_found_out_when_they_fail(tmp_path: Path) -> None:
    index = built(tmp_path / "index")
    searcher = Searcher(index)
    (one,) = searcher.snapshots()
    damaged = dict(one.arrays)
    damaged["texts"] = np.full_like(damaged["texts"], 0xFF)
    one.arrays = damaged  # as if memory, not the disk, had changed: the files are whole
    with pytest.raises(UnicodeDecodeError):
        searcher.search("parcel", REP, TODAY)
    file = index.set_file(index.sets()[0])
    place = file.read_bytes().index(b"SHP-014")
    raw = bytearray(file.read_bytes())
    raw[place] ^= 1
    file.write_bytes(raw)
    assert searcher.with_snapshots((one,)).search("parcel", REP, TODAY).total == 0
    assert index.was_damaged


def test_a_writer_that_meets_damage_takes_the_index_out_of_service(tmp_path: Path) -> None:
    index = built(tmp_path / "index")
    part = next((index.folder / "parts").iterdir())
    flip(part / "postings.arrays", 0.5, 1, 7)
    index.update([LATE], [], nothing)
    assert index.was_damaged
    index.rebuild(SHELF, nothing)
    assert not index.was_damaged
    assert ids(Searcher(index).search("late shipment", REP, TODAY))[0] == "SHP-014"


def test_while_somebody_writes_it_nothing_is_found_and_nothing_raised(tmp_path: Path) -> None:
    index = built(tmp_path / "index")
    searcher = Searcher(index)
    flip(next((index.folder / "sets").iterdir()), 0.9, 400, 3)
    told: list[int] = []

    def ask() -> None:
        told.append(searcher.search("parcel", REP, TODAY).total)

    with durable.alone(index.folder / "LOCK"):
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(20)
    assert told == [0]
    assert index.in_service  # the writer's, who may be about to replace it
    CurrentSnapshots(index)()
    assert index.was_damaged


def test_an_index_of_another_language_is_left_alone(tmp_path: Path) -> None:
    index = built(tmp_path / "index")
    german = Index(index.folder, "german")
    assert Searcher(german).search("parcel", REP, TODAY).total == 0
    assert german.damage() == ""
    assert index.in_service


def test_learned_words_that_are_damaged_teach_nothing(tmp_path: Path) -> None:
    file = tmp_path / "some.arrays"
    array_file.save(file, {"numbers": np.arange(500), "names": np.array([b"a", b"bcd"])})
    assert array_file.load(file, whole=True)["names"].tolist() == [b"a", b"bcd"]
    raw = bytearray(file.read_bytes())
    raw[-300] ^= 4
    file.write_bytes(raw)
    assert len(array_file.load(file)["numbers"]) == 500
    with pytest.raises(Damaged, match="numbers is not as it was written"):
        array_file.load(file, whole=True)


def test_the_head_has_a_checksum_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "some.arrays"
    array_file.save(file, {"numbers": np.arange(8)})
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b'"numbers"', b'"numbert"'))
    with pytest.raises(Damaged, match="head"):
        array_file.load(file)
