"""Out as a zip, and back to the same bytes."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from kb.app import build
from kb.exporting.making import ExportForm
from kb.exporting.manifest import MANIFEST
from kb.exporting.selecting import Scope
from kb.importing.permits import permit_of
from kb.importing.proposed import Fate
from kb.importing.readers.own_archives import is_ours
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.resources import SAMPLE
from tests import databases
from tests.conftest import NOW
from tests.exporting.bases import (
    JO,
    ODD,
    PICTURE,
    brought_in,
    empty_base,
    files_of,
    refreshed,
    seen,
    taken_out,
    write,
)
from tests.reviews.test_departures import person


@pytest.fixture
def odd(parts: Parts) -> Parts:
    write(parts.settings.home, ODD)
    return refreshed(parts)


def names(raw: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return set(archive.namelist())


def changed(raw: bytes, path: str, text: bytes | None) -> bytes:
    """The zip as somebody packs it again who changed a file of it; None leaves one out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w") as new:
        kept = [name for name in old.namelist() if name != path]
        for name in kept:
            new.writestr(name, old.read(name))
        if text is not None:
            new.writestr(path, text)
    return made.getvalue()


def test_odd_files_come_back_to_the_byte(odd: Parts, tmp_path: Path) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    other = empty_base(tmp_path / "other")
    brought_in(other, seen(other, "all.zip", raw))
    assert files_of(other) == files_of(odd)
    assert {one.fate for one in seen(other, "all.zip", raw).files} == {Fate.UNCHANGED}
    other.let_go()


def test_the_sample_company_comes_back_to_the_byte(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "one" / "content")

    one = refreshed(build(databases.load({}, tmp_path / "one")))
    raw = taken_out(one, ExportForm.ZIP)
    other = empty_base(tmp_path / "other")
    done = brought_in(other, seen(other, "all.zip", raw))
    assert files_of(other) == files_of(one)
    assert other.search.searcher.search("late parcel", Reader(), NOW.date()).hits
    other.publishing.saver.undo(done.commit, JO, NOW)
    assert [path for path in files_of(other) if "_templates" not in path] == []
    one.let_go()
    other.let_go()


def test_what_did_not_change_since_changes_nothing_and_what_is_newer_here_stays(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    file = odd.settings.content / "shipping/late-shipment.md"
    file.write_text(file.read_text().replace("code L5", "code L6"))
    preview = seen(refreshed(odd), "all.zip", raw)
    assert preview.written == ()
    assert preview.beside == ()


def test_a_file_that_was_changed_in_the_zip_is_joined_with_what_changed_here(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    path = "shipping/late-shipment.md"
    file = odd.settings.content / path
    before = file.read_text()
    file.write_text(before.replace("code L5", "code L6"))
    refreshed(odd)
    there = before.replace("Send a new parcel", "Send another parcel").encode()
    preview = seen(odd, "all.zip", changed(raw, path, there))
    assert [one.fate for one in preview.written] == [Fate.MERGED]
    brought_in(odd, preview)
    assert "code L6" in file.read_text()
    assert "Send another parcel" in file.read_text()


def test_both_changed_the_same_line_is_a_conflict(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    path = "shipping/late-shipment.md"
    file = odd.settings.content / path
    before = file.read_text()
    file.write_text(before.replace("code L5", "code L6"))
    there = before.replace("code L5", "code L7").encode()
    preview = seen(refreshed(odd), "all.zip", changed(raw, path, there))
    assert [one.fate for one in preview.files if one.fate is not Fate.UNCHANGED] == [Fate.CONFLICT]


def test_a_moved_procedure_is_known_by_its_id(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    content = odd.settings.content
    (content / "shipping/crlf.md").rename(content / "shipping/elsewhere.md")
    preview = seen(refreshed(odd), "all.zip", raw)
    assert preview.written == ()


def test_a_file_that_was_added_to_the_zip_is_new(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    added = changed(raw, "billing/added.md", b"---\nid: BIL-200\ntitle: Added\n---\nText\n")
    preview = seen(odd, "all.zip", added)
    assert [one.procedure.path for one in preview.written] == ["billing/added.md"]


def test_a_department_takes_its_own_with_the_files_that_it_shows(odd: Parts) -> None:
    write(odd.settings.home, {"shipping/shown.md": b"# Shown\n\n![Label](label.png)\n"})
    refreshed(odd)
    reader = Reader(frozenset({"shipping"}))
    raw = taken_out(odd, ExportForm.ZIP, Scope(reader, "shipping"))
    found = names(raw)
    assert {"shipping/label.png", "shipping/late-shipment.md", "shipping/customs.md"} <= found
    assert "shipping/_templates/claim.md" in found
    assert not [name for name in found if name.startswith("billing/")]
    assert "shipping/rates.csv" not in found
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        departments = archive.read("departments.yml")
        assert archive.read("shipping/label.png") == PICTURE
        told = json.loads(archive.read(MANIFEST))
    assert b"id: shipping" in departments
    assert b"billing" not in departments
    assert told["department"] == "shipping"


def test_drafts_and_chats_of_others_stay_here(parts: Parts) -> None:
    source = parts.settings.content / "departments.yml"
    source.write_text(source.read_text() + "    notify: slack://AAA/BBB/CCC\n")
    raw = taken_out(refreshed(parts), ExportForm.ZIP, Scope(Reader()))
    assert "shipping/customs.md" not in names(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert b"slack" not in archive.read("departments.yml")
        assert b"Billing" in archive.read("departments.yml")
    assert "shipping/customs.md" in names(taken_out(parts, ExportForm.ZIP))


def test_an_editor_brings_in_drafts_and_nothing_for_others(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    for file in odd.settings.content.rglob("*.md"):
        file.unlink()
    (odd.settings.content / "shipping/label.png").unlink()
    write(odd.settings.home, {"shipping/one.md": b"# One\n\nText\n"})
    refreshed(odd)
    editor = person(odd, "editor")
    permit = permit_of(editor, odd.publishing.departments(), four_eyes=False)
    preview = seen(odd, "all.zip", raw, permit)
    written = {one.procedure.path for one in preview.written}
    assert "shipping/late-shipment.md" in written
    assert not [path for path in written if path.startswith("billing/")]
    brought_in(odd, preview, permit)
    assert "status: draft" in (odd.settings.content / "shipping/late-shipment.md").read_text()
    assert (odd.settings.content / "shipping/label.png").read_bytes() == PICTURE
    assert not (odd.settings.content / "_templates/steps.md").exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK\x03\x04", b"PK" + MANIFEST.encode(), b"%PDF " + MANIFEST.encode()],
)
def test_what_is_not_ours_is_told_from_it(raw: bytes) -> None:
    assert not is_ours(raw)


def test_a_zip_whose_names_climb_out_writes_nothing(odd: Parts) -> None:
    raw = taken_out(odd, ExportForm.ZIP)
    bad = changed(raw, "../../climbed.md", b"---\nid: BIL-300\ntitle: Out\n---\nText\n")
    bad = changed(bad, "../out.png", PICTURE)
    preview = seen(odd, "all.zip", bad)
    assert [one for one in preview.written if "climbed" in one.procedure.path] == []
    assert preview.beside == ()
    assert any("out.png does not come in" in told for told in preview.noticed)
