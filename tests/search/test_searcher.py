"""What a person types, and what they get."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search.results import Facet
from kb.search.searcher import Searcher
from kb.search.words.synonyms import Synonyms
from tests.search.shelf import REP, SHELF, TODAY, entry, ids, nothing, searcher

EDITOR = Reader(frozenset({"shipping"}))
OUTSIDER = Reader(frozenset({"billing"}))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("late shipment", "SHP-014"),
        ("shipments that are late", "SHP-014"),
        ("where is my parcel", "SHP-014"),
        ("shippment", "SHP-014"),
        ("damged", "SHP-020"),
        ("DAMAGED", "SHP-020"),
        ("hello i need help with my refund please", "BIL-001"),
        ("email", "BIL-001"),
        ("e-mail", "BIL-001"),
        ("photograph", "SHP-020"),
        ("setup", "TEC-003"),
        ("set-up", "TEC-003"),
        ("rèfund", "BIL-001"),
    ],
)
def test_the_right_procedure_comes_first(shelf: Searcher, typed: str, first: str) -> None:
    assert ids(shelf.search(typed, REP, TODAY))[:1] == [first]


def test_any_of_the_words_is_enough(shelf: Searcher) -> None:
    assert set(ids(shelf.search("refund scan", REP, TODAY))) == {"SHP-014", "SHP-020", "BIL-001"}


def test_stop_words_find_nothing_when_other_words_do(shelf: Searcher) -> None:
    assert ids(shelf.search("is the my on photographs", REP, TODAY)) == ["SHP-020"]


def test_stop_words_alone_still_find(shelf: Searcher) -> None:
    assert shelf.search("has not", REP, TODAY).total == 1


def test_a_hit_tells_what_a_person_needs_to_trust_it(shelf: Searcher) -> None:
    hit = shelf.search("carrier scan", REP, TODAY).hits[0]
    assert (hit.id, hit.title, hit.department) == (
        "SHP-014",
        "Complaint: Late Shipment",
        "shipping",
    )
    assert (hit.anchor, hit.heading) == ("steps", "Steps")
    assert hit.found.keywords == ("Complaint: Late Shipment", "where is my parcel")
    assert (str(hit.found.reviewed), str(hit.found.due), hit.overdue) == (
        "2026-01-02",
        "2026-05-30",
        True,
    )
    assert [part.text for part in hit.snippet if part.marked] == ["carrier", "scan"]
    assert "".join(part.text for part in hit.snippet).startswith("Open the order")


def test_facets_count_what_matches(shelf: Searcher) -> None:
    results = shelf.search("refund parcel", REP, TODAY)
    assert results.total == 3
    assert results.departments == (Facet("shipping", 2), Facet("billing", 1))
    assert results.categories == (Facet("Complaint", 2), Facet("Payment", 1))


def test_a_filter_narrows_the_hits_but_not_its_own_counts(shelf: Searcher) -> None:
    results = shelf.search("refund parcel", REP, TODAY, department="billing")
    assert ids(results) == ["BIL-001"]
    assert results.total == 1
    assert results.departments == (Facet("shipping", 2), Facet("billing", 1))
    assert results.categories == (Facet("Payment", 1),)
    results = shelf.search("refund parcel", REP, TODAY, category="COMPLAINT")
    assert set(ids(results)) == {"SHP-014", "SHP-020"}
    assert results.departments == (Facet("shipping", 2),)
    assert Facet("Payment", 1) in results.categories


def test_pages_follow_one_another(shelf: Searcher) -> None:
    every = ids(shelf.search("refund parcel", REP, TODAY))
    pages = [ids(shelf.search("refund parcel", REP, TODAY, offset=n, limit=1)) for n in range(4)]
    assert [one for page in pages for one in page] == every


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"arrived damaged"', {"SHP-020"}),
        ('"damaged arrived"', set()),
        ("parcel -photographs", {"SHP-014"}),
        ("parcel -refunds", {"SHP-014"}),
        ("refund department:billing", {"BIL-001"}),
        ("department:billing", {"BIL-001"}),
        ('keyword:"complaint: damaged"', {"SHP-020"}),
        ("parcel keyword:late", {"SHP-014"}),
        ("owner:ola.berg", {"BIL-001"}),
        ("owner:nobody refund", set()),
        ("-refund", {"SHP-020", "BIL-001"}),
    ],
)
def test_operators(shelf: Searcher, typed: str, found: set[str]) -> None:
    results = shelf.search(typed, REP, TODAY)
    assert set(ids(results)) == found
    assert results.total == len(found)


def test_an_id_typed_in_opens_the_procedure(shelf: Searcher) -> None:
    assert shelf.search(" shp-014 ", REP, TODAY).opens == "SHP-014"
    assert shelf.search("shp 014", REP, TODAY).opens == "SHP-014"
    assert shelf.search("late shipment", REP, TODAY).opens is None
    assert shelf.search("SHP-099", REP, TODAY).opens is None
    assert shelf.search("SHP-099", EDITOR, TODAY).opens == "SHP-099"
    assert shelf.search("SHP-001", EDITOR, TODAY).opens is None


def test_a_draft_is_found_by_its_department_only(shelf: Searcher) -> None:
    assert ids(shelf.search("zeppelin", EDITOR, TODAY)) == ["SHP-099"]
    assert shelf.search("zeppelin", EDITOR, TODAY).hits[0].found.status is Status.DRAFT
    for reader in (REP, OUTSIDER):
        results = shelf.search("zeppelin", reader, TODAY)
        assert (results.hits, results.total) == ((), 0)
        assert (results.departments, results.categories) == ((), ())


def test_a_retired_one_is_found_by_nobody(shelf: Searcher) -> None:
    assert shelf.search("telegram", EDITOR, TODAY).total == 0


def test_no_spelling_is_taken_from_what_the_reader_may_not_see(shelf: Searcher) -> None:
    assert shelf.search("zepelin", REP, TODAY).did_you_mean is None
    assert shelf.search("zepelin", EDITOR, TODAY).did_you_mean == "zeppelin"


def test_did_you_mean_corrects_the_wrong_word_only(shelf: Searcher) -> None:
    results = shelf.search("late shippment", REP, TODAY)
    assert results.did_you_mean == "late shipment"
    assert shelf.search("late shipment", REP, TODAY).did_you_mean is None


def test_a_number_is_never_taken_for_misspelt(shelf: Searcher) -> None:
    assert shelf.search("L5555", REP, TODAY).total == 0


def test_the_last_word_may_be_unfinished(shelf: Searcher) -> None:
    assert ids(shelf.search("dam", REP, TODAY, prefix=True)) == ["SHP-020"]
    assert ids(shelf.search("dam", REP, TODAY)) == []
    assert ids(shelf.search("zep", REP, TODAY, prefix=True)) == []


def test_nothing_fits_is_told(shelf: Searcher) -> None:
    assert shelf.search("late shipment", REP, TODAY).convincing
    weak = shelf.search("insurance against volcano eruption of my parcel", REP, TODAY)
    assert not weak.convincing
    assert weak.likely_department == "shipping"
    assert not shelf.search("qqqq", REP, TODAY).convincing


def test_filler_alone_finds_by_title_and_meaning(tmp_path: Path) -> None:
    told = "Count: The numbers of sick people infected by the illness are told every day."
    rust = "Steps: Containers with rust that salt water affected get washed."
    found = searcher(
        tmp_path,
        entry("CASES", "How many patients are there", told),
        entry("CARGO", "Cargo and salt", rust),
        entry("DRAFT", "How many are infected", told, status=Status.DRAFT),
        *(entry(f"Q-{n}", f"Harbour rule {n}", "Steps: Ships moor at the quay.") for n in range(8)),
    )
    results = found.search("how many are affected", REP, TODAY)
    assert ids(results) == ["CASES", "CARGO"]
    assert (results.total, results.near, results.convincing) == (2, 2, False)
    assert [facet.count for facet in results.departments] == [1]
    marked = {part.text.lower() for hit in results.hits for part in hit.snippet if part.marked}
    assert marked == {"affected"}
    assert ids(found.search("how many are affected -salt", REP, TODAY)) == []
    assert ids(found.search("how many are affected", REP, TODAY, department="shipping")) == [
        "CARGO"
    ]


def test_synonyms_work_both_ways_or_one_way(shelf: Searcher) -> None:
    synonyms = Synonyms(
        two_way=(("wismo", "where is my parcel"), ("broken", "damaged")),
        one_way=(("courier", ("carrier",)),),
    )
    knowing = Searcher(shelf.index, lambda: synonyms)
    assert ids(knowing.search("WISMO", REP, TODAY))[0] == "SHP-014"
    assert ids(knowing.search("broken", REP, TODAY)) == ["SHP-020"]
    assert ids(knowing.search("courier", REP, TODAY)) == ["SHP-014"]
    assert ids(shelf.search("courier", REP, TODAY)) == []


def test_an_explanation_adds_up(shelf: Searcher) -> None:
    explained = shelf.explain("late parcel", REP, TODAY)
    assert explained.hits[0].id == "SHP-014"
    for hit in explained.hits:
        assert sum(part.adds for part in hit.parts) == pytest.approx(hit.score, abs=0.01)


def test_scripts_without_spaces_are_found(tmp_path) -> None:
    chinese = entry("A", "包裹延误", "如果包裹没有在承诺的日期到达,请联系承运人。")
    other = entry("B", "退款到银行卡", "退款需要三个工作日。")
    found = searcher(tmp_path, chinese, other)
    assert ids(found.search("包裹没有到", REP, TODAY))[0] == "A"
    assert ids(found.search("退款", REP, TODAY)) == ["B"]


def test_accents_fold_in_every_language(tmp_path) -> None:
    one = entry("A", "Réclamation", "Le colis a été remboursé à l'étranger.")
    found = searcher(tmp_path, one, language="french")
    assert ids(found.search("reclamations rembourse etranger", REP, TODAY)) == ["A"]
    assert ids(found.search("RÉCLAMATION", REP, TODAY)) == ["A"]


def test_without_an_index_nothing_is_found(tmp_path) -> None:
    from kb.search.index.index import Index

    results = Searcher(Index(tmp_path / "none")).search("late shipment", REP, TODAY)
    assert (results.total, results.hits, results.convincing) == (0, (), False)


def test_the_shelf_is_whole(shelf: Searcher) -> None:
    assert len(shelf.index.fingerprints()) == len(SHELF)


def test_a_synonym_written_with_a_hyphen_is_understood_as_it_is_typed(shelf: Searcher) -> None:
    knowing = Searcher(shelf.index, lambda: Synonyms(one_way=(("pick-up-tent", ("refund",)),)))
    plain = [hit.id for hit in knowing.search("refund", Reader(), TODAY).hits]
    assert plain
    assert [hit.id for hit in knowing.search("pick-up-tent", Reader(), TODAY).hits] == plain


def test_a_set_out_of_service_goes_at_once_with_its_file(tmp_path: Path) -> None:
    found = searcher(tmp_path, *SHELF)
    assert found.search("late parcels", REP, TODAY).total
    old = weakref.ref(found.snapshots()[0])
    gc.disable()  # what was loaded before a fork is never collected
    try:
        found.index.rebuild(SHELF, nothing)
        assert found.search("late parcels", REP, TODAY).total
        assert old() is None
    finally:
        gc.enable()
