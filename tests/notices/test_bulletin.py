"""Which searches a bulletin meets, and what may be put up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kb.notices.bulletin import Bulletin, Draft, NotPutUp, ensure_usable, words_in
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def stems(text: str) -> list[str]:
    return [word.rstrip("s") for word in text.casefold().split() if word.isalnum()]


def bulletin(*words: str) -> Bulletin:
    return Bulletin(1, "shipping", "Strike.", words, NOW + HOUR, "Eddy", NOW)


@pytest.mark.parametrize(
    ("words", "said", "department", "met"),
    [
        ((), ("anything",), "shipping", True),
        ((), ("anything",), "billing", False),
        ((), ("anything",), None, False),
        (("parcel",), ("two parcels missing",), "billing", True),
        (("my order",), ("where is my order",), None, True),
        (("my order",), ("my parcel", "an order"), None, True),
        (("my order",), ("an order",), "shipping", False),
        (("parcel", "van"), ("the van is late",), None, True),
        (("…",), ("anything",), "shipping", False),
    ],
)
def test_it_meets_the_searches_that_it_concerns(
    words: tuple[str, ...], said: tuple[str, ...], department: str | None, met: bool
) -> None:
    assert bulletin(*words).concerns(stems, said, department) is met


def test_words_stand_between_commas() -> None:
    assert words_in(" parcel, where  is my order,\n,parcel,") == ("parcel", "where is my order")


@pytest.mark.parametrize(
    ("text", "ahead", "about"),
    [("", HOUR, "text"), ("Strike.", -HOUR, "until"), ("Strike.", timedelta(days=61), "until")],
)
def test_what_cannot_be_put_up_says_why(text: str, ahead: timedelta, about: str) -> None:
    with pytest.raises(NotPutUp) as refused:
        ensure_usable(Draft("shipping", text, (), NOW + ahead), NOW)
    assert refused.value.about == about
