"""Learned words over a real search log: what counts, what is forgotten, what is banned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW
from tests.effort import examples
from tests.insight.uses import LONG_AGO, counted, stay

REP = Reader()
EDITOR = Reader(frozenset({"shipping"}))


def found(parts: Parts, text: str, reader: Reader = REP) -> list[str]:
    return [hit.id for hit in parts.search.searcher.search(text, reader, NOW.date()).hits]


def person(parts: Parts, name: str) -> int:
    return parts.people.directory.by_email(f"{name}@kb.example").id


def test_three_people_who_stayed_teach_a_word_to_every_search(parts: Parts) -> None:
    assert found(parts, "wismo") == []
    stay(parts, "abc", "wismo")
    assert found(parts, "wismo") == []  # it is counted in the background
    assert counted(parts) == {("SHP-014", "wismo"): 3}
    assert found(parts, "wismo") == ["SHP-014"]


def test_two_people_and_one_signed_out_teach_nothing(parts: Parts) -> None:
    stay(parts, ["a", "b", ""], "wismo")
    assert counted(parts) == {}


def test_hundreds_of_openings_by_one_person_change_nothing_at_all(parts: Parts) -> None:
    stay(parts, "abcd", "parcel scan")
    counted(parts)
    before = parts.search.searcher.explain("parcel scan refund", REP, NOW.date())
    for who, query, id in (("m", "parcel refund", "BIL-001"), ("a", "parcel scan", "SHP-014")):
        stay(parts, who * 300, query, id, LONG_AGO - timedelta(days=100))
    assert counted(parts) == {("SHP-014", "parcel"): 4, ("SHP-014", "scan"): 4}
    assert parts.search.searcher.explain("parcel scan refund", REP, NOW.date()) == before


def test_who_comes_back_at_once_has_not_stayed(parts: Parts) -> None:
    stay(parts, "abc", "wismo", back=True)
    assert counted(parts) == {}


def test_what_is_older_than_the_log_is_forgotten(parts: Parts) -> None:
    stay(parts, "abc", "wismo", at=NOW - timedelta(days=90))
    assert counted(parts, days=100) == {("SHP-014", "wismo"): 3}
    assert counted(parts, days=80) == {}
    assert found(parts, "wismo") == []
    assert counted(parts, days=0) == {}


def test_a_draft_learns_nothing_and_nobody_hears_of_it(parts: Parts) -> None:
    stay(parts, "abc", "quagga papers", "SHP-015")
    assert counted(parts) == {}
    for reader in (REP, EDITOR):
        assert "SHP-015" not in found(parts, "quagga", reader)


def test_what_is_retired_or_gone_is_forgotten(parts: Parts) -> None:
    stay(parts, "abc", "wismo")
    counted(parts)
    file = parts.settings.content / "shipping" / "late-shipment.md"
    text = file.read_text("utf-8")
    file.write_text(text.replace("reviewed:", "status: retired\nreviewed:"), "utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    assert found(parts, "wismo") == []  # from the moment it is retired
    assert counted(parts) == {}
    file.write_text(text, "utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    assert counted(parts) == {("SHP-014", "wismo"): 3}
    file.unlink()
    parts.publishing.publisher.refresh(NOW.date())
    assert counted(parts) == {}


def test_a_banned_word_does_not_count_until_the_ban_is_lifted(parts: Parts) -> None:
    editor, reviewer = person(parts, "editor"), person(parts, "reviewer")
    stay(parts, "abc", "wismo")
    counted(parts)
    assert parts.insight.learned.ban("SHP-014", "wismo", editor, NOW)
    assert found(parts, "wismo") == []  # at once, and after the next count
    assert counted(parts) == {}
    assert found(parts, "wismo") == []
    (ban,) = parts.insight.learned.bans_of("SHP-014")
    assert (ban.word, ban.by, ban.at) == ("wismo", "Eddy Editor", NOW)
    assert not parts.insight.learned.ban("SHP-014", "wismo", editor, NOW)  # twice is once
    assert parts.insight.learned.lift("BIL-001", ban.id, reviewer, NOW) is None
    assert parts.insight.learned.lift("SHP-014", ban.id, reviewer, NOW) == "wismo"
    assert parts.insight.learned.lift("SHP-014", ban.id, reviewer, NOW) is None
    assert parts.insight.learned.bans_of("SHP-014") == ()
    assert found(parts, "wismo") == ["SHP-014"]
    assert parts.insight.learned.ban("SHP-014", "wismo", editor, NOW)  # and again


def test_a_ban_holds_for_all_forms_of_the_word_and_for_one_procedure(parts: Parts) -> None:
    stay(parts, "abc", "wismos")
    stay(parts, "abc", "wismo", "BIL-001")
    counted(parts)
    parts.insight.learned.ban("SHP-014", "wismos", person(parts, "editor"), NOW)
    stay(parts, "defg", "wismo")
    assert counted(parts) == {("BIL-001", "wismo"): 3}


def test_what_is_not_learned_cannot_be_banned(parts: Parts) -> None:
    assert not parts.insight.learned.ban("SHP-014", "wismo", person(parts, "editor"), NOW)
    assert parts.insight.learned.bans_of("SHP-014") == ()


def test_a_word_that_is_a_keyword_already_is_not_offered(parts: Parts) -> None:
    stay(parts, "abc", "where is my parcels, wismo")
    counted(parts)
    keywords = ["Complaint: Late Shipment", "where is my parcel"]
    assert [one.word for one in parts.insight.learned.of("SHP-014", keywords)] == ["wismo"]


def test_the_file_comes_back_with_the_next_count(parts: Parts) -> None:
    stay(parts, "abc", "wismo")
    counted(parts)
    Path(parts.settings.var / "learned.arrays").unlink()
    assert found(parts, "wismo") == []
    counted(parts)
    assert found(parts, "wismo") == ["SHP-014"]


def test_a_disk_that_cannot_be_written_changes_nothing(parts: Parts) -> None:
    stay(parts, "abc", "wismo")
    counted(parts)
    blocked = parts.settings.var / "learned.arrays"
    blocked.unlink()
    blocked.mkdir()
    with pytest.raises(OSError, match="learned"):
        parts.insight.learned.ban("SHP-014", "wismo", person(parts, "editor"), NOW)
    assert parts.insight.learned.bans_of("SHP-014") == ()


USE = st.tuples(
    st.sampled_from("abcde"),
    st.sampled_from(["wismo", "quagga", "wismo quagga", "parcel refund"]),
    st.sampled_from(["SHP-014", "SHP-015", "BIL-001", "NONE-1"]),
)


@settings(
    max_examples=examples(25),
    deadline=None,
)
@given(st.lists(USE, max_size=25))
def test_openings_of_a_draft_leave_everything_as_if_they_had_not_been(
    parts: Parts, uses: list[tuple[str, str, str]]
) -> None:
    def taught(some: list[tuple[str, str, str]]) -> object:
        with parts.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM openings")
            connection.exec_driver_sql("DELETE FROM searches")
        for nth, (who, query, id) in enumerate(some):
            stay(parts, who, query, id, LONG_AGO + timedelta(hours=nth))
        learned = counted(parts)
        return learned, [
            parts.search.searcher.explain(text, reader, NOW.date())
            for text in ("wismo", "quagga parcel", "refund")
            for reader in (REP, EDITOR)
        ]

    assert taught(uses) == taught([use for use in uses if use[2] not in ("SHP-015", "NONE-1")])
