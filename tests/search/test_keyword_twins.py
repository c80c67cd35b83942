"""Keywords spelt two ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.similar.keyword_twins import one_slip, spelt_alike
from kb.search.words.analysis import Stems

STEM = Stems("english").of


@pytest.mark.parametrize(
    "pair",
    [
        ("late shipment", "Late Shipment"),
        ("refund", "refunds"),
        ("e-mail", "email"),
        ("gift card", "giftcard"),
        ("cancelled order", "canceled order"),
        ("warranty", "waranty"),
        ("Complaint: Late Shipment", "complaint: late shipments"),
        ("reciept", "receipt"),
        ("café", "cafe"),
    ],
)
def test_these_are_probably_one(pair: tuple[str, str]) -> None:
    assert spelt_alike(pair, STEM) == [list(pair)]


@pytest.mark.parametrize(
    "pair",
    [
        ("late", "rate"),  # too short to tell
        ("phone", "email"),
        ("form 10234", "form 10235"),
        ("Complaint: Late", "Delivery: Late"),
        ("late shipment", "lost shipment"),
        ("?", "!"),
    ],
)
def test_these_are_two(pair: tuple[str, str]) -> None:
    assert spelt_alike(pair, STEM) == []


def test_more_than_two_are_one_group_in_the_order_given() -> None:
    words = ["refunds", "tent", "Refund", "refund"]
    assert spelt_alike(words, STEM) == [["refunds", "Refund", "refund"]]


@given(st.text("abc", min_size=1, max_size=6), st.text("abc", min_size=1, max_size=6))
def test_one_slip_is_what_a_slow_count_says(one: str, other: str) -> None:
    def slips(a: str, b: str) -> set[str]:
        letters = "abc"
        cuts = [(a[:n], a[n:]) for n in range(len(a) + 1)]
        made = {head + tail[1:] for head, tail in cuts if tail}
        made |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
        made |= {head + letter + tail for head, tail in cuts for letter in letters}
        made |= {h + t[1] + t[0] + t[2:] for h, t in cuts if len(t) > 1}
        return made - {a}

    assert one_slip(one, other) == (other in slips(one, other))
