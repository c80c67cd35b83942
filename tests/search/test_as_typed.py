"""What is typed with its signs is found where it is written so: titles, versions, codes, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.procedures.model import Entry, Status
from kb.search.searcher import Searcher
from kb.search.words.other_forms import name_parts, number_as_dialled, numbers
from tests.search.shelf import REP, TODAY, entry, ids, searcher

TITLES = (
    "Firmware 1.10.2 of the scanner",
    "Firmware 1.10.3 of the scanner",
    "Firmware 11.0.2 of the scanner",
    "Scanner",
    "Scanner -charging",
    "Owner: nobody",
    "Vouchers for “regulars”",
    "Café rules",
    "C",
    "C++",
    "What is this?",
)


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Each title, and a crowd that has all the words more often."""
    words = (
        "Firmware scanner charging owner nobody vouchers regulars cafe rules 1 10 2 3 11 0. " * 3
    )
    crowd = [
        entry(f"X{n}", f"Scanner firmware, box {n}", f"Steps: {words}", keywords=("Scanner",))
        for n in range(50)
    ]
    every = [entry(title, title, "Steps: None.") for title in TITLES]
    return searcher(tmp_path_factory.mktemp("titled"), *crowd, *every)


@pytest.mark.parametrize("title", TITLES)
def test_a_title_typed_in_full_is_first(titled: Searcher, title: str) -> None:
    for typed in (title, title.upper(), f"  {title} "):
        found = titled.search(typed, REP, TODAY)
        assert (ids(found)[:1], found.convincing) == ([title], True)


def test_the_title_of_a_draft_tells_nobody(tmp_path: Path) -> None:
    draft = entry("D", "Plan -secret", "Steps: None.", status=Status.DRAFT)
    found = searcher(tmp_path, draft, entry("P", "A plan", "Steps: The secret is out."))
    assert ids(found.search("plan -secret", REP, TODAY)) == []


def shelf_of(folder: Path, *texts: str) -> Searcher:
    def one(nth: int, text: str) -> Entry:
        return entry(str(nth), f"Page {nth} about other matters", f"Steps: {text}")

    return searcher(folder, *(one(nth, text) for nth, text in enumerate(texts)))


@pytest.mark.parametrize(
    ("asked", "written", "apart"),
    [
        ("7.3.5", "Release 7.3.5 mends it.", "Lay 7 bolts, 3 nuts and 5 rings. Release 7.3.6."),
        (
            "7.3.5",
            "Release v7.3.5 mends it.",
            "Release 73.5 and 735 have 7 bolts, 3 nuts, 5 rings.",
        ),
        ("v4.0", "Since v4.0 it works.", "The v4 has 0 faults; v4 and 0 again."),
        ("rust-free", "Use rust-free screws.", "Rust is free of charge. Free rust, rust for free."),
        ("fault -2077", "It says fault -2077 then.", "A fault is a fault: note each fault. Fault!"),
        ("code E47", "The pump shows code E47.", "A code has a code of its own. Code book."),
    ],
)
def test_what_is_typed_as_one_comes_before_its_parts(
    tmp_path: Path, asked: str, written: str, apart: str
) -> None:
    found = shelf_of(tmp_path, apart, written, "Something else.", "Nothing of it.")
    assert ids(found.search(asked, REP, TODAY))[:1] == ["1"]


def test_a_code_and_a_quotation_are_nothing_to_leave_out(tmp_path: Path) -> None:
    found = shelf_of(tmp_path, "It says fault -2077.", "Run pump -quiet then.", "A loud pump.")
    assert ids(found.search("fault -2077", REP, TODAY)) == ["0"]
    assert ids(found.search('"fault -2077"', REP, TODAY)) == ["0"]
    assert ids(found.search('"pump -quiet"', REP, TODAY)) == ["1"]
    assert ids(found.search("pump -quiet", REP, TODAY)) == ["2"]
    assert ids(found.search('"department: pump"', REP, TODAY)) == []


@pytest.mark.parametrize("asked", ["senor", "señor", "Senors", "cafes", "Zoe", "zoës", "naive"])
def test_accents_make_no_difference_to_english_endings(tmp_path: Path, asked: str) -> None:
    assert ids(shelf_of(tmp_path, "Señor Zoë of the cafés is naïve.").search(asked, REP, TODAY))


@pytest.mark.parametrize(
    "asked",
    ["0305550142", "030 555 0142", "+49305550142", "0049 30 5550142", "5550142", "(030) 555-0142"],
)
def test_a_telephone_number_is_found_however_it_is_written(tmp_path: Path, asked: str) -> None:
    for n, written in enumerate(("+49 30 555-0142", "+49 (0)30 / 555 01 42", "(030) 5550142")):
        found = shelf_of(tmp_path / str(n), f"Ring {written} at night.", "Ring 030 777 1111.")
        assert ids(found.search(asked, REP, TODAY))[:1] == ["0"], written


@pytest.mark.parametrize("asked", ["0305550142", "030 555 0142", "+49 30 5550142", "+49305550142"])
def test_a_number_without_groups_is_found_from_its_own_country(tmp_path: Path, asked: str) -> None:
    for n, written in enumerate(("+49305550142", "0049305550142")):
        found = shelf_of(tmp_path / str(n), f"Ring {written} at night.", "Ring 030 777 1111.")
        assert ids(found.search(asked, REP, TODAY))[:1] == ["0"], written


@pytest.mark.parametrize(
    "asked",
    [
        "parcel weight",
        "max weight",
        "HTTP proxy",
        "ParcelWeight",
        "readMaxParcelWeight",
        "proxy url",
        "the dvd",
    ],
)
def test_the_parts_of_a_name_written_together_are_found(tmp_path: Path, asked: str) -> None:
    text = "Fill readMaxParcelWeight and HTTPProxyURL, or parcel_weight; no DVDs."
    assert ids(shelf_of(tmp_path, text, "Nothing here.").search(asked, REP, TODAY)) == ["0"]


def test_parts_and_digits() -> None:
    assert name_parts("getURLOf2Boxes") == ["get", "url", "of", "boxes"]
    assert name_parts("resizePNGs") == ["resize", "png"]
    assert name_parts("listIDsOf") == ["list", "id", "of"]
    assert name_parts("countsAsUs") == ["counts", "as", "us"]
    assert name_parts("DVDs") == ["dvd"]
    assert name_parts("Parcel") == name_parts("PARCEL") == name_parts("parcel") == []
    assert list(numbers("on 1.5.2020 at 12:30, 3 for 20")) == []
    assert list(numbers("Ring 030-555 014 2!")) == [(5, {"0305550142", "305550142", "5550142"})]
    assert list(numbers("Ring +443105550142.")) == [
        (5, {"443105550142", "43105550142", "3105550142", "105550142"})
    ]
    assert number_as_dialled("0049305550142")[:2] == ["0049305550142", "49305550142"]
    assert number_as_dialled("123456") == []
