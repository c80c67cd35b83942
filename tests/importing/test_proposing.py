"""What would be, what is done, the second run, and the undoing: on real files and git."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kb.importing.first_guess import guess
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit, everything, permit_of
from kb.importing.proposed import Fate, ImportPreview
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.batches import Batch
from kb.publishing.edits import Author, author_of
from kb.publishing.outcomes import Refusal
from tests.conftest import NOW
from tests.importing.workbooks import lived_in, read, table, tickets
from tests.reviews.test_departures import person

JO = Author("Jo", "jo@kb.example")
HEADER = ["No", "Question", "Answer", "Team", "Tags"]
CUSTOMS = [
    1,
    "Parcel waits at the border",
    "1. Read the scan.\n2. Call the agent.",
    "Shipping",
    "border",
]
VOUCHER = [
    2,
    "Voucher is used up",
    "Look in the order, and read the rest aloud.",
    "Billing",
    "rest",
]


def proposed(
    parts: Parts, rows: Sequence[Sequence[Any]], permit: Any = None, **changes: Any
) -> ImportPreview:
    """Of a workbook of these rows."""
    book = read(table(HEADER, *rows))
    mapping = replace(guess(book), **changes)
    permit = permit or everything(parts.publishing.departments())
    return parts.importing.proposing.preview(book, mapping, permit, NOW.date())


def _all(parts: Parts) -> Permit:
    return everything(parts.publishing.departments())


def brought_in(parts: Parts, *rows: Sequence[Any], later: int = 0, **changes: Any) -> Batch:
    done = parts.importing.bringing_in.bring_in(
        proposed(parts, rows, **changes), _all(parts), JO, NOW + timedelta(minutes=later)
    )
    assert isinstance(done, Batch)
    return done


def fates(preview: ImportPreview) -> dict[str, Fate]:
    return {one.drafted.title: one.fate for one in preview.files}


def changed(row: list[Any], **cells: Any) -> list[Any]:
    return [cells.get(name.lower(), value) for name, value in zip(HEADER, row, strict=True)]


def file(parts: Parts, path: str = "shipping/parcel-waits-at-the-border.md") -> Path:
    return parts.settings.content / path


def edited(parts: Parts, old: str, new: str) -> None:
    """By hand, as somebody of the department would."""
    text = file(parts).read_text()
    assert old in text
    file(parts).write_text(text.replace(old, new))
    parts.publishing.publisher.refresh(NOW.date())


def test_a_workbook_comes_in_as_drafts_in_one_commit(parts: Parts) -> None:
    done = brought_in(parts, CUSTOMS, VOUCHER)
    assert len(done.paths) == 2
    assert file(parts).read_text() == (
        "---\nid: SHP-016\ntitle: Parcel waits at the border\nkeywords:\n  - border\n"
        "department: shipping\nstatus: draft\nsource: desk.xlsx | Desk | 1\n---\n\n"
        "## Steps\n\n1. Read the scan.\n2. Call the agent.\n"
    ).replace("desk.xlsx | Desk | 1", '"desk.xlsx | Desk | 1"')
    found = parts.search.searcher.search("border", Reader(frozenset({"shipping"})), NOW.date())
    assert found.hits[0].id == "SHP-016"
    shown = parts.search.searcher.search("border", Reader(), NOW.date()).hits
    assert "SHP-016" not in [hit.id for hit in shown]


def test_a_preview_changes_nothing(parts: Parts) -> None:
    before = parts.storage.keeping.repository.head()
    assert len(proposed(parts, [CUSTOMS, VOUCHER]).written) == 2
    assert parts.storage.keeping.repository.head() == before
    assert not file(parts).exists()


def test_faults_and_what_is_nearly_the_same_are_told_before(parts: Parts) -> None:
    body = "1. Refund in full to the original payment method.\n2. Never ask for the parcel back."
    same = [3, "Refund: Order Lost in Transit", body, "Billing", None]
    owner = changed(CUSTOMS, question="Parcel has Jo's mail", answer="Write to jo@mail.example.")
    preview = proposed(parts, [same, owner])
    first, second = preview.files
    assert [fault.code for fault in first.faults] == ["duplicate-title"]
    assert first.near
    assert first.near.id == "BIL-001"
    assert second.personal.addresses == 1
    assert preview.personal.addresses == 1


def test_an_unknown_team_goes_where_it_was_decided(parts: Parts) -> None:
    row = changed(CUSTOMS, team="Warehouse")
    preview = proposed(parts, [row])
    assert preview.teams == {"Warehouse": 1}
    assert preview.files[0].procedure.department == "unassigned"
    decided = proposed(parts, [row], teams={"Warehouse": "billing"})
    assert decided.files[0].procedure.department == "billing"
    assert not decided.teams
    assert proposed(parts, [row], department="shipping").files[0].procedure.department == "shipping"


def test_a_cell_of_several_teams_is_asked_about_and_goes_where_it_was_decided(parts: Parts) -> None:
    row = changed(CUSTOMS, team="Billing / Shipping")
    preview = proposed(parts, [row, changed(row, no=5, question="And when?", answer="Soon.")])
    (named,) = preview.several.values()
    assert (named.first, named.others, named.department) == ("Billing", ("Shipping",), "billing")
    assert named.procedures == 2
    decided = proposed(parts, [row], teams={"Billing / Shipping": "shipping"})
    assert decided.files[0].procedure.department == "shipping"
    assert not decided.several


def test_a_team_that_is_not_known_takes_nothing_away(parts: Parts) -> None:
    row = changed(CUSTOMS, team="Warehouse")
    brought_in(parts, row, teams={"Warehouse": "shipping"})
    preview = proposed(parts, [row])
    assert set(fates(preview).values()) == {Fate.UNCHANGED}


def test_a_second_run_of_the_same_workbook_changes_nothing(parts: Parts) -> None:
    brought_in(parts, CUSTOMS, VOUCHER)
    preview = proposed(parts, [CUSTOMS, VOUCHER])
    assert set(fates(preview).values()) == {Fate.UNCHANGED}
    done = parts.importing.bringing_in.bring_in(preview, _all(parts), JO, NOW)
    assert isinstance(done, Refusal)
    assert "nothing to bring in" in done.why


def test_a_second_run_updates_what_nobody_edited_and_never_doubles(parts: Parts) -> None:
    brought_in(parts, CUSTOMS, VOUCHER)
    row = changed(CUSTOMS, question="Parcel waits at customs", tags="border, customs")
    preview = proposed(parts, [[3, "Who signs?", "Whoever opens the door.", "Shipping", None], row])
    assert fates(preview) == {"Who signs?": Fate.NEW, "Parcel waits at customs": Fate.UPDATED}
    assert [gone.title for gone in preview.gone] == ["Voucher is used up"]
    parts.importing.bringing_in.bring_in(preview, _all(parts), JO, NOW + timedelta(minutes=1))
    assert "title: Parcel waits at customs" in file(parts).read_text()
    assert "id: SHP-016" in file(parts).read_text()


def test_what_was_published_and_edited_here_is_put_together_with_the_workbook(parts: Parts) -> None:
    brought_in(parts, CUSTOMS)
    edited(parts, "status: draft\n", "")
    edited(parts, "2. Call the agent.", "2. Call the agent.\n3. Write to the customer.")
    preview = proposed(parts, [changed(CUSTOMS, tags="border, duty")])
    assert list(fates(preview).values()) == [Fate.MERGED]
    parts.importing.bringing_in.bring_in(preview, _all(parts), JO, NOW + timedelta(minutes=1))
    text = file(parts).read_text()
    assert "  - duty\n" in text
    assert "3. Write to the customer." in text
    assert "status: draft" not in text
    again = proposed(parts, [changed(CUSTOMS, tags="border, duty")])
    assert list(fates(again).values()) == [Fate.UNCHANGED]


def test_the_same_lines_changed_on_both_sides_are_shown_and_decided(parts: Parts) -> None:
    brought_in(parts, CUSTOMS)
    edited(parts, "1. Read the scan.", "1. Read the scan aloud.")
    row = changed(CUSTOMS, answer="1. Read the last scan.\n2. Call the agent.")
    preview = proposed(parts, [row])
    (one,) = preview.files
    assert one.fate is Fate.CONFLICT
    assert one.clash
    assert preview.written == ()
    decided = proposed(parts, [row], decided={one.drafted.sources[0]: True})
    parts.importing.bringing_in.bring_in(decided, _all(parts), JO, NOW + timedelta(minutes=1))
    assert "1. Read the last scan.\n" in file(parts).read_text()
    assert list(fates(proposed(parts, [row])).values()) == [Fate.UNCHANGED]


def test_an_import_is_undone_whole_and_can_come_in_again(parts: Parts) -> None:
    done = brought_in(parts, CUSTOMS, VOUCHER)
    admin = person(parts, "admin")
    undone = parts.publishing.undoing.undo(done.commit, admin, NOW + timedelta(minutes=1))
    assert set(undone.paths) == set(done.paths)
    assert not file(parts).exists()
    assert parts.catalogue.get("SHP-016") is None
    assert set(fates(proposed(parts, [CUSTOMS, VOUCHER])).values()) == {Fate.NEW}
    again = brought_in(parts, CUSTOMS, later=2)
    assert again.procedure_ids == ("SHP-017",)


def test_an_undoing_leaves_what_was_edited_since_and_can_be_undone(parts: Parts) -> None:
    done = brought_in(parts, CUSTOMS, VOUCHER)
    edited(parts, "2. Call the agent.", "2. Call nobody.")
    undone = parts.publishing.saver.undo(done.commit, JO, NOW + timedelta(minutes=1))
    assert list(undone.skipped) == ["shipping/parcel-waits-at-the-border.md"]
    assert undone.paths == ("billing/voucher-is-used-up.md",)
    parts.publishing.saver.undo(undone.commit, JO, NOW + timedelta(minutes=2))
    assert file(parts, "billing/voucher-is-used-up.md").exists()


def test_an_editor_of_another_department_cannot_undo_it(parts: Parts) -> None:
    done = brought_in(parts, CUSTOMS)
    undone = parts.publishing.undoing.undo(done.commit, person(parts, "outsider"), NOW)
    assert isinstance(undone, Batch)
    assert undone.paths == ()
    assert file(parts).exists()


def test_an_undone_update_is_offered_again(parts: Parts) -> None:
    brought_in(parts, CUSTOMS)
    row = changed(CUSTOMS, tags="border, duty")
    done = brought_in(parts, row, later=1)
    parts.publishing.saver.undo(done.commit, JO, NOW + timedelta(minutes=2))
    assert list(fates(proposed(parts, [row])).values()) == [Fate.UPDATED]


def test_what_was_removed_here_does_not_come_back_unasked(parts: Parts) -> None:
    brought_in(parts, CUSTOMS)
    parts.publishing.saver.remove("SHP-016", "", JO, NOW + timedelta(minutes=1))
    (one,) = proposed(parts, [CUSTOMS]).files
    assert one.fate is Fate.LEFT
    assert "removed here since" in one.why
    preview = proposed(parts, [CUSTOMS], decided={one.drafted.sources[0]: True})
    assert list(fates(preview).values()) == [Fate.NEW]


def test_a_row_of_another_department_stays_out_for_an_editor(parts: Parts) -> None:
    departments = parts.publishing.departments()
    permit = permit_of(person(parts, "editor"), departments, four_eyes=False)
    preview = proposed(parts, [CUSTOMS, VOUCHER], permit)
    assert fates(preview) == {
        "Parcel waits at the border": Fate.NEW,
        "Voucher is used up": Fate.LEFT,
    }
    assert "belongs to Billing" in preview.of(Fate.LEFT)[0].why


def test_published_is_for_who_may_publish(parts: Parts) -> None:
    departments = parts.publishing.departments()
    for name, status in (("editor", "draft"), ("reviewer", "published")):
        permit = permit_of(person(parts, name), departments, four_eyes=False)
        (one,) = proposed(parts, [CUSTOMS], permit, published=True).files
        assert one.procedure.status == status


def test_without_the_table_of_rows_the_files_say_where_they_came_from(parts: Parts) -> None:
    brought_in(parts, CUSTOMS)
    with parts.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM imported")
    assert list(fates(proposed(parts, [CUSTOMS])).values()) == [Fate.UNCHANGED]
    row = changed(CUSTOMS, tags="border, duty")
    assert list(fates(proposed(parts, [row])).values()) == [Fate.CONFLICT]


def test_a_conflict_mark_of_git_in_a_cell_keeps_its_row_out_alone(parts: Parts) -> None:
    marks = "<<<<<<< one\nis\n>>>>>>> two"
    row = changed(VOUCHER, answer=f"```\n{marks}\n```")
    preview = proposed(parts, [CUSTOMS, row])
    assert Fate.NEW in fates(preview).values()
    done = parts.importing.bringing_in.bring_in(preview, _all(parts), JO, NOW)
    assert isinstance(done, Batch)


@pytest.mark.parametrize("raw", [lived_in(), tickets()])
def test_any_workbook_makes_files_without_broken_front_matter(parts: Parts, raw: bytes) -> None:
    book = read(raw, "desk.xlsx" if raw.startswith(b"PK") else "desk.csv")
    mapping: FileMapping = guess(book)
    taken = tuple(replace(one, taken=True) for one in mapping.sheets)
    preview = parts.importing.proposing.preview(
        book,
        replace(mapping, sheets=taken),
        everything(parts.publishing.departments()),
        NOW.date(),
    )
    assert preview.files
    codes = {fault.code for one in preview.files for fault in one.faults}
    assert not codes & {"broken-yaml", "never-closed", "repeated-key", "no-text", "missing-title"}


def test_two_people_bring_in_at_once_and_no_id_is_given_twice(parts: Parts) -> None:
    one, other = proposed(parts, [CUSTOMS]), proposed(parts, [changed(CUSTOMS, question="Else?")])
    assert one.files[0].procedure.id == other.files[0].procedure.id
    parts.importing.bringing_in.bring_in(one, _all(parts), author_of(person(parts, "admin")), NOW)
    done = parts.importing.bringing_in.bring_in(other, _all(parts), JO, NOW)
    assert isinstance(done, Batch)
    assert list(done.skipped.values()) == ["its id went to another procedure meanwhile"]
