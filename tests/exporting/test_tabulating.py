"""Out as a workbook, and back: only what was changed in a cell changes a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kb.exporting.columns import MOST_LETTERS, comparable, joined, parts_of, restored, writable
from kb.exporting.making import ExportForm
from kb.exporting.selecting import Scope
from kb.importing.permits import permit_of
from kb.importing.proposed import Fate, ImportPreview
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.exporting.bases import ODD, brought_in, files_of, refreshed, seen, taken_out, write
from tests.reviews.test_departures import person

LONG = "## Steps\n\n" + "\n".join(
    f"{n}. Step {n} of a long way, word for word." for n in range(2_000)
)
HARD = {
    "shipping/formula.md": b'---\nid: SHP-201\ntitle: "=Special="\n---\n=1+1\n\n+2\n@3\n',
    "shipping/long.md": f"---\nid: SHP-202\ntitle: Long\n---\n\n{LONG}\n".encode(),
    "shipping/one-line.md": b"---\nid: SHP-203\ntitle: One line\n---\n"
    + b"word " * 15_000
    + b"end\n",
    "shipping/letters.md": "---\nid: SHP-204\ntitle: L\n---\n_x000D_ _x0041_ \xa0 😀\t|\n".encode(),
    "shipping/odd-space.md": b"---\nid: SHP-205\ntitle: S\n---\n\n\n    code  \n\nlast  \n\n\n",
    "shipping/zeros.md": b"---\nid: SHP-206\ntitle: '0042'\nkeywords: ['007', '1.0']\n---\n0001\n",
    "shipping/wide-letters.md": (
        "---\nid: SHP-207\ntitle: W\n---\n" + "😀" * 40_000 + "\n"
    ).encode(),
}


@pytest.fixture
def hard(parts: Parts) -> Parts:
    write(parts.settings.home, ODD | HARD)
    return refreshed(parts)


def resaved(raw: bytes, change: Callable[[dict[str, Any]], None] = lambda rows: None) -> bytes:
    """The workbook as a spreadsheet program saves it; `change` gets cells by "id, header"."""
    book = openpyxl.load_workbook(io.BytesIO(raw), rich_text=True)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    change(
        {
            f"{row[0].value}, {name}": cell
            for row in sheet
            for name, cell in zip(header, row, strict=True)
        }
    )
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def put(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(cells: dict[str, Any]) -> None:
        cells[name].value = value

    return change


def fates(preview: ImportPreview) -> dict[str, Fate]:
    return {one.procedure.id: one.fate for one in preview.files if one.fate is not Fate.UNCHANGED}


def test_an_unchanged_workbook_changes_nothing(hard: Parts) -> None:
    raw = taken_out(hard, ExportForm.WORKBOOK)
    for one in (raw, resaved(raw)):
        preview = seen(hard, "all.xlsx", one)
        assert fates(preview) == {}
        assert preview.left_out == ()
        assert len(preview.files) > 15


def test_texts_stay_texts_and_long_ones_go_on_in_further_columns(hard: Parts) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out(hard, ExportForm.WORKBOOK))).active
    header = [cell.value for cell in sheet[1]]
    rows = {row[0].value: dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    assert rows["SHP-201"]["Title"].value == "=Special="
    assert rows["SHP-201"]["Title"].data_type == "s"
    assert rows["SHP-206"]["Title"].value == "0042"
    assert "Text 3" in header
    cells = [cell.value for row in rows.values() for cell in row.values()]
    assert max(len(str(cell).encode("utf-16-le")) // 2 for cell in cells) <= 32_767
    assert sheet.column_dimensions["R"].hidden or header[-1] == "Version"


@pytest.mark.parametrize("name", ["SHP-202", "SHP-203", "SHP-207"])
def test_one_word_changed_in_a_long_text_changes_one_line(hard: Parts, name: str) -> None:
    before = files_of(hard)
    path = next(path for path, raw in HARD.items() if f"id: {name}".encode() in raw)

    def change(cells: dict[str, Any]) -> None:
        cells[f"{name}, Text"].value = "X" + cells[f"{name}, Text"].value

    preview = seen(hard, "all.xlsx", resaved(taken_out(hard, ExportForm.WORKBOOK), change))
    assert fates(preview) == {name: Fate.UPDATED}
    brought_in(hard, preview)
    after = files_of(hard)
    assert {one for one in after if after[one] != before[one]} == {path}
    head, _, body = before[path].partition(b"\n---\n")
    start = len(body) - len(body.lstrip(b"\n"))
    assert after[path] == head + b"\n---\n" + body[:start] + b"X" + body[start:]


def test_a_changed_line_leaves_line_ends_and_odd_letters_of_others(hard: Parts) -> None:
    write(
        hard.settings.home,
        {"shipping/mixed.md": "---\r\nid: SHP-104\r\n---\r\nA\xa0_x000D_\r\nB\r\n".encode()},
    )
    refreshed(hard)

    def change(cells: dict[str, Any]) -> None:
        cells["SHP-104, Text"].value = cells["SHP-104, Text"].value.replace("B", "C")

    raw = resaved(taken_out(hard, ExportForm.WORKBOOK), change)
    brought_in(hard, seen(hard, "all.xlsx", raw))
    assert files_of(hard)["shipping/mixed.md"] == (
        "---\r\nid: SHP-104\r\n---\r\nA\xa0_x000D_\r\nC\r\n".encode()
    )


@pytest.mark.parametrize(
    ("header", "value", "line"),
    [
        ("Title", "Late parcel", 'title: "Late parcel"'),
        ("Keywords", "late\nWISMO", "WISMO"),
        ("Owner", "reviewer@kb.example", "owner: reviewer@kb.example"),
        ("Department", "Billing", "department: billing"),
        ("Review every", "90 days", "review_every: 90 days"),
    ],
)
def test_a_changed_field_updates_its_line(parts: Parts, header: str, value: str, line: str) -> None:
    raw = resaved(taken_out(parts, ExportForm.WORKBOOK), put(f"SHP-014, {header}", value))
    preview = seen(parts, "all.xlsx", raw)
    assert fates(preview) == {"SHP-014": Fate.UPDATED}
    brought_in(parts, preview)
    text = files_of(parts)["shipping/late-shipment.md"].decode()
    assert line.replace('"', "") in text.replace('"', "")
    assert "id: SHP-014" in text
    assert fates(seen(parts, "all.xlsx", raw)) == {}


def test_what_changed_here_meanwhile_is_put_together_or_shown_side_by_side(parts: Parts) -> None:
    out = taken_out(parts, ExportForm.WORKBOOK)
    file = parts.settings.content / "shipping/late-shipment.md"
    file.write_text(file.read_text().replace("code L5", "code L6"))
    refreshed(parts)
    other = resaved(out, put("SHP-014, Owner", "reviewer@kb.example"))
    assert fates(seen(parts, "all.xlsx", other)) == {"SHP-014": Fate.MERGED}

    def change(cells: dict[str, Any]) -> None:
        cells["SHP-014, Text"].value = cells["SHP-014, Text"].value.replace("code L5", "code L7")

    preview = seen(parts, "all.xlsx", resaved(out, change))
    assert fates(preview) == {"SHP-014": Fate.CONFLICT}
    clash = preview.of(Fate.CONFLICT)[0].clash
    assert clash is not None
    assert b"L6" in clash.clashes[0].theirs
    assert b"L7" in clash.clashes[0].mine


@pytest.mark.parametrize(
    ("header", "value", "remark"),
    [
        ("Status", "retired", "status"),
        ("Reviewed", "2026-11-20", "review"),
        ("Text", None, "text is empty"),
    ],
)
def test_what_a_workbook_does_not_decide_is_told(
    parts: Parts, header: str, value: str | None, remark: str
) -> None:
    raw = resaved(taken_out(parts, ExportForm.WORKBOOK), put(f"SHP-014, {header}", value))
    preview = seen(parts, "all.xlsx", raw)
    assert fates(preview) == {}
    assert any(remark in told for one in preview.files for told in one.remarks)


def test_a_row_that_was_added_becomes_a_draft_once(parts: Parts) -> None:
    book = openpyxl.load_workbook(io.BytesIO(taken_out(parts, ExportForm.WORKBOOK)))
    header = [cell.value for cell in book.active[1]]
    said = {
        "Title": "Parcel opened",
        "Text": "## Steps\n\n1. Ask for a **photo**.",
        "Department": "Shipping",
        "Keywords": "opened\ntorn",
        "Status": "published",
    }
    book.active.append([said.get(name) for name in header])
    made = io.BytesIO()
    book.save(made)
    preview = seen(parts, "all.xlsx", made.getvalue())
    assert [one.fate for one in preview.written] == [Fate.NEW]
    brought_in(parts, preview)
    text = files_of(parts)["shipping/parcel-opened.md"].decode()
    assert "id: SHP-016" in text
    assert "status: draft" in text
    assert text.endswith("---\n\n## Steps\n\n1. Ask for a **photo**.\n")
    assert fates(seen(parts, "all.xlsx", made.getvalue())) == {}


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("Department", "Nowhere", "no department"),
        ("Title", None, "no title"),
        ("Id", "BIL-001", "same id"),
        ("Id", "a/b", "cannot be an id"),
    ],
)
def test_a_row_that_cannot_be_is_left_out(
    parts: Parts, header: str, value: str | None, why: str
) -> None:
    raw = resaved(taken_out(parts, ExportForm.WORKBOOK), put(f"SHP-014, {header}", value))
    preview = seen(parts, "all.xlsx", raw)
    reasons = [*(one.why for one in preview.files), *(one.why for one in preview.left_out)]
    assert any(why in reason for reason in reasons), reasons
    assert preview.written == ()


def test_a_version_that_is_not_known_here_is_a_conflict_and_not_a_loss(parts: Parts) -> None:
    def change(cells: dict[str, Any]) -> None:
        cells["SHP-014, Version"].value = "0" * 40
        cells["SHP-014, Title"].value = "Other"

    raw = resaved(taken_out(parts, ExportForm.WORKBOOK), change)
    assert fates(seen(parts, "all.xlsx", raw)) == {"SHP-014": Fate.CONFLICT}


def test_an_editor_of_another_department_changes_nothing(parts: Parts) -> None:
    raw = resaved(taken_out(parts, ExportForm.WORKBOOK), put("SHP-014, Title", "Mine"))
    permit = permit_of(person(parts, "outsider"), parts.publishing.departments(), four_eyes=False)
    preview = seen(parts, "all.xlsx", raw, permit)
    assert preview.written == ()
    assert fates(preview) == {"SHP-014": Fate.LEFT, "SHP-015": Fate.LEFT}
    draft = next(one for one in preview.files if one.procedure.id == "SHP-015")
    assert draft.present == b""


def test_a_reader_takes_out_what_they_read(parts: Parts) -> None:
    raw = taken_out(parts, ExportForm.WORKBOOK, Scope(Reader()))
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {"SHP-014", "BIL-001"}


def test_it_comes_back_as_a_table_of_separated_values_too(parts: Parts, tmp_path: Path) -> None:
    import csv

    sheet = openpyxl.load_workbook(io.BytesIO(taken_out(parts, ExportForm.WORKBOOK))).active
    target = tmp_path / "all.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        for row in sheet.iter_rows(values_only=True):
            csv.writer(file).writerow(["" if value is None else value for value in row])
    preview = seen(parts, "all.csv", target.read_bytes())
    assert fates(preview) == {}
    assert len(preview.files) == 3


@pytest.mark.parametrize("text", [LONG, "a" * 70_000, "x\n" * 40_000, "", "😀" * 20_000 + "\nb"])
def test_a_text_in_parts_is_the_same_when_they_are_joined(text: str) -> None:
    parts = [part.text for part in parts_of(text)]
    assert max(map(len, parts)) <= MOST_LETTERS
    assert joined(parts, text) == text.strip("\n")


def test_lines_that_say_the_same_are_as_they_were() -> None:
    before = "\n\n  a\xa0b \n_x0041_\nc\n"
    assert restored(comparable(before), before) == before
    assert restored("  a b\nnew\n\nc", before) == "\n\n  a\xa0b \nnew\n\nc\n"
    assert writable("_x0041_ \x0b") == "_x005F_x0041_ "
