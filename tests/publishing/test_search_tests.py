"""`finds:`: what a search must show, checked after every change and before one is saved."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kb.documents.settings_files.synonyms import Synonym, parse_synonyms
from kb.parts import Parts
from kb.procedures.model import Fault
from kb.procedures.visibility import Reader
from kb.publishing.search_tests import BrokenFind, ProposedChange
from kb.search.evaluation.expected_hits import missed
from kb.search.evaluation.proposed_index import with_entries
from kb.search.words.synonyms import Synonyms
from tests.conftest import LATE, NOW
from tests.web.acts import statements

TODAY = NOW.date()
SHIPPING = Reader(frozenset({"shipping"}))
WINS = """\
---
id: SHP-0{n}
title: "Glass vase {n}"
keywords: ["glass vase broken"]
department: {department}
status: {status}
---

The glass vase is broken: glass vase broken, broken glass vase.
"""
VASE = """\
---
id: SHP-050
title: Fragile goods
department: shipping
finds:
  - glass vase broken
status: {status}
---

Offer a new one. Glass is sent in a box of its own.
"""


def write(home: Path, path: str, text: str) -> None:
    (home / "content" / path).write_text(text, encoding="utf-8")


def broken(faults: tuple[Fault, ...] | list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.code == "broken-find"]


def on_card(parts: Parts, procedure_id: str) -> list[Fault]:
    card = parts.catalogue.get(procedure_id)
    assert card is not None
    return broken(card.faults)


def queries(found: tuple[BrokenFind, ...]) -> list[tuple[str, str]]:
    return [(one.test.id, one.test.query) for one in found]


def rivals(
    home: Path, department: str = "shipping", status: str = "published", count: int = 3
) -> dict[str, bytes]:
    """Procedures of which each fits "glass vase broken" better."""
    return {
        f"shipping/rival-{n}.md": WINS.format(
            n=60 + n, department=department, status=status
        ).encode()
        for n in range(count)
    }


def test_a_search_that_holds_is_no_fault(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []
    assert broken(parts.publishing.publisher.check(TODAY)) == []


def test_a_new_procedure_that_breaks_one_is_told_with_what_won(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    parts.publishing.publisher.refresh(TODAY)
    for path, raw in rivals(home, "billing").items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    (fault,) = on_card(parts, "SHP-050")
    assert (fault.path, fault.line) == ("shipping/vase.md", 5)
    assert '"glass vase broken" shows this procedure only in place 4' in fault.message
    assert "SHP-060 (Glass vase 60)" in fault.message
    assert "finds" in fault.remedy


def test_kb_check_reads_the_files_as_they_are_and_needs_no_index(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for path, raw in rivals(home).items():
        write(home, path, raw.decode())
    (fault,) = broken(parts.publishing.publisher.check(TODAY))
    assert fault.path == "shipping/vase.md"
    (home / "content" / "shipping" / "rival-1.md").unlink()
    assert broken(parts.publishing.publisher.check(TODAY)) == []


def test_mending_it_takes_the_fault_away(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for path, raw in rivals(home).items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050")
    mended = WINS.format(n=50, department="shipping", status="published")
    mended = mended.replace("Glass vase 50", "Glass vase broken").replace(
        "status:", "finds: [glass vase broken]\nstatus:"
    )
    write(home, "shipping/vase.md", mended)
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []


def test_a_synonym_taken_away_breaks_one(home: Path, parts: Parts) -> None:
    text = LATE.replace("related:", "finds: [tardy crate]\nrelated:")
    write(home, "shipping/late-shipment.md", text)
    write(home, "synonyms.yml", "two_way:\n  - [tardy, late]\n")
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-014") == []
    write(home, "synonyms.yml", "# none\n")
    parts.publishing.publisher.refresh(TODAY)
    (fault,) = on_card(parts, "SHP-014")
    assert "not at all" in fault.message


def test_what_did_not_change_is_not_run_again(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    parts.publishing.publisher.refresh(TODAY)
    parts.publishing.publisher.refresh(TODAY)
    with statements(parts.engine) as sent:
        parts.publishing.publisher.refresh(TODAY)
    assert not [one for one in sent if "CAST(procedures.finds" in one]
    write(home, "synonyms.yml", "two_way:\n  - [zebra, horse]\n")
    with statements(parts.engine) as sent:
        parts.publishing.publisher.refresh(TODAY)
    assert [one for one in sent if "CAST(procedures.finds" in one]


def test_a_draft_is_tested_among_its_department_s_drafts(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="draft"))
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []
    for path, raw in rivals(home, "billing", "draft").items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []


def test_the_winning_draft_is_not_named_in_the_fault(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="draft"))
    for path, raw in rivals(home, "shipping", "draft").items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    (fault,) = on_card(parts, "SHP-050")
    assert "another draft" in fault.message
    assert "Glass vase" not in fault.message


def test_drafts_do_not_break_what_is_published(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for path, raw in rivals(home, "shipping", "draft").items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []


def test_a_retired_procedure_is_not_tested(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="retired"))
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []
    assert broken(parts.publishing.publisher.check(TODAY)) == []


def test_its_own_id_opens_it(home: Path, parts: Parts) -> None:
    write(home, "shipping/late-shipment.md", LATE.replace("related:", "finds: [shp-014]\nrelated:"))
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-014") == []


def test_a_proposed_edit_tells_what_it_would_break_and_writes_nothing(
    home: Path, parts: Parts
) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    parts.publishing.publisher.refresh(TODAY)
    current = parts.search.index.current.read_bytes()
    found = parts.publishing.publisher.broken_finds(ProposedChange(files=rivals(home)), Reader())
    assert queries(found) == [("SHP-050", "glass vase broken")]
    assert [winner.title for winner in found[0].winners] == [
        f"Glass vase {n}" for n in (60, 61, 62)
    ]
    assert not found[0].already
    assert parts.search.index.current.read_bytes() == current
    assert parts.catalogue.get("SHP-060") is None


def test_the_edited_procedure_s_own_new_search_is_tried(parts: Parts) -> None:
    edited = LATE.replace("related:", "finds: [zeppelin, late parcel]\nrelated:").encode()
    found = parts.publishing.publisher.broken_finds(
        ProposedChange(files={"shipping/late-shipment.md": edited}), Reader()
    )
    assert queries(found) == [("SHP-014", "zeppelin")]
    assert found[0].place == 0


def test_a_removed_rival_breaks_nothing_and_a_removed_procedure_is_not_tested(
    home: Path, parts: Parts
) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for path, raw in rivals(home).items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    gone = frozenset({"shipping/vase.md"})
    assert parts.publishing.publisher.broken_finds(ProposedChange(gone=gone), Reader()) == ()
    assert (
        parts.publishing.publisher.broken_finds(
            ProposedChange(gone=frozenset({"shipping/rival-0.md"})), Reader()
        )
        == ()
    )


def test_what_failed_before_is_not_the_fault_of_another_s_edit(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for path, raw in rivals(home).items():
        write(home, path, raw.decode())
    parts.publishing.publisher.refresh(TODAY)
    other = LATE.replace("5 days", "6 days").encode()
    change = ProposedChange(files={"shipping/late-shipment.md": other})
    assert parts.publishing.publisher.broken_finds(change, Reader()) == ()
    own = ProposedChange(
        files={"shipping/vase.md": VASE.format(status="published").encode() + b"More.\n"}
    )
    (found,) = parts.publishing.publisher.broken_finds(own, Reader())
    assert found.already


def test_a_synonym_is_tried_before_it_is_saved(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="published"))
    for n, title in enumerate(("Crockery in pieces", "Crockery claims", "Crockery by post")):
        text = (
            f"---\nid: SHP-07{n}\ntitle: {title}\nkeywords: [crockery]\n---\nCrockery, crockery.\n"
        )
        write(home, f"shipping/crockery-{n}.md", text)
    parts.publishing.publisher.refresh(TODAY)
    assert on_card(parts, "SHP-050") == []
    harmless = ProposedChange(synonyms=Synonyms((("zebra", "horse"),)))
    assert parts.publishing.publisher.broken_finds(harmless, Reader()) == ()
    lists = parse_synonyms(b"").plus(Synonym(("glass vase broken", "crockery")))
    harmful = ProposedChange(synonyms=Synonyms(lists.two_way, lists.one_way))
    assert queries(parts.publishing.publisher.broken_finds(harmful, Reader())) == [
        ("SHP-050", "glass vase broken")
    ]


def test_nobody_learns_of_another_department_s_draft(home: Path, parts: Parts) -> None:
    write(home, "shipping/vase.md", VASE.format(status="draft"))
    parts.publishing.publisher.refresh(TODAY)
    change = ProposedChange(files=rivals(home))
    assert parts.publishing.publisher.broken_finds(change, Reader(frozenset({"billing"}))) == ()
    assert queries(parts.publishing.publisher.broken_finds(change, SHIPPING)) == [
        ("SHP-050", "glass vase broken")
    ]
    drafts = ProposedChange(files=rivals(home, "shipping", "draft"))
    assert parts.publishing.publisher.broken_finds(drafts, Reader(frozenset({"billing"}))) == ()


def test_a_look_ahead_ranks_as_the_index_does_afterwards(home: Path, parts: Parts) -> None:
    edited = LATE.replace("5 days old", "5 days old, in customs, refund").encode()
    filed = parts.publishing.publisher._search_tests._read({"shipping/late-shipment.md": edited})
    ahead = with_entries(
        parts.search.searcher, [one.entry for one in filed], ["shipping/customs.md"]
    )
    asked = ("refund", "late parcel", "customs", "zebra papers", "lost order", "refund customs")

    def seen(searcher) -> list[list[str]]:
        return [[one.id for one in searcher.glance(q, SHIPPING, 5).hits] for q in asked]

    expected = seen(ahead)
    write(home, "shipping/late-shipment.md", edited.decode())
    (home / "content" / "shipping" / "customs.md").unlink()
    parts.publishing.publisher.refresh(TODAY)
    assert seen(parts.search.searcher) == expected


def test_a_thousand_searches_are_run_in_a_moment(parts: Parts) -> None:
    path = "shipping/late-shipment.md"
    began = time.process_time()
    for number in range(1000):
        text = f"parcel number {number}"
        assert missed(parts.search.searcher, text, path, "SHP-014", Reader()) is None
    assert time.process_time() - began < 10  # 1.5 s on a free machine


@pytest.mark.parametrize("written", ["finds: where is it", "finds: [where is it]"])
def test_one_search_needs_no_list(home: Path, parts: Parts, written: str) -> None:
    write(home, "shipping/one.md", f"---\ntitle: One\n{written}\n---\nWhere is it?\n")
    parts.publishing.publisher.refresh(TODAY)
    card = parts.catalogue.get("shipping-one")
    assert card is not None
    assert card.procedure.finds == ("where is it",)
