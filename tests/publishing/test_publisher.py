"""Files, catalogue and index stay in step, whatever happens in between."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from datetime import date
from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.storage.files.library import ContentAway
from tests.conftest import NOW
from tests.databases import load

TODAY = date(2026, 11, 22)


def found(parts: Parts, text: str) -> list[str]:
    return [hit.id for hit in parts.search.searcher.search(text, Reader(), TODAY).hits]


def write(home: Path, path: str, title: str, body: str = "Some text.") -> Path:
    target = home / "content" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"---\ntitle: {title}\n---\n\n{body}\n", encoding="utf-8")
    return target


def test_an_unchanged_tree_is_not_read_again(parts: Parts) -> None:
    parts.publishing.publisher.refresh(TODAY)  # the fixture's files are copies
    done = parts.publishing.publisher.refresh(TODAY)
    assert (done.changed, done.removed, done.indexed) == (0, 0, 0)


def test_a_new_file_is_found(parts: Parts, home: Path) -> None:
    write(home, "shipping/drone.md", "Drone Delivery")
    assert parts.publishing.publisher.refresh(TODAY).indexed == 1
    assert found(parts, "drone") == ["shipping-drone"]


def test_a_touched_file_with_the_same_content_is_not_indexed(parts: Parts, home: Path) -> None:
    parts.publishing.publisher.refresh(TODAY)  # the fixture's files are copies
    os.utime(home / "content" / "shipping" / "late-shipment.md", (1, 1))
    done = parts.publishing.publisher.refresh(TODAY)
    assert (done.changed, done.indexed) == (1, 0)


def test_a_file_of_the_same_size_and_time_is_found_by_its_new_words(
    parts: Parts, home: Path
) -> None:
    target = write(home, "shipping/drone.md", "Drone Delivery", "Say hovercraft.")
    os.utime(target, (0, 0))
    parts.publishing.publisher.refresh(TODAY)
    other = write(home, "shipping/other.md", "Drone Delivery", "Say zeppelins..")
    other.replace(target)
    os.utime(target, (0, 0))
    assert parts.publishing.publisher.refresh(TODAY).indexed == 1
    assert found(parts, "zeppelins") == ["shipping-drone"]


def test_a_changed_file_is_found_by_its_new_words_only(parts: Parts, home: Path) -> None:
    write(home, "shipping/drone.md", "Drone Delivery")
    parts.publishing.publisher.refresh(TODAY)
    write(home, "shipping/drone.md", "Balloon Delivery")
    parts.publishing.publisher.refresh(TODAY)
    assert found(parts, "balloon") == ["shipping-drone"]
    assert "shipping-drone" not in found(parts, "drone")


def test_a_removed_file_is_not_found(parts: Parts, home: Path) -> None:
    (home / "content" / "shipping" / "late-shipment.md").unlink()
    parts.publishing.publisher.refresh(TODAY)
    assert "SHP-014" not in found(parts, "late shipment")
    assert parts.catalogue.get("SHP-014") is None


def test_a_moved_file_keeps_its_derived_id_and_its_old_path_leads_on(
    parts: Parts, home: Path
) -> None:
    target = write(home, "shipping/drone.md", "Drone Delivery")
    parts.publishing.publisher.refresh(TODAY)
    target.rename(home / "content" / "billing" / "flying.md")
    parts.publishing.publisher.refresh(TODAY)
    card = parts.catalogue.get("shipping-drone")
    assert card is not None
    assert card.procedure.path == "billing/flying.md"
    assert parts.catalogue.at_path("shipping/drone.md") == "shipping-drone"
    assert parts.catalogue.at_path("billing/flying.md") == "shipping-drone"


def test_departments_yml_changes_reach_procedures_that_did_not_change(
    parts: Parts, home: Path
) -> None:
    write(home, "legal/terms.md", "Terms of Trade")
    parts.publishing.publisher.refresh(TODAY)
    source = home / "content" / "departments.yml"
    source.write_text(source.read_text() + "  - id: legal\n    name: Legal\n")
    parts.publishing.publisher.refresh(TODAY)
    card = parts.catalogue.get("legal-terms")
    assert card is not None
    assert card.procedure.department == "legal"
    hit = parts.search.searcher.search("terms trade", Reader(), TODAY).hits[0]
    assert hit.department == "legal"


def test_the_index_can_be_deleted_at_any_time(parts: Parts, home: Path) -> None:
    shutil.rmtree(home / "search_index")
    assert found(parts, "late shipment") == []
    parts.publishing.publisher.refresh(TODAY)
    assert found(parts, "late shipment")[0] == "SHP-014"


def test_a_synonym_works_as_soon_as_its_file_is_written(parts: Parts, home: Path) -> None:
    assert found(parts, "belated") == []
    synonyms = home / "content" / "synonyms.yml"
    synonyms.write_text("one_way:\n  - from: belated\n    to: [late]\n")
    assert found(parts, "belated") == ["SHP-014"]
    synonyms.write_text("one_way: broken")
    assert [fault.path for fault in parts.publishing.publisher.check(TODAY)][-1] == "synonyms.yml"


def test_a_rebuild_finds_the_same(parts: Parts) -> None:
    before = found(parts, "late shipment")
    parts.publishing.publisher.refresh(TODAY, rebuild=True)
    assert found(parts, "late shipment") == before


def test_a_broken_file_hides_no_other(parts: Parts, home: Path) -> None:
    (home / "content" / "shipping" / "broken.md").write_bytes(
        b"---\ntitle: a: b\n---\nzeppelin \xff"
    )
    parts.publishing.publisher.refresh(TODAY)
    assert found(parts, "zeppelin") == ["shipping-broken"]
    assert found(parts, "late shipment")[0] == "SHP-014"
    faults = parts.publishing.publisher.check(TODAY)
    assert {fault.path for fault in faults if fault.severity == "error"} == {"shipping/broken.md"}


def test_a_copied_id_pushes_nobody_aside_and_gives_no_draft_away(parts: Parts, home: Path) -> None:
    copy = home / "content" / "billing" / "aaa.md"
    copy.write_text("---\nid: SHP-014\ntitle: Mine\ndepartment: billing\nstatus: draft\n---\n\nx\n")
    parts.publishing.publisher.refresh(TODAY)
    held = parts.catalogue.get("SHP-014")
    assert held is not None
    assert held.procedure.path == "shipping/late-shipment.md"
    assert held.faults == ()
    twin = parts.catalogue.get("SHP-014-2")
    assert twin is not None
    assert [fault.code for fault in twin.faults] == ["duplicate-id"]
    blamed = [
        fault for fault in parts.publishing.publisher.check(TODAY) if fault.code == "duplicate-id"
    ]
    assert [fault.path for fault in blamed] == ["billing/aaa.md"]
    (home / "content" / "shipping" / "late-shipment.md").unlink()
    parts.publishing.publisher.refresh(TODAY)
    regained = parts.catalogue.get("SHP-014")
    assert regained is not None
    assert regained.procedure.path == "billing/aaa.md"


def test_a_title_that_is_also_a_draft_elsewhere_does_not_tell_where(
    parts: Parts, home: Path
) -> None:
    for path, department in (("billing/a.md", "billing"), ("shipping/z.md", "shipping")):
        status = "draft" if department == "billing" else "published"
        (home / "content" / path).write_text(
            f"---\ntitle: Twice\ndepartment: {department}\nstatus: {status}\n---\n\nText.\n"
        )
    parts.publishing.publisher.refresh(TODAY)
    card = parts.catalogue.get("shipping-z")
    assert card is not None
    assert "billing/a.md" not in str(card.faults)
    assert "a draft of another department" in str(card.faults)


def test_a_file_too_large_to_read_stops_nothing_and_is_reported(parts: Parts, home: Path) -> None:
    with (home / "content" / "shipping" / "huge.md").open("wb") as huge:
        huge.truncate(20_000_000)
    write(home, "shipping/zeppelin.md", "Zeppelin")
    parts.publishing.publisher.refresh(TODAY)
    assert found(parts, "zeppelin") == ["shipping-zeppelin"]
    card = parts.catalogue.get("shipping-huge")
    assert card is not None
    assert [fault.code for fault in card.faults] == ["unreadable"]


@pytest.mark.parametrize("step", range(6))
def test_killed_in_a_rebuild_the_old_index_answers_and_the_next_refresh_heals(
    parts: Parts, home: Path, step: int
) -> None:
    for number in range(30):
        write(home, f"shipping/extra-{number}.md", f"Extra {number} pelican")
    child = multiprocessing.get_context("spawn").Process(target=_die_in_rebuild, args=(home, step))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert found(parts, "late shipment")[0] == "SHP-014"
    parts.publishing.publisher.refresh(TODAY)
    assert parts.search.searcher.search("pelican", Reader(), TODAY).total == 30


def _die_in_rebuild(home: Path, step: int) -> None:
    parts = build(load({}, home))

    def die(what: str, done: int, total: int) -> None:
        # Steps 0 to 2 end the reading, later ones the indexing after 1, 10 and all entries.
        at = {0: ("Reading", 0), 3: ("Indexing", 1), 4: ("Indexing", 10)}
        wanted, least = at.get(step, ("Indexing", total) if step == 5 else ("Reading", total))
        if what == wanted and done >= least:
            os.kill(os.getpid(), signal.SIGKILL)

    parts.publishing.publisher.refresh(TODAY, die, rebuild=True)
    os.kill(os.getpid(), signal.SIGKILL)


def test_two_processes_refresh_at_once(parts: Parts, home: Path) -> None:
    for number in range(20):
        write(home, f"shipping/extra-{number}.md", f"Extra {number} pelican")
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_refresh, args=(home,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert parts.search.searcher.search("pelican", Reader(), TODAY).total == 20


def _refresh(home: Path) -> None:
    build(load({}, home)).publishing.publisher.refresh(TODAY)


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "not mounted"])
def test_content_that_is_away_as_a_whole_is_not_removed(
    parts: Parts, home: Path, empty: bool
) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    before, content = parts.storage.history.head(), home / "content"
    content.rename(home / "elsewhere")
    if empty:
        content.mkdir()
    for _ in range(2):
        with pytest.raises(ContentAway):
            parts.publishing.publisher.refresh(NOW.date())
    assert parts.storage.history.head() == before
    assert len(parts.catalogue.stamps()) == 3
    if empty:
        content.rmdir()
    (home / "elsewhere").rename(content)
    assert parts.publishing.publisher.refresh(NOW.date()).removed == 0
    assert parts.storage.history.head() == before


def test_what_is_removed_beside_something_that_stays_is_removed(parts: Parts, home: Path) -> None:
    for file in (home / "content").rglob("*.md"):
        file.unlink()
    assert parts.publishing.publisher.refresh(NOW.date()).removed == 3
