"""A lead's hour: the morning page, and tidying up, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import ensure_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BASE = "/departments/shipping"
TIDYING = ("links", "faults", "alike", "keywords", "unopened", "replacement")
PAGES = (BASE, f"{BASE}/procedures", *(f"{BASE}/tidying/{name}" for name in TIDYING))


def undone(page: Page) -> None:
    """Undo what was just changed, where the page says so."""
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text(re.compile("Undone|undone")).first).to_be_visible()


def test_a_leads_hour(context: BrowserContext) -> None:
    page = sign_in(context, "dana.reyes")
    page.goto("/departments")
    page.get_by_role("link", name="Shipping").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shipping")
    expect(page.get_by_text(re.compile("Good (morning|afternoon|evening), Dana"))).to_be_visible()
    expect(page.get_by_text("Reviewed in time")).to_be_visible()

    page.get_by_role("link", name="Tidying").click()
    page.get_by_role("button", name="Check all external links").click()
    expect(page.get_by_text(re.compile("looked at"))).to_be_visible()

    page.get_by_role("link", name="Replace", exact=True).click()
    page.get_by_label("Replace", exact=True).fill("tracking")
    page.get_by_label("with", exact=True).fill("trace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("places in")
    places = page.locator("input[name=place]:checked")
    number = places.count()
    places.first.uncheck()
    assert page.locator("input[name=place]:checked").count() == number - 1
    page.get_by_role("button", name="Replace at the ticked places").click()
    expect(page.get_by_role("status").first).to_contain_text("Changed")
    undone(page)

    page.goto(f"{BASE}/tidying/keywords")
    page.get_by_role("link", name="WISMO").click()
    page.get_by_label("to", exact=True).fill("WISMO call")
    page.keyboard.press("Enter")
    expect(page.locator("ins")).to_have_text("WISMO call")
    page.get_by_role("button", name="Rename in the ticked files").click()
    expect(page.get_by_role("status").first).to_contain_text("Changed")
    undone(page)


def test_every_page_of_a_department_is_sound(context: BrowserContext) -> None:
    found = f"{BASE}/tidying/replacement?old=tracking&new=trace&whole=1"
    ensure_sound(sign_in(context, "dana.reyes"), *PAGES, found)
