"""A word that the language has is not taken for a misspelt other one."""

from __future__ import annotations

import pytest

from kb.search.searcher import Searcher
from kb.search.words.known_words import general_questions, known_words
from tests.search.shelf import REP, TODAY, entry, ids, searcher


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return searcher(
        tmp_path_factory.mktemp("workshop"),
        entry("WAX", "Wax the coat", "Care: Rub it in. So up to two coats are enough; dry in air."),
        entry("LOG", "Log in to the plan", "Steps: Sign up first. The list of plans has prices."),
        entry("CARD", "Money back to a card", "Steps: The card is credited within a week."),
        entry("BOLT", "Fasten a bolt", "Steps: Hold the bolt and turn the nut until it is tight."),
    )


@pytest.mark.parametrize(
    "asked", ["goat", "boat", "lift", "plant", "salt", "held", "crying", "flying", "cart", "hotel"]
)
def test_a_word_of_the_language_is_meant_as_it_is_typed(workshop: Searcher, asked: str) -> None:
    found = workshop.search(asked, REP, TODAY)
    assert (ids(found), found.did_you_mean) == ([], None)


@pytest.mark.parametrize("asked", ["soup", "into"])
def test_nor_is_it_cut_into_words_that_never_stand_side_by_side(
    workshop: Searcher, asked: str
) -> None:
    assert "WAX" not in ids(workshop.search(asked, REP, TODAY))


def test_it_is_cut_where_both_parts_stand_side_by_side(workshop: Searcher) -> None:
    assert ids(workshop.search("signup", REP, TODAY))[:1] == ["LOG"]


def test_it_is_corrected_where_a_title_has_all_other_words_too(workshop: Searcher) -> None:
    found = workshop.search("money back to a cart", REP, TODAY)
    assert (ids(found)[:1], found.did_you_mean) == (["CARD"], "money back to a card")


def test_a_misspelt_word_is_corrected_as_before(workshop: Searcher) -> None:
    found = workshop.search("fastten the bolt", REP, TODAY)
    assert (ids(found)[:1], found.did_you_mean) == (["BOLT"], "fasten the bolt")


def test_nothing_else_is_meant_where_the_other_words_are_of_another_matter(
    workshop: Searcher,
) -> None:
    assert workshop.search("fastenn the saddle of my donkey", REP, TODAY).did_you_mean is None


def test_the_words_of_a_language_come_with_their_regular_forms() -> None:
    known = known_words("english")
    assert {"baby", "babies", "carried", "planned", "planning", "baked", "brushes"} <= known
    assert not {"babys", "brushs", "bakeed", "carryed"} & known
    assert known_words("dutch") == frozenset()


def test_the_general_questions_are_many_and_each_is_there_once() -> None:
    assert len(general_questions()) == len(set(general_questions())) >= 300
