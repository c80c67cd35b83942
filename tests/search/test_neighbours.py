"""What is near in meaning, as far as the reader may find it."""

from __future__ import annotations

from pathlib import Path

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search.searcher import Searcher
from kb.search.similar.neighbours import NEAR, Nearness
from tests.search.shelf import REP, entry, nothing, searcher

SHIPPING = Reader(frozenset({"shipping"}))
LOST = "Text: The parcel of the customer is lost on its way; the carrier cannot find the parcel."
A = entry("A-1", "Parcel lost", LOST)
B = entry(
    "B-1", "Parcel missing", "Text: The customer's parcel is missing; ask the carrier for it."
)
C = entry("C-1", "Lost parcel abroad", LOST, status=Status.DRAFT)
D = entry("D-1", "Boots", "Text: How to wax leather boots before a hike in the mountains.")
E = entry("E-1", "Old way with lost parcels", LOST, status=Status.RETIRED)


def near(nearness: Nearness, id: str, reader: Reader = REP) -> list[str]:
    return [one.id for one in nearness.near(id, reader)]


def test_the_like_is_near_and_the_unlike_is_not(tmp_path: Path) -> None:
    nearness = Nearness(searcher(tmp_path, A, B, D))
    assert near(nearness, "A-1") == ["B-1"]
    assert near(nearness, "D-1") == []
    assert all(NEAR <= one.near <= 1.01 for one in nearness.near("A-1", REP))


def test_another_department_s_draft_is_near_to_nobody_else(tmp_path: Path) -> None:
    nearness = Nearness(searcher(tmp_path, A, B, C, E))
    assert near(nearness, "A-1") == ["B-1"]
    assert near(nearness, "A-1", SHIPPING) == ["C-1", "B-1"]


def test_an_unknown_id_is_near_to_nothing(tmp_path: Path) -> None:
    assert near(Nearness(searcher(tmp_path, A, B)), "X-1") == []


def test_a_change_of_the_index_is_noticed(tmp_path: Path) -> None:
    found_by: Searcher = searcher(tmp_path, A, B)
    nearness = Nearness(found_by)
    assert near(nearness, "A-1") == ["B-1"]
    found_by.index.update([], [B.procedure.path], nothing)
    assert near(nearness, "A-1") == []
    assert near(nearness, "B-1") == []
