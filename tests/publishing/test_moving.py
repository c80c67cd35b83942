"""A procedure that is renamed or moved keeps its id, and every link to it."""

from __future__ import annotations

import pytest

from kb.documents.source.relinking import Move, relinked
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.edits import UnusableEdit
from tests.conftest import NOW
from tests.publishing.conftest import EDDY, LATE_PATH, edit, git, history, read

BASE = "shipping/a.md"
THERE = {"shipping/a.md", "shipping/late.md", "billing/b.md", "guide/index.md", "x/label.png"}


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("See [late](late.md#steps).", "See [late](../billing/late-1.md#steps)."),
        ("[late](late)", "[late](../billing/late-1)"),
        ("[late](./late.md 'title')", "[late](../billing/late-1.md 'title')"),
        ("[late](/shipping/late.md)", "[late](/billing/late-1.md)"),
        ("[late](<late.md>)", "[late](<../billing/late-1.md>)"),
        ("[late][1]\n\n[1]: late.md\n", "[late][1]\n\n[1]: ../billing/late-1.md\n"),
        ('<a href="late.md">x</a>', '<a href="../billing/late-1.md">x</a>'),
        ("`[late](late.md)`", "`[late](late.md)`"),
        ("```\n[late](late.md)\n```", "```\n[late](late.md)\n```"),
        ("[other](../billing/b.md)", "[other](../billing/b.md)"),
        ("[web](https://x.example/late.md)", "[web](https://x.example/late.md)"),
        (
            "---\nrelated: [late.md, X-1]\n---\ntext",
            '---\nrelated: ["../billing/late-1.md", X-1]\n---\ntext',
        ),
        ("line\r\n[l](late.md)\r\nend", "line\r\n[l](../billing/late-1.md)\r\nend"),
    ],
)
def test_links_to_a_moved_file_follow_it(written: str, after: str) -> None:
    move = Move("shipping/late.md", "billing/late-1.md")
    assert relinked(written.encode(), BASE, move, THERE.__contains__).decode() == after


def test_links_in_the_moved_file_lead_where_they_led() -> None:
    move = Move("shipping/a.md", "billing/deep/a.md")
    written = (
        b"[l](late.md) ![p](../x/label.png) [self](a.md) [g](../guide/) [s](#steps) [dead](no.md)"
    )
    after = relinked(written, BASE, move, THERE.__contains__)
    assert after == (
        b"[l](../../shipping/late.md) ![p](../../x/label.png) [self](a.md) [g](../../guide/) "
        b"[s](#steps) [dead](no.md)"
    )


def test_a_renamed_file_keeps_its_id_and_links_follow_in_one_commit(parts: Parts) -> None:
    drone = parts.publishing.saver.create(
        "shipping/drone.md", b"# Drone\n\n[Late](late-shipment.md#steps)\n", "", EDDY, NOW
    )
    before = git(history(parts), "rev-list", "--count", "main")
    saved = parts.publishing.saver.rename(
        "SHP-014", path="shipping/parcel-late.md", by=EDDY, now=NOW
    )
    assert (saved.procedure_id, saved.path) == ("SHP-014", "shipping/parcel-late.md")
    assert int(git(history(parts), "rev-list", "--count", "main")) == int(before) + 1
    assert read(parts, drone.path) == b"# Drone\n\n[Late](parcel-late.md#steps)\n"
    assert not (parts.settings.content / LATE_PATH).exists()
    assert parts.catalogue.at_path(LATE_PATH) == "SHP-014"
    hits = parts.search.searcher.search("late shipment", Reader(), NOW.date()).hits
    assert hits[0].id == "SHP-014"


def test_a_file_without_an_id_gets_it_written_when_it_moves(parts: Parts) -> None:
    parts.publishing.saver.create("shipping/drone.md", b"# Drone\n\nText.\n", "", EDDY, NOW)
    saved = parts.publishing.saver.move("shipping-drone", department="billing", by=EDDY, now=NOW)
    assert (saved.procedure_id, saved.path) == ("shipping-drone", "billing/drone.md")
    assert read(parts, "billing/drone.md") == b"---\nid: shipping-drone\n---\n# Drone\n\nText.\n"
    card = parts.catalogue.get("shipping-drone")
    assert card is not None
    assert card.procedure.department == "billing"


def test_a_move_writes_the_department_where_the_file_names_one(parts: Parts) -> None:
    parts.publishing.saver.move("SHP-014", department="billing", by=EDDY, now=NOW)
    assert b"\ndepartment: billing\n" in read(parts, "billing/late-shipment.md")


def test_another_title_changes_one_line(parts: Parts) -> None:
    before = read(parts).splitlines()
    parts.publishing.saver.rename("SHP-014", title="Parcel: Late", by=EDDY, now=NOW)
    after = read(parts).splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert changed == [(b'title: "Complaint: Late Shipment"', b'title: "Parcel: Late"')]


def test_an_edit_begun_before_a_move_goes_to_where_the_file_is(parts: Parts) -> None:
    base = read(parts)
    parts.publishing.saver.rename("SHP-014", path="shipping/parcel-late.md", by=EDDY, now=NOW)
    saved = parts.publishing.saver.save(edit(LATE_PATH, base, base.replace(b"500", b"900")), NOW)
    assert saved.path == "shipping/parcel-late.md"
    assert b"900" in read(parts, saved.path)


@pytest.mark.parametrize("path", ["billing/lost-in-transit.md", "../x.md", "shipping/x.txt", ""])
def test_no_move_takes_anothers_place(parts: Parts, path: str) -> None:
    if not path:
        with pytest.raises(UnusableEdit):
            parts.publishing.saver.rename("SHP-014", title="  ", by=EDDY, now=NOW)
        return
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.rename("SHP-014", path=path, by=EDDY, now=NOW)
    assert (parts.settings.content / LATE_PATH).exists()


def test_nothing_moves_to_an_unknown_department(parts: Parts) -> None:
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.move("SHP-014", department="nowhere", by=EDDY, now=NOW)
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.move("NO-SUCH", department="billing", by=EDDY, now=NOW)
