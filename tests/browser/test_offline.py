"""Without network: what was opened, and the favourites, for who is signed in and nobody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import ensure_accessible, ensure_it_fits, shoot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPENED, FAVOURITE = "/procedures/SHP-014", "/procedures/RET-001"
NEVER_SEEN = "/procedures/BIL-001"
KEPT = """async id => {
  const ledger = await caches.match("/kept-ledger", { cacheName: "kb-kept /" });
  return ledger && Boolean((await ledger.json()).entries[id]);
}"""


def keeps(page: Page, *ids: str) -> None:
    for id in ids:
        page.wait_for_function(KEPT, arg=id)


def readable(page: Page) -> list[str]:
    """The titles that are offered where the network is away."""
    page.goto("/")
    expect(page.get_by_role("heading", name="The network is away")).to_be_visible()
    return page.locator("[data-kept-list] a").all_inner_texts()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_what_is_kept_is_read_by_who_is_signed_in_alone(context: BrowserContext) -> None:
    page = sign_in(context, "ana.costa")
    page.goto(FAVOURITE)
    page.get_by_role("button", name="Add to favourites").click()
    page.get_by_role("button", name="Take out of favourites").wait_for()
    page.goto(OPENED)
    keeps(page, "SHP-014", "RET-001")
    page.goto(NEVER_SEEN)
    keeps(page, "BIL-001")

    context.set_offline(True)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("this was not sent")
    for address in (f"{OPENED}#step-3", FAVOURITE):
        page.goto(address)
        mark = page.locator(".kept-mark")
        expect(mark).to_contain_text(re.compile(r"Kept copy of \d+ \w+ \d{4}, \d\d:\d\d"))
        expect(mark).to_be_in_viewport()
        ensure_it_fits(page, 1280, 390)
        ensure_accessible(page)
        shoot(page, "kept")
    page.goto(f"{OPENED}#step-3")
    expect(page.locator("li.now")).to_have_attribute("id", "step-3")
    page.keyboard.press("d")
    expect(page.locator("li.now")).to_have_attribute("id", "step-4")
    assert len(readable(page)) >= 3
    ensure_accessible(page)
    shoot(page, "without-network")
    page.get_by_label("Search in titles and keywords").fill("late shipm")
    expect(page.locator("[data-kept-list] a")).to_have_text(["Complaint: Late Shipment"])
    page.goto("/procedures/SHP-003")
    expect(page.get_by_role("heading", name="The network is away")).to_be_visible()

    # Back online the page is the site's. Away again, signing out leaves nothing to read.
    context.set_offline(False)
    page.goto("/account")
    expect(page.locator(".kept-mark")).to_have_count(0)
    context.set_offline(True)
    leave(page)
    expect(page.get_by_role("heading", name="The copies here are deleted")).to_be_visible()
    assert readable(page) == []
    page.goto(OPENED)
    expect(page.get_by_role("heading", name="The network is away")).to_be_visible()

    # Signed out with the network there, and another person comes.
    context.set_offline(False)
    page.goto(OPENED)
    keeps(page, "SHP-014")
    page.goto("/account")
    leave(page)
    page.wait_for_url("**/sign-in")
    context.set_offline(True)
    assert readable(page) == []
    context.set_offline(False)
    other = sign_in(context, "ola.berg")
    context.set_offline(True)
    assert "Complaint: Late Shipment" not in readable(other)
    other.goto(OPENED)
    expect(other.get_by_role("heading", name="The network is away")).to_be_visible()

    # The session of one ends without a word, and another signs in.
    context.set_offline(False)
    other.goto(OPENED)
    keeps(other, "SHP-014")
    context.clear_cookies()
    again = sign_in(context, "ana.costa")
    context.set_offline(True)
    again.goto(OPENED)
    expect(again.get_by_role("heading", name="The network is away")).to_be_visible()

    context.set_offline(False)
    again.goto(FAVOURITE)
    again.get_by_role("button", name="Take out of favourites").click()
