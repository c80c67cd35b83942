"""Letters and notices lead to pages that are there."""

from __future__ import annotations

import pytest
from flask import Flask

from kb import page_addresses

NAMED = [
    page_addresses.NOTICES,
    page_addresses.MY_NOTICES,
    page_addresses.REVIEWS,
    page_addresses.procedure("SHP-014"),
    page_addresses.question(1),
    page_addresses.inbox_item(1),
    page_addresses.submission(1),
    page_addresses.must_read(1),
    page_addresses.unsubscribing("token"),
    page_addresses.reviews(which="any", owner="a&b@kb.example"),
    page_addresses.late_in_inbox("shipping"),
    page_addresses.overdue("shipping"),
]


@pytest.mark.parametrize("address", NAMED)
def test_every_address_is_that_of_a_page(address: str, app: Flask) -> None:
    path = address.partition("?")[0]
    assert app.url_map.bind("localhost").match(path, "GET")


def test_an_id_of_any_letters_makes_a_whole_address() -> None:
    assert page_addresses.procedure("kündigung 1") == "/procedures/k%C3%BCndigung%201"


def test_what_is_asked_for_stays_one_value() -> None:
    assert page_addresses.reviews(owner="a&b") == "/reviews?owner=a%26b"
