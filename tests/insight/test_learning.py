"""Which words are learned: people count, and each of them once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.insight.learning import LEAST_PEOPLE, LearnedWord, Use, learned
from kb.search.ranking.learned_words import LearnableWords
from kb.search.words.analysis import Stems
from tests.effort import examples

WORDING = LearnableWords(Stems("english"))


def told(uses: Iterable[Use]) -> dict[tuple[str, str], int]:
    ordered = sorted(uses, key=lambda use: use.procedure_id)
    return {(one.procedure_id, one.word): one.people for one in learned(ordered, WORDING)}


def by(people: str, query: str, id: str = "A") -> list[Use]:
    return [Use(id, person, query) for person in people]


def test_three_people_teach_a_word() -> None:
    assert told(by("abc", "wismo")) == {("A", "wismo"): 3}
    assert told(by("ab", "wismo")) == {}


def test_one_person_a_thousand_times_is_one_person() -> None:
    assert told(by("a" * 1000, "wismo")) == {}
    assert told(by("abc" + "a" * 1000, "wismo")) == told(by("abc", "wismo"))


def test_somebody_signed_out_is_nobody() -> None:
    assert told([*by("ab", "wismo"), Use("A", "", "wismo")]) == {}


def test_people_of_different_procedures_do_not_add_up() -> None:
    assert told([*by("ab", "wismo"), *by("c", "wismo", "B")]) == {}


def test_forms_of_a_word_are_one_word_shown_as_most_wrote_it() -> None:
    uses = [*by("ab", "late parcels"), *by("c", "parcel")]
    assert told(uses) == {("A", "parcels"): 3}


def test_a_word_is_counted_once_a_query_and_once_a_person_over_several() -> None:
    uses = [use for query in ("parcel parcel", "my parcels") for use in by("abc", query)]
    assert told(uses) == {("A", "parcel"): 3}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hello i need help with a shipment please", {"shipment"}),  # stop words say nothing
        ("order 4711 of 2024-03-05 code l5", {"order", "code"}),  # nothing with a digit
        ("x parcel", {"parcel"}),  # no single letter
        ("parcel -voucher department:billing", {"parcel"}),  # no operators, nothing ruled out
        ('"late parcel"', {"late", "parcel"}),
        ("e-mail", {"mail"}),
        ("Größe", {"größe"}),
        ("", set()),
    ],
)
def test_what_of_a_query_can_be_learned(typed: str, kept: set[str]) -> None:
    assert set(WORDING(typed).values()) == kept


PEOPLE = st.sampled_from(["", *"abcdef"])
USES = st.builds(
    Use, st.sampled_from("AB"), PEOPLE, st.sampled_from(["wismo", "late", "wismo late"])
)


@settings(max_examples=examples(60))
@given(st.lists(USES, max_size=40), USES, st.integers(1, 50))
def test_how_often_and_in_which_order_never_matters(
    uses: list[Use], again: Use, times: int
) -> None:
    once = told([*uses, again])
    assert told([again] * times + uses[::-1]) == once
    by_hand = {
        key: people
        for id, some in groupby(sorted([*uses, again], key=str), lambda use: use.procedure_id)
        for some in [list(some)]
        for word in ("wismo", "late")
        if (people := len({u.person_key for u in some if u.person_key and word in u.query}))
        >= LEAST_PEOPLE
        for key in [(id, word)]
    }
    assert once == by_hand


def test_a_learned_word_has_its_stem_for_the_ranking() -> None:
    assert list(learned(by("abc", "parcels"), WORDING)) == [
        LearnedWord("A", "parcel", "parcels", 3)
    ]
