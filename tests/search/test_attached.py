"""What files beside procedures say is found, with its page, below what the texts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.procedures.model import AttachedText, Entry, Status, TextPlace
from kb.procedures.visibility import Reader
from kb.search.evaluation.proposed_index import with_entries
from kb.search.index import passages, segment
from kb.search.index.index import Index
from kb.search.results import Hit
from kb.search.searcher import Searcher
from kb.search.suggester import Suggester
from tests.search.shelf import REP, TODAY, entry, ids, nothing, searcher

PAGES = (
    TextPlace("page 1", "Harbour handbook. All crossings and their berths.", "page=1"),
    TextPlace("page 2", "A stowaway is handed to the purser. Lock the hold first.", "page=2"),
    TextPlace("page 3", "Seasick guests get ginger and a blanket from the purser.", "page=3"),
)
BOOK = AttachedText("ferries/hand book.pdf", PAGES)


def with_files(one: Entry, *files: AttachedText) -> Entry:
    return replace(one, attached=files)


CROSSING = with_files(
    entry("FER-1", "Book a crossing", "Steps: Choose the berth. See the handbook."), BOOK
)
PURSER = entry("FER-2", "Call the purser", "Steps: Dial nine and ask for the purser.")
REFUND = entry("FER-3", "Refund a ticket", "Steps: Ask for the ticket and pay it back.")


@pytest.fixture
def ferries(tmp_path: Path) -> Searcher:
    return searcher(tmp_path, CROSSING, PURSER, REFUND)


def hits(of: Searcher, text: str, reader: Reader = REP) -> tuple[Hit, ...]:
    return of.search(text, reader, TODAY).hits


def test_a_word_in_an_attachment_is_found_with_its_page(ferries: Searcher) -> None:
    (hit,) = hits(ferries, "stowaway")
    assert hit.id == "FER-1"
    assert hit.attached is not None
    assert (hit.attached.name, hit.attached.where) == ("hand book.pdf", "page 2")
    assert hit.attached.as_json()["url"] == "/files/ferries/hand%20book.pdf#page=2"
    assert (hit.anchor, hit.heading) == ("", "")
    assert [part.text for part in hit.snippet if part.marked] == ["stowaway"]


def test_the_page_with_most_of_the_words_is_shown(ferries: Searcher) -> None:
    found = {hit.id: hit.attached for hit in hits(ferries, "seasick ginger purser")}
    assert found["FER-1"] is not None
    assert found["FER-1"].where == "page 3"


def test_what_the_text_says_is_shown_before_what_an_attachment_says(ferries: Searcher) -> None:
    (first, *_) = hits(ferries, "choose berth")
    assert first.id == "FER-1"
    assert first.attached is None
    assert first.heading == "Steps"


def test_words_of_a_text_weigh_more_than_those_of_an_attachment(ferries: Searcher) -> None:
    assert ids(ferries.search("purser", REP, TODAY)) == ["FER-2", "FER-1"]


def test_a_word_of_a_text_alone_comes_before_one_of_an_attachment(tmp_path: Path) -> None:
    long = "Steps: " + "Read the tide table and ring the bell. " * 40 + "Whistle."
    page = AttachedText("a.pdf", (TextPlace("page 1", "Whistle whistle whistle."),))
    shelf = [entry("FER-1", "Tides", long), with_files(entry("FER-2", "Tides", "See it."), page)]
    found = searcher(tmp_path, *shelf)
    assert ids(found.search("whistle", REP, TODAY)) == ["FER-1", "FER-2"]


def test_a_page_with_all_words_comes_before_pages_with_one_each(tmp_path: Path) -> None:
    texts = ["Anchor", "Winch", "Bilge"], ["Anchor winch bilge", "Rope", "Chain"]
    shelf = [
        with_files(
            entry(f"FER-{nth}", "Deck work", "See the plan."),
            AttachedText("a.pdf", tuple(TextPlace(f"page {n}", t) for n, t in enumerate(some, 1))),
        )
        for nth, some in enumerate(texts)
    ]
    found = searcher(tmp_path, *shelf)
    assert ids(found.search("anchor winch bilge", REP, TODAY)) == ["FER-1", "FER-0"]


def test_a_phrase_is_found_where_it_stands_on_a_page(ferries: Searcher) -> None:
    assert ids(ferries.search('"lock the hold"', REP, TODAY)) == ["FER-1"]
    assert ids(ferries.search('"hold the lock"', REP, TODAY)) == []
    assert ids(ferries.search('"first seasick"', REP, TODAY)) == []


def test_a_compound_on_a_page_is_found_in_one_word(tmp_path: Path) -> None:
    page = AttachedText("a.pdf", (TextPlace("page 1", "The self-unloading ramp, compen-sation."),))
    one = searcher(tmp_path, with_files(entry("FER-1", "Ramps", "See the plan."), page))
    for typed in ("selfunloading", "self-unloading", "compensation"):
        assert [hit.attached is not None for hit in hits(one, typed)] == [True], typed


def test_an_excluded_word_in_an_attachment_excludes(ferries: Searcher) -> None:
    assert ids(ferries.search("purser -ginger", REP, TODAY)) == ["FER-2"]


def test_an_attachment_of_a_draft_is_its_departments(tmp_path: Path) -> None:
    draft = with_files(
        entry("FER-9", "Night crossings", "See the plan.", status=Status.DRAFT), BOOK
    )
    shelf = searcher(tmp_path, draft, PURSER)
    bare = searcher(tmp_path / "bare", PURSER)
    ours = Reader(frozenset({"shipping"}))
    assert ids(shelf.search("stowaway", ours, TODAY)) == ["FER-9"]
    for typed in ("stowaway", "stowawey", "purser", '"lock the hold"', "ging"):
        with_it, without = shelf.search(typed, REP, TODAY), bare.search(typed, REP, TODAY)
        assert ids(with_it) == ids(without), typed
        assert with_it.total == without.total, typed
        assert with_it.did_you_mean is without.did_you_mean is None, typed
        assert [one.count for one in with_it.departments] == [
            one.count for one in without.departments
        ], typed
    assert not Suggester(shelf).suggest("stowa", REP).procedures


def test_an_attachment_of_what_is_retired_is_found_by_nobody(tmp_path: Path) -> None:
    gone = with_files(entry("FER-9", "Old", "See the plan.", status=Status.RETIRED), BOOK)
    assert not hits(searcher(tmp_path, gone), "stowaway", Reader(frozenset({"shipping"})))


def test_a_misspelt_word_of_an_attachment_is_put_right(ferries: Searcher) -> None:
    (hit, *_) = hits(ferries, "stowawey")
    assert hit.attached is not None
    assert hit.attached.where == "page 2"


def test_places_are_counted_through_all_files_of_a_procedure(tmp_path: Path) -> None:
    second = AttachedText("b.xlsx", (TextPlace("sheet “Tides”, row 7", "Neap tide at noon"),))
    one = searcher(tmp_path, with_files(CROSSING, BOOK, second))
    (hit,) = hits(one, "neap")
    assert hit.attached is not None
    assert (hit.attached.path, hit.attached.where) == ("b.xlsx", "sheet “Tides”, row 7")


def test_attachments_survive_changes_and_merges_of_parts(tmp_path: Path) -> None:
    index = Index(tmp_path / "search_index")
    index.rebuild([CROSSING], nothing)
    for nth in range(12):
        index.update([entry(f"OTH-{nth}", f"Other {nth}", "Text")], [], nothing)
    moved = replace(CROSSING, fingerprint="2", attached=(AttachedText("c.pdf", PAGES[1:2]),))
    found = Searcher(index)
    assert [one.attached and one.attached.where for one in hits(found, "stowaway")] == ["page 2"]
    index.update([moved], [], nothing)
    assert [one.attached and one.attached.path for one in hits(found, "stowaway")] == ["c.pdf"]
    assert not hits(found, "ginger")


def test_a_small_set_beside_one_without_attachments_counts_them(tmp_path: Path) -> None:
    index = Index(tmp_path / "search_index")
    index.rebuild([entry(f"OTH-{n}", f"Other {n}", f"Text {n}") for n in range(1001)], nothing)
    index.update([CROSSING], [], nothing)
    (hit,) = hits(Searcher(index), "stowaway")
    assert hit.score > 0.25


def test_a_proposed_text_keeps_its_attachments(ferries: Searcher) -> None:
    other = with_entries(ferries, [replace(CROSSING, fingerprint="2")], [])
    assert [one.attached and one.attached.where for one in hits(other, "stowaway")] == ["page 2"]


def test_words_of_attachments_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(passages, "MOST_ATTACHED", 10)
    found = searcher(tmp_path, CROSSING)
    assert hits(found, "stowaway")
    assert not hits(found, "ginger")


def test_without_attachments_the_arrays_are_as_they_were(tmp_path: Path) -> None:
    bare = replace(CROSSING, attached=())
    raw = segment.in_memory([bare, PURSER], Index(tmp_path).meaning)
    assert raw["files"].size == 0
    assert raw["places"].max() < passages.ATTACHED


def test_the_explanation_tells_what_an_attachment_adds(ferries: Searcher) -> None:
    (one,) = ferries.explain("stowaway", REP, TODAY).hits
    adds = {part.name: part.adds for part in one.parts}
    assert adds["attached"] > 0.15
    assert sum(adds.values()) == pytest.approx(one.score, abs=0.01)
    assert adds["whole"] == pytest.approx(0, abs=0.01)


def test_a_hit_tells_its_attachment_as_json(ferries: Searcher) -> None:
    stowaway, refund = hits(ferries, "stowaway")[0], hits(ferries, "refund")[0]
    assert stowaway.as_json()["attachment"] == {
        "file": "ferries/hand book.pdf",
        "where": "page 2",
        "url": "/files/ferries/hand%20book.pdf#page=2",
    }
    assert refund.as_json()["attachment"] is None
