"""The editor's inserts eat nothing, and what was refused is in view and marked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenAs, shoot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHOSEN = "area => area.value.slice(area.selectionStart, area.selectionEnd)"


@pytest.fixture
def page(as_person: OpenAs) -> Page:
    return as_person("dana.reyes")


def opened(page: Page, procedure: str, text: str | None = None) -> Locator:
    page.goto(f"/procedures/{procedure}/edit?draft=continue")
    area = page.get_by_label("Text", exact=True)
    if text is not None:
        area.fill(text)
    return area


def test_what_was_inserted_stays_when_more_is(page: Page) -> None:
    area = opened(page, "SHP-005", "Above.\n\nBelow.\n")
    area.evaluate("area => area.setSelectionRange(3, 3)")
    page.get_by_role("button", name="Table").click()
    assert area.evaluate(CHOSEN) == "What"
    page.get_by_role("button", name="Table").click()
    for name in ("method", "steps", "warning", "say", "escalate"):
        page.get_by_label("Insert").select_option(name)
    text = area.input_value()
    assert text.startswith("Above.\n\n| What | Where |")
    assert text.endswith("how to reach them.\n\nBelow.\n")
    assert text.count("| What | Where |") == 2
    order = [text.index(words) for words in ("Name of the", "First step", "**Warning", "> I am")]
    assert order == sorted(order)
    assert "and how.\n\n## Steps" in text


def test_a_letter_replaces_the_example_and_undo_takes_it_all_back(page: Page) -> None:
    area = opened(page, "SHP-005", "Above.\n")
    area.evaluate("area => area.setSelectionRange(0, 6)")  # what is chosen is not eaten either
    page.get_by_label("Insert").select_option("method")
    area.type("Voucher")
    assert "Above.\n\n## Other accepted methods\n\n### Voucher\n\nWhen" in area.input_value()
    seen = []
    while "method" in area.input_value() and len(seen) < 9:
        area.press("Control+z")
        seen.append(area.input_value())
    assert seen[-1] == "Above.\n"


def test_the_field_that_is_wrong_has_the_focus_and_nothing_else_alarms(page: Page) -> None:
    area = opened(page, "SHP-006")
    area.evaluate(
        "area => { area.value += '\\nMore.\\n';"
        " area.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.get_by_label("What changed, and why?").fill("More")
    bar = page.locator(".w-save")
    before = bar.bounding_box()
    page.get_by_role("radio", name="Must be read").check()
    assert before is not None
    after = bar.bounding_box()
    assert after is not None
    assert after["height"] <= before["height"] + 1
    audience = page.locator("#w-must")
    reps = audience.get_by_label("All reps")
    expect(reps).to_be_checked()
    reps.uncheck()
    page.locator("#w-save").click()
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_have_count(1)
    expect(wrong).to_be_focused()
    expect(wrong).to_be_in_viewport()
    expect(audience).to_contain_text("Say who must read it.")
    expect(page.get_by_role("alert")).to_have_count(1)
    shoot(page, "must-read-refused")


def test_a_draft_that_says_what_the_file_says_asks_nothing(page: Page) -> None:
    area = opened(page, "SHP-007")
    area.press("Control+End")
    area.type("X")
    expect(page.locator("#w-status")).to_contain_text("Draft kept")
    area.press("Backspace")
    expect(page.locator("#w-status")).to_contain_text("Draft kept")
    page.wait_for_timeout(2500)
    page.goto("/procedures/SHP-007")
    page.goto("/procedures/SHP-007/edit")
    expect(page.get_by_label("Text", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
