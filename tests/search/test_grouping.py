"""Short texts that mean about the same, put together."""

from __future__ import annotations

import pytest

from kb.search.index.embedding import Meaning
from kb.search.similar.grouping import MOST, groups, in_words


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning()


def test_other_wordings_of_a_question_stand_together(meaning: Meaning) -> None:
    texts = ["ship to norway", "rent a tent", "shipping to norway", "tent rental", "giraffe"]
    assert groups(texts, meaning) == [[0, 2], [1, 3], [4]]


def test_nothing_is_lost_and_nothing_stands_twice(meaning: Meaning) -> None:
    texts = ["", "?!", "late", "late", "🦒", "x" * 500, *(f"word{n}" for n in range(MOST))]
    places = [place for group in groups(texts, meaning) for place in group]
    assert sorted(places) == list(range(len(texts)))
    assert groups([], meaning) == []


def test_words_are_told_apart_from_what_stands_between_them() -> None:
    assert in_words("  Late, SHIPMENT?! ") == "late shipment"
    assert in_words("?!") == ""
