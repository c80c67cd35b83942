"""The manager's hour: their workbook comes in, is found, changes, comes in again, is undone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs, ensure_accessible, ensure_it_fits, shoot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHEETS = ("Delivery", "Money", "Accounts")
HEADER = ["Nr", "What the customer says", "What we do", "Who", "Search words", "Checked"]
THINGS = "locker parcel-shop drone cellar balcony courier depot pallet tube crate".split()
HAPPENINGS = ("is sealed with red tape", "was opened by a fox", "smells of paint", "hums at night")
BILLING = "Billing / Returns"


def rows(sheet: int) -> Iterator[list[Any]]:
    """Forty of a sheet; no two alike in the base or the workbook."""
    for nth, thing in enumerate(THINGS):
        for other, happening in enumerate(HAPPENINGS):
            number = sheet * 40 + nth * 4 + other + 1
            look = f"1. Look at the {thing} in picture {number}."
            steps = f"{look}\n2. Write code M{number:03}.\n3. Call the floor."
            team = ["Shipping", BILLING, "Front desk"][sheet]
            title = f"My {thing} {happening} ({SHEETS[sheet].lower()})"
            yield [number, title, steps, team, f"{thing}, zeppelin-{number}", "2026-10-01"]


def workbook(change: dict[int, str] | None = None) -> bytes:
    """120 rows on three sheets, below a banner; `change` gives rows another answer."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for nth, name in enumerate(SHEETS):
        sheet = book.create_sheet(name)
        sheet.append([f"{name}: ask Jo before you change anything"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=6)
        sheet.append(HEADER)
        for row in rows(nth):
            if change and row[0] in change:
                row[2] = change[row[0]]
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    target = tmp_path / "front-line.xlsx"
    target.write_bytes(workbook())
    return target


def chosen(page: Page, file: Path) -> None:
    page.goto("/imports")
    page.get_by_label("Workbook, document or export").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()


def sound(page: Page, name: str) -> None:
    ensure_it_fits(page, 1280, 390)
    ensure_accessible(page)
    shoot(page, name)


def test_the_managers_hour(as_person: OpenAs, desk: Path) -> None:
    page = as_person("sam.admin")
    chosen(page, desk)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is front-line.xlsx?")
    for nth in range(3):  # "What we do" is known, "What the customer says" too; "Nr" names the row
        expect(page.locator(f"#meaning-{nth}-1")).to_have_value("title")
        expect(page.locator(f"#meaning-{nth}-2")).to_have_value("answer")
    page.locator("#meaning-2-5").select_option("leave out")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#meaning-2-5")).to_have_value("leave out")
    expect(page.get_by_role("heading", level=3).first).to_contain_text("My locker")
    sound(page, "hour-1-mapping")

    page.get_by_role("button", name="Show what will be").click()
    expect(page.get_by_role("button", name="Bring in 120 procedures")).to_be_visible()
    page.get_by_label(re.compile("Front desk")).select_option(label="Accounts & Privacy")
    page.get_by_label(re.compile("Billing / Returns")).select_option(label="Billing")
    sound(page, "hour-2-preview")
    page.get_by_role("button", name="Decide, and look again").click()
    expect(page.get_by_role("heading", name="Cells that name several teams")).to_have_count(0)
    page.get_by_role("button", name="Bring in 120 procedures").click()
    expect(page.get_by_text("Brought in: 120 from front-line.xlsx.")).to_be_visible()
    sound(page, "hour-3-done")

    owner = as_person("dana.reyes")
    owner.goto("/search?q=zeppelin-7")
    owner.get_by_role("link", name=re.compile("My parcel-shop smells of paint")).first.click()
    expect(owner.get_by_text("Write code M007.")).to_be_visible()
    expect(owner.get_by_text("Draft.", exact=True)).to_be_visible()
    shoot(owner, "hour-4-found")
    edited_by_hand(owner, "Write code M007.", "Write code S-007.")

    changed = {3: "1. Look twice.\n2. Write code M003.", 7: "1. Look.\n2. Write code M-7."}
    desk.write_bytes(workbook(changed))
    chosen(page, desk)
    page.get_by_role("button", name="Show what will be").click()
    expect(page.get_by_role("heading", name="Changed here and in the file")).to_be_visible()
    expect(page.locator(".import-side").first).to_contain_text("S-007")
    counts = page.locator(".import-counts")
    for said in ("1 updated", "118 unchanged", "1 conflict"):  # teams and columns as decided
        expect(counts).to_contain_text(said)
    sound(page, "hour-5-again")
    page.get_by_label("Take what the file says in these places").check()
    page.get_by_role("button", name="Decide, and look again").click()
    page.get_by_role("button", name="Bring in 2 procedures").click()
    expect(page.get_by_text("Brought in: 2 from front-line.xlsx.")).to_be_visible()
    owner.reload()
    expect(owner.get_by_text("Write code M-7.")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Undo front-line.xlsx")).first.click()
    owner.reload()
    expect(owner.get_by_text("Write code S-007.")).to_be_visible()
    page.goto("/imports")
    shoot(page, "hour-6-undone")


def edited_by_hand(page: Page, old: str, new: str) -> None:
    """As an owner does it in the browser."""
    page.get_by_role("link", name="Edit", exact=True).click()
    body = page.locator("textarea[name=body]")
    body.fill(body.input_value().replace(old, new))
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text(new)).to_be_visible()


def test_a_file_that_is_too_large_is_told_so(as_person: OpenAs, tmp_path: Path) -> None:
    page = as_person("dana.reyes")
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"PK\x03\x04" + b"\0" * 102_000_000)
    chosen(page, large)
    expect(page.get_by_role("heading", level=1)).to_have_text("That file is too large")
    shoot(page, "too-large")


def test_a_department_is_taken_out_changed_and_brought_in(
    as_person: OpenAs, tmp_path: Path
) -> None:
    page = as_person("dana.reyes")
    page.goto("/exports")
    page.get_by_label("Workbook (Excel)").check()
    sound(page, "out-1")
    page.get_by_role("button", name="Take out").click()
    link = page.get_by_role("link", name="Shipping: Workbook (Excel)")
    expect(link).to_be_visible()  # without a reload: the worker made it
    sound(page, "out-2")
    with page.expect_download() as saving:
        link.click()
    target = tmp_path / "shipping.xlsx"
    saving.value.save_as(target)
    book = openpyxl.load_workbook(target)
    header = [cell.value for cell in book.active[1]]
    owner = next(row for row in book.active.iter_rows(min_row=2) if row[0].value == "SHP-014")
    owner[header.index("Keywords")].value += "\nzeppelin late"
    book.save(target)
    chosen(page, target)
    expect(page.get_by_role("button", name="Bring in 1 procedure", exact=True)).to_be_visible()
    sound(page, "out-3")
    page.get_by_role("button", name="Bring in 1 procedure", exact=True).click()
    expect(page.get_by_text("Brought in: 1 from shipping.xlsx.")).to_be_visible()
    page.goto("/procedures/SHP-014")
    expect(page.get_by_text("zeppelin late")).to_be_visible()
