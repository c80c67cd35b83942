"""Procedures that say nearly the same."""

from __future__ import annotations

from pathlib import Path

from kb.procedures.model import Status
from kb.search.similar.twins import ALIKE, twins
from tests.search.shelf import entry, nothing, searcher

LOST = (
    "Steps: Open the order and read the last carrier scan. Is the last scan more than five days"
    " old? Treat the parcel as lost and offer a new parcel or the money back. Note the choice."
)
EDITED = LOST.replace("five", "six").replace("Note the choice.", "Write the choice down.")
BOOTS = "Text: Wax leather boots with a soft cloth before a hike in the mountains, twice a year."
A = entry("A-1", "Parcel lost", LOST)
B = entry("B-1", "Parcel lost on its way", EDITED, department="billing")
C = entry("C-1", "Care of boots", BOOTS)


def found(folder: Path, *entries) -> list[tuple[str, str]]:
    pairs = twins(searcher(folder, *entries).snapshots())
    return [(pair.one_id, pair.other_id) for pair in pairs]


def test_an_edited_copy_is_found_and_another_procedure_is_not(tmp_path: Path) -> None:
    assert found(tmp_path, C, B, A) == [("A-1", "B-1")]


def test_the_same_text_is_as_alike_as_can_be(tmp_path: Path) -> None:
    copy = entry("A-2", "Parcel lost", LOST)
    (pair,) = twins(searcher(tmp_path, A, copy, C).snapshots())
    assert ALIKE < pair.likeness <= 1
    assert pair.likeness > 0.99


def test_a_retired_one_is_nobodys_twin(tmp_path: Path) -> None:
    old = entry("A-0", "Parcel lost", LOST, status=Status.RETIRED)
    assert found(tmp_path, A, old) == []


def test_a_draft_is_compared_too(tmp_path: Path) -> None:
    draft = entry("A-9", "Parcel lost", LOST, status=Status.DRAFT)
    assert found(tmp_path, A, draft) == [("A-1", "A-9")]


def test_nothing_and_one_have_no_twins(tmp_path: Path) -> None:
    assert twins(()) == []
    assert found(tmp_path, A) == []


def test_pairs_are_found_across_sets_and_removed_ones_are_gone(tmp_path: Path) -> None:
    many = [entry(f"M-{n}", f"Matter {n}", f"Text: About {n} and {n * 7}.") for n in range(30)]
    by = searcher(tmp_path, A, *many)
    by.index.update([B], [], nothing)
    assert ("A-1", "B-1") in [(p.one_id, p.other_id) for p in twins(by.snapshots())]
    by.index.update([], [A.procedure.path], nothing)
    assert ("A-1", "B-1") not in [(p.one_id, p.other_id) for p in twins(by.snapshots())]


def test_of_texts_that_are_all_alike_the_nearest_pairs_are_told(tmp_path: Path) -> None:
    template = [entry(f"T-{n}", f"Letter {n}", LOST) for n in range(230)]  # 26,335 pairs
    assert len(found(tmp_path, C, *template)) == 20_000
