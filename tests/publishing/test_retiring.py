"""Retired, a procedure leads on to its successor; erased, only a trace of it is left."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.edits import NotAllowed, UnusableEdit
from tests.conftest import NOW
from tests.publishing.conftest import EDDY, LATE_PATH, edit, git, history, read


def test_a_retired_procedure_leads_on_to_its_successor(parts: Parts, rep: FlaskClient) -> None:
    parts.publishing.saver.retire("SHP-014", "BIL-001", "Billing does this now", EDDY, NOW)
    assert b"\nstatus: retired\n" in read(parts)
    assert b"\nsuccessor: BIL-001\n" in read(parts)
    hits = parts.search.searcher.search("late shipment", Reader(), NOW.date()).hits
    assert "SHP-014" not in [hit.id for hit in hits]
    page = rep.get("/procedures/SHP-014").text
    assert "Retired." in page
    assert '<a href="/procedures/BIL-001">Refund: Order Lost in Transit</a> instead' in page
    parts.publishing.saver.reinstate("SHP-014", "", EDDY, NOW)
    assert b"retired" not in read(parts)
    assert b"successor" not in read(parts)


def test_a_chain_of_successors_leads_to_its_end_and_never_round(parts: Parts) -> None:
    parts.publishing.saver.create(
        "shipping/drone.md", b"---\nid: DRO-1\n---\n# Drone\n\nx\n", "", EDDY, NOW
    )
    parts.publishing.saver.retire("SHP-014", "DRO-1", "", EDDY, NOW)
    parts.publishing.saver.retire("DRO-1", "BIL-001", "", EDDY, NOW)
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    end = parts.catalogue.successor(card.procedure, Reader())
    assert end is not None
    assert end.id == "BIL-001"
    with pytest.raises(UnusableEdit, match="back"):
        parts.publishing.saver.retire("BIL-001", "SHP-014", "", EDDY, NOW)
    for wrong in ("NO-SUCH", "SHP-015"):
        with pytest.raises(UnusableEdit):
            parts.publishing.saver.retire("BIL-001", wrong, "", EDDY, NOW)


def test_only_an_administrator_erases(parts: Parts) -> None:
    for email in ("rep@kb.example", "editor@kb.example", "reviewer@kb.example"):
        person = parts.people.directory.by_email(email)
        assert person is not None
        with pytest.raises(NotAllowed):
            parts.publishing.saver.erase("SHP-014", person, NOW)
    assert read(parts)


def test_what_is_erased_leaves_a_trace_without_the_text(parts: Parts) -> None:
    ada = parts.people.directory.by_email("admin@kb.example")
    assert ada is not None
    base = read(parts)
    secret = base.replace(b"Store credit", b"Zeppelin secret")
    parts.publishing.saver.save(edit(LATE_PATH, base, secret, "About the zeppelin"), NOW)
    parts.publishing.saver.rename("SHP-014", path="shipping/zeppelin.md", by=EDDY, now=NOW)
    kept = git(history(parts), "log", "--format=%s", "--", "billing/lost-in-transit.md")
    erased = parts.publishing.saver.erase("SHP-014", ada, NOW)
    assert not erased.still_in_history
    parts.publishing.publisher.refresh(NOW.date())
    trace = parts.publishing.saver.erasure_of("SHP-014")
    assert trace == erased.erasure
    assert trace is not None
    assert (trace.by, trace.at) == ("Ada Admin <admin@kb.example>", NOW)
    assert parts.catalogue.get("SHP-014") is None
    assert parts.catalogue.at_path("shipping/zeppelin.md") is None
    assert parts.search.searcher.search("zeppelin", Reader(), NOW.date()).hits == ()
    everything = git(history(parts), "log", "--all", "-p", "--format=%B %an")
    assert "eppelin" not in everything
    assert git(history(parts), "fsck", "--full", "--unreachable") == ""
    assert git(history(parts), "log", "--format=%s", "--", "billing/lost-in-transit.md") == kept
    for file in (parts.settings.home / "search_index").rglob("*"):
        assert not file.is_file() or b"zeppelin" not in file.read_bytes().lower()


def test_the_id_of_what_was_erased_is_not_used_again(parts: Parts) -> None:
    ada = parts.people.directory.by_email("admin@kb.example")
    assert ada is not None
    parts.publishing.saver.erase("SHP-014", ada, NOW)
    with pytest.raises(UnusableEdit, match="erased"):
        parts.publishing.saver.create(
            "shipping/x.md", b"---\nid: SHP-014\n---\n# X\n\nx\n", "", EDDY, NOW
        )
