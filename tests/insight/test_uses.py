"""That a procedure was used for a ticket, and what is used most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kb.insight.sql.log_batches import SearchLogWriter
from kb.insight.sql.uses import MOST_TICKETS, ticket_in
from kb.parts import Parts
from tests.conftest import NOW
from tests.insight.uses import stay

TODAY = NOW.date()
LONG_AGO = TODAY - timedelta(days=90)


@pytest.mark.parametrize("typed", ["T-4711", " 100234 ", "INC0012/3", "2026#88", "a1"])
def test_a_number_is_a_ticket(typed: str) -> None:
    assert ticket_in(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed", ["", "Ms Quill", "quill@example.com", "Quill", "1 2", "+31612345678", "1" * 41, "1\n2"]
)
def test_words_and_addresses_of_a_customer_are_none(typed: str) -> None:
    assert ticket_in(typed) is None


def test_a_ticket_counts_once_for_a_procedure(parts: Parts) -> None:
    uses = parts.insight.uses
    assert uses.note("SHP-014", "T-1", "someone", NOW)
    assert not uses.note("SHP-014", "T-1", "another", NOW)
    assert uses.note("BIL-001", "T-1", "someone", NOW)
    for nth in range(2, 9):
        uses.note("SHP-014", f"T-{nth}", "someone", NOW)
    first, second = uses.between(TODAY, TODAY, 9)
    assert (first.procedure_id, first.count) == ("SHP-014", 8)
    assert first.tickets == tuple(f"T-{nth}" for nth in range(8, 8 - MOST_TICKETS, -1))
    assert (second.procedure_id, second.tickets) == ("BIL-001", ("T-1",))
    assert uses.between(LONG_AGO, LONG_AGO, 9) == []


def test_most_used_counts_openings_and_tickets_of_the_departments_asked_for(parts: Parts) -> None:
    stay(parts, ["a", "b"], "refund", id="BIL-001")
    for ticket in ("T-1", "T-2", "T-3"):
        parts.insight.uses.note("SHP-014", ticket, "a", NOW)
        parts.insight.uses.note("SHP-015", ticket, "a", NOW)  # a draft
    uses = parts.insight.uses
    assert uses.most_used((), LONG_AGO, 5, NOW) == ("SHP-014", "BIL-001")
    assert uses.most_used({"billing"}, LONG_AGO, 5, NOW) == ("BIL-001",)
    parts.insight.uses.note("BIL-001", "T-9", "a", NOW)
    assert uses.most_used({"billing"}, TODAY, 5, NOW + timedelta(hours=1)) == ("BIL-001",)


def test_a_use_is_kept_as_long_as_a_search(parts: Parts) -> None:
    parts.insight.uses.note("SHP-014", "T-1", "a", NOW)
    journal = SearchLogWriter(parts.engine, str.lower)
    journal.purge(NOW - timedelta(days=1))
    assert parts.insight.uses.between(TODAY, TODAY, 9)
    journal.purge(NOW + timedelta(days=1))
    assert parts.insight.uses.between(TODAY, TODAY, 9) == []


def test_what_is_used_for_a_ticket_is_not_unopened(parts: Parts) -> None:
    def unopened() -> list[str]:
        found, _ = parts.insight.unread.of("shipping", LONG_AGO, 1, 9)
        return [one.id for one in found]

    assert unopened() == ["SHP-014"]
    parts.insight.uses.note("SHP-014", "T-1", "a", NOW)
    assert unopened() == []
