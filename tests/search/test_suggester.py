"""Suggestions while typing: procedures in the order of search, keywords that begin so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search.searcher import Searcher
from kb.search.suggester import MOST_TYPED, SuggestedKeyword, Suggester
from tests.search.shelf import DRAFT, LATE, REP, SHELF, TODAY, entry, ids, nothing, searcher

SHIPPING = Reader(frozenset({"shipping"}))


@pytest.fixture
def suggester(shelf: Searcher) -> Suggester:
    return Suggester(shelf)


def found(suggester: Suggester, text: str, reader: Reader = REP) -> list[str]:
    return [one.id for one in suggester.suggest(text, reader).procedures]


def keywords(suggester: Suggester, text: str, reader: Reader = REP) -> list[str]:
    return [one.text for one in suggester.suggest(text, reader).keywords]


def test_an_unfinished_word_finds_what_begins_so(suggester: Suggester) -> None:
    assert found(suggester, "shipm")[0] == "SHP-014"
    assert found(suggester, "late shi")[0] == "SHP-014"


def test_they_stand_in_the_order_of_the_search(suggester: Suggester, shelf: Searcher) -> None:
    for text in ("parcel", "refund card", "late parcel "):
        results = shelf.search(text, REP, TODAY, prefix=not text.endswith(" "))
        assert found(suggester, text) == ids(results)[:6]


def test_the_keyword_that_matched_is_told(suggester: Suggester) -> None:
    best = suggester.suggest("where is my par", REP).procedures[0]
    assert (best.id, best.keyword) == ("SHP-014", "where is my parcel")


def test_a_keyword_that_repeats_the_title_is_not_told(tmp_path: Path) -> None:
    one = entry("A-1", "Complaint: Late", "Text: Late.", keywords=("Delivery: Late",))
    best = Suggester(searcher(tmp_path, one)).suggest("late", REP).procedures[0]
    assert best.keyword == ""


def test_categories_stand_before_keywords(suggester: Suggester) -> None:
    some = suggester.suggest("compl", REP).keywords
    assert some[0] == SuggestedKeyword("Complaint", 2, category=True)
    assert "Complaint: Damaged" in [one.text for one in some]


def test_every_finished_word_must_stand_in_the_keyword(suggester: Suggester) -> None:
    assert keywords(suggester, "complaint dam") == ["Complaint: Damaged"]
    assert keywords(suggester, "zebra dam") == []
    assert keywords(suggester, "dam ") == []


@pytest.mark.parametrize("text", ["", "   ", "!!", "-", '"', "\0", "?", "\ud800"])
def test_no_word_no_suggestion(suggester: Suggester, text: str) -> None:
    some = suggester.suggest(text, REP)
    assert (some.procedures, some.keywords) == ((), ())


def test_a_very_long_text_is_cut(suggester: Suggester) -> None:
    assert found(suggester, "late shipment " + "x" * 100_000) == found(
        suggester, ("late shipment " + "x" * 100_000)[:MOST_TYPED]
    )


def test_a_draft_and_its_keywords_are_suggested_to_its_department_only(
    suggester: Suggester,
) -> None:
    assert found(suggester, "zepp") == []
    assert keywords(suggester, "zepp") == keywords(suggester, "freight") == []
    assert found(suggester, "zepp", Reader(frozenset({"billing"}))) == []
    (own,) = suggester.suggest("zepp", SHIPPING).procedures
    assert (own.id, own.draft) == (DRAFT.procedure.id, True)
    assert keywords(suggester, "zepp", SHIPPING) == ["Freight: Zeppelin"]


def test_a_keyword_s_count_is_the_reader_s(tmp_path: Path) -> None:
    draft = entry("D-1", "Late draft", "Text: Late.", keywords=("Complaint: Late Shipment",),
                  status=Status.DRAFT)  # fmt: skip
    suggester = Suggester(searcher(tmp_path, LATE, draft))
    assert suggester.suggest("complaint: late", REP).keywords[-1].count == 1
    assert suggester.suggest("complaint: late", SHIPPING).keywords[-1].count == 2


def test_a_change_of_the_index_is_noticed(tmp_path: Path) -> None:
    found_by = searcher(tmp_path, *SHELF)
    suggester = Suggester(found_by)
    assert keywords(suggester, "gira") == []
    new = entry("G-1", "Giraffe", "Text: A giraffe.", keywords=("giraffe on board",))
    found_by.index.update([new], [], nothing)
    assert keywords(suggester, "gira") == ["giraffe on board"]
    found_by.index.update([], [new.procedure.path], nothing)
    assert keywords(suggester, "gira") == []


def test_without_an_index_there_is_none(tmp_path: Path) -> None:
    empty = searcher(tmp_path)
    assert found(Suggester(empty), "parcel") == []
