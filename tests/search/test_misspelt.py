"""What a misspelt word is taken for, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.search.searcher import Searcher
from kb.search.words.synonyms import Synonyms
from tests.search.shelf import REP, TODAY, entry, ids, searcher


@pytest.fixture(scope="module")
def tailor(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    lined = [entry(f"LIN-{n}", f"Lining {n}", "Steps: Sew the lining in.") for n in range(24)]
    return searcher(
        tmp_path_factory.mktemp("tailor"),
        entry("EQU", "Equipment of a hem", "Steps: Pin it before you are looking at the length."),
        entry("COAT", "Overcoat", "Steps: Brush it."),
        entry("COT", "Bed", "Steps: Lay it over the side, the cot stays."),
        entry("RAIN", "Raincoat", "Steps: Wax the seams."),
        entry("RACK", "Coat rack", "Steps: Hang it there."),
        entry("OLD", "Older work", "Steps: The linning is torn; a new lining is cut."),
        entry("LINGO", "Lininga", "Steps: The maker of these buttons."),
        *lined,
    )


def test_a_word_with_a_known_stem_that_nobody_writes_so_is_misspelt(tailor: Searcher) -> None:
    found = tailor.search("equipement of a hem", REP, TODAY)
    assert (ids(found)[:1], found.did_you_mean) == (["EQU"], "equipment of a hem")
    assert tailor.search("equipments of a hem", REP, TODAY).did_you_mean is None


def test_a_slip_that_a_procedure_made_too_hides_the_others_from_nobody(tailor: Searcher) -> None:
    found = tailor.search("linning", REP, TODAY)
    assert found.total == 25
    assert found.did_you_mean in (None, "lining")


def test_a_name_like_a_common_word_is_no_slip(tailor: Searcher) -> None:
    assert ids(tailor.search("lininga", REP, TODAY)) == ["LINGO"]


def test_a_slip_is_likelier_than_two_words_that_never_stand_side_by_side(tailor: Searcher) -> None:
    found = tailor.search("overcot", REP, TODAY)
    assert (ids(found)[:1], found.did_you_mean) == (["COAT"], "overcoat")


def test_a_misspelt_filler_counts_as_filler(tailor: Searcher) -> None:
    said = {text: tailor.explain(text, REP, TODAY).words for text in ("looking hem", "looknig hem")}
    assert said["looknig hem"][0][1] == said["looking hem"][0][1]


def test_what_is_meant_is_joined_with_its_neighbour(tailor: Searcher) -> None:
    assert ids(tailor.search("rain coatt", REP, TODAY))[:1] == ["RAIN"]


def test_a_misspelt_word_has_the_synonyms_of_its_spelling(tmp_path: Path) -> None:
    made = searcher(
        tmp_path,
        entry("ANO", "Anorak", "Steps: Fold it."),
        entry("PAR", "Parka", "Steps: Roll it."),
        entry("RAI", "Cape for rain", "Steps: Roll it."),
    )
    synonyms = Synonyms(two_way=(("anorak", "parka", "cape for rain"),))
    found = Searcher(made.index, lambda: synonyms).search("annorak", REP, TODAY)
    assert set(ids(found)) == {"ANO", "PAR", "RAI"}
