"""An edit is saved, committed and found; two edits are joined or shown, never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.edits import Collision, UnusableEdit
from tests.conftest import NOW
from tests.publishing.conftest import EDDY, LATE_PATH, OTTO, edit, git, history, read


def found(parts: Parts, text: str) -> list[str]:
    return [hit.id for hit in parts.search.searcher.search(text, Reader(), NOW.date()).hits]


def test_a_saved_edit_is_on_disk_in_history_and_found(parts: Parts) -> None:
    base = read(parts)
    text = base.replace(b"Store credit", b"Zeppelin voucher")
    saved = parts.publishing.saver.save(edit(LATE_PATH, base, text, "Vouchers replace credit"), NOW)
    assert read(parts) == text
    assert (saved.procedure_id, saved.path, saved.merged) == ("SHP-014", LATE_PATH, False)
    assert found(parts, "zeppelin") == ["SHP-014"]
    told = git(history(parts), "log", "-1", "--format=%H|%an|%ae|%at|%B")
    assert told.strip() == (
        f"{saved.commit}|Eddy Editor|editor@kb.example|{int(NOW.timestamp())}|"
        "Vouchers replace credit\n\nKb-Kind: minor"
    )
    assert git(history(parts), "show", f"main:{LATE_PATH}").encode() == text
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    assert card.procedure.version == saved.version


def test_edits_that_do_not_touch_are_merged(parts: Parts) -> None:
    base = read(parts)
    parts.publishing.saver.save(
        edit(LATE_PATH, base, base.replace(b"last carrier scan", b"scan")), NOW
    )
    mine = base.replace(b"500 euro", b"900 euro")
    saved = parts.publishing.saver.save(edit(LATE_PATH, base, mine, by=OTTO), NOW)
    assert saved.merged
    assert b"read the scan" in read(parts)
    assert b"900 euro" in read(parts)


def test_edits_of_the_same_line_collide_and_nothing_is_written(parts: Parts) -> None:
    base = read(parts)
    theirs = base.replace(b"500 euro", b"700 euro")
    parts.publishing.saver.save(edit(LATE_PATH, base, theirs), NOW)
    before = git(history(parts), "rev-parse", "main")
    mine = base.replace(b"500 euro", b"900 euro")
    with pytest.raises(Collision) as collision:
        parts.publishing.saver.save(edit(LATE_PATH, base, mine), NOW)
    assert read(parts) == theirs
    assert git(history(parts), "rev-parse", "main") == before
    clash = collision.value.clash.clashes[0]
    assert (b"900" in clash.mine, b"700" in clash.theirs, b"500" in clash.base) == (True,) * 3
    chosen = collision.value.clash.merged_with_choices([clash.mine])
    parts.publishing.saver.save(edit(LATE_PATH, collision.value.clash.theirs, chosen), NOW)
    assert read(parts) == mine


def test_a_file_changed_by_hand_meanwhile_counts_as_a_second_person(
    parts: Parts, home: Path
) -> None:
    base = read(parts)
    by_hand = base.replace(b"last carrier scan", b"scan")
    (home / "content" / LATE_PATH).write_bytes(by_hand)
    parts.publishing.saver.save(edit(LATE_PATH, base, base.replace(b"500", b"900")), NOW)
    assert read(parts) == by_hand.replace(b"500", b"900")
    told = git(history(parts), "log", "--format=%an: %s", "--", LATE_PATH).splitlines()
    assert told == ["Eddy Editor: Mended", "kb: Changed on disk", "kb: Found on disk"]


def test_an_unchanged_save_makes_no_version(parts: Parts) -> None:
    before = git(history(parts), "rev-parse", "main")
    parts.publishing.saver.save(edit(LATE_PATH, read(parts), read(parts)), NOW)
    assert git(history(parts), "rev-parse", "main") == before


def test_a_new_procedure_is_created_once(parts: Parts) -> None:
    path = parts.publishing.saver.free_path("shipping", "Drone Delivery")
    text = b"---\ntitle: Drone Delivery\n---\n\n1. Look up.\n"
    saved = parts.publishing.saver.create(path, text, "", EDDY, NOW)
    assert (saved.path, saved.procedure_id) == (
        "shipping/drone-delivery.md",
        "shipping-drone-delivery",
    )
    assert found(parts, "drone") == ["shipping-drone-delivery"]
    assert (
        parts.publishing.saver.free_path("shipping", "Drone Delivery")
        == "shipping/drone-delivery-2.md"
    )
    with pytest.raises(UnusableEdit, match="already"):
        parts.publishing.saver.create(path, text, "", EDDY, NOW)


@pytest.mark.parametrize(
    "path",
    [
        *("../out.md", "/etc/x.md", ".git/x.md", "a//b.md", "a.txt", ".md", "x/.md", "a /b.md"),
        *("a\0b.md", "a\\b.md", "departments.yml", "shipping", f"{'x' * 300}.md"),
        "shipping/late-shipment.md/x.md",
    ],
)
def test_no_path_leads_elsewhere(parts: Parts, path: str) -> None:
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.save(edit(path, b"", b"x\n"), NOW)


@pytest.mark.parametrize(
    "text", [b"a\0b", b"x" * 2_000_001, b"<<<<<<< me\na\n=======\n>>>>>>> you\n"]
)
def test_no_unusable_text_is_saved(parts: Parts, text: bytes) -> None:
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.save(edit("shipping/new.md", b"", text), NOW)
    assert not (parts.settings.content / "shipping" / "new.md").exists()


def test_an_attachment_is_stored_beside_and_in_the_history(parts: Parts) -> None:
    assert (
        parts.publishing.saver.attach("shipping/label.png", b"one", EDDY, NOW)
        == "shipping/label.png"
    )
    assert (
        parts.publishing.saver.attach("shipping/label.png", b"one", EDDY, NOW)
        == "shipping/label.png"
    )
    assert (
        parts.publishing.saver.attach("shipping/label.png", b"two", EDDY, NOW)
        == "shipping/label-2.png"
    )
    assert git(history(parts), "show", "main:shipping/label-2.png") == "two"
    with pytest.raises(UnusableEdit):
        parts.publishing.saver.attach("shipping/run.html", b"<script>", EDDY, NOW)
