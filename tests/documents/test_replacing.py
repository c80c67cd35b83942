"""A wording replaced hit by hit, every other byte kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.document import parse
from kb.documents.source.keywording import with_keywords_renamed
from kb.documents.source.lines import NotAmendable
from kb.documents.source.replacing import Replacement, places, replaced

FILE = b"""---\r
id: Shipping\r
title: "Orders > Shipping: what to do"  # said so\r
keywords: [Shipping, "Shipping: Late", parcel]\r
finds:\r
  - shipping screen\r
owner: shipping@kb.example\r
---\r
\r
Open **Orders > Shipping**. Not Shippings, nor a shipping note.\r
See [Shipping](../Shipping/late.md) and https://kb.example/Shipping/x.\r
"""
WORDING = Replacement("Shipping", "Delivery")


def test_every_place_is_told_with_what_stands_around_it() -> None:
    found = [(one.field, one.line, one.found, one.in_address) for one in places(FILE, WORDING)]
    assert found == [
        ("title", 3, "Shipping", False),
        ("keywords", 4, "Shipping", False),
        ("keywords", 4, "Shipping", False),
        ("", 10, "Shipping", False),
        ("", 11, "Shipping", False),
        ("", 11, "Shipping", True),
        ("", 11, "Shipping", True),
    ]
    first = places(FILE, WORDING)[0]
    assert (first.before, first.after) == ("Orders > ", ": what to do")
    assert [one.number for one in places(FILE, WORDING)] == list(range(7))


def test_the_chosen_places_change_and_nothing_else() -> None:
    changed = replaced(FILE, WORDING, {0, 2, 3, 4})
    assert changed == (
        FILE.replace(b"Orders > Shipping: what", b"Orders > Delivery: what")
        .replace(b'"Shipping: Late"', b'"Delivery: Late"')
        .replace(b"**Orders > Shipping**", b"**Orders > Delivery**")
        .replace(b"[Shipping](", b"[Delivery](")
    )
    assert parse(changed, "").meta["id"] == "Shipping"
    assert replaced(FILE, WORDING, set()) == FILE


def test_case_and_whole_words_are_as_asked() -> None:
    def count(**how: bool) -> int:
        return len(places(FILE, Replacement("shipping", "x", **how)))

    assert count() == 2  # the search test, and the note
    assert count(any_case=True) == 9
    assert count(any_case=True, whole_words=False) == 10


def test_what_is_looked_for_is_no_pattern() -> None:
    text = b"Press (a|b).* and \\1 now.\n"
    assert (
        replaced(text, Replacement("(a|b).*", r"\1\g<0>"), {0}) == b"Press \\1\\g<0> and \\1 now.\n"
    )


def test_a_wording_of_signs_is_found_as_a_whole() -> None:
    assert len(places(b"Orders > Shipping > Orders", Replacement(" > ", " / "))) == 2


def test_a_title_is_not_taken_away() -> None:
    with pytest.raises(NotAmendable, match="title would be empty"):
        replaced(b"---\ntitle: Late\n---\n\nText.\n", Replacement("Late", ""), {0})


def test_a_file_without_front_matter_or_with_a_broken_one() -> None:
    assert replaced(b"Late, late.\n", Replacement("late", "early"), {0}) == b"Late, early.\n"
    broken = b"---\ntitle: [x\nkeywords: late\n---\nlate\n"
    assert places(broken, Replacement("late", "early"))[-1].line == 5


def test_keywords_in_one_line_of_text_stay_all_of_them() -> None:
    raw = b"---\nkeywords: late parcel, lost parcel, money\n---\nText.\n"
    changed = replaced(raw, Replacement("parcel", "box"), {1})
    assert parse(changed, "").meta["keywords"] == "late parcel, lost box, money"


@given(st.text(max_size=60), st.text(min_size=1, max_size=4), st.booleans(), st.booleans())
def test_replacing_everything_leaves_nothing_and_back_again(
    body: str, old: str, whole: bool, any_case: bool
) -> None:
    raw = f"---\ntitle: X\n---\n{body}\n".encode("utf-8", "replace")
    wording = Replacement(old, "\N{SNOWMAN}", whole, any_case)
    found = places(raw, wording)
    changed = replaced(raw, wording, range(len(found)))
    assert changed.count("\N{SNOWMAN}".encode()) >= len(found)
    if not found:
        assert changed == raw


def test_a_keyword_is_renamed_where_it_stands_and_stands_once() -> None:
    raw = b"---\nkeywords: [tent, Late shipments, box, late shipment]  # kept\n---\nText.\n"
    changed = with_keywords_renamed(raw, ["Late shipments", "late shipment"], "Late shipment")
    assert changed == b"---\nkeywords: [tent, Late shipment, box]  # kept\n---\nText.\n"
    assert with_keywords_renamed(raw, ["nothing"], "x") == raw
    assert with_keywords_renamed(raw, ["box"], "TENT").count(b"TENT") == 1
