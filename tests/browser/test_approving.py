"""A draft through review in a real browser: sent back, mended, approved for later, then now."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def other(browser: Browser, site: Site):
    """Somebody else's browser, a phone."""
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 390, "height": 844}
    )
    yield opened
    opened.close()


def wide(page: Page) -> bool:
    """Does the page scroll sideways?"""
    found: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return found


def phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})


def test_from_a_draft_to_what_reps_find(context: BrowserContext, other: BrowserContext) -> None:
    ilse, dana = sign_in(context, "ilse.maas"), sign_in(other, "dana.reyes")

    ilse.goto("/procedures/new?department=shipping&template=empty&title=Shipping:+Drone+On+Roof")
    ilse.get_by_label("Text", exact=True).fill(
        "## Steps\n\n1. Call the roofer.\n2. Wait below.\n\n## What to say\n\n> It is up there.\n"
    )
    ilse.get_by_label("What changed, and why?").fill("Asked often in autumn")
    ilse.get_by_role("button", name="Create and submit for review").click()
    ilse.wait_for_url(re.compile(r"/submissions/\d+$"))
    address = ilse.url
    shoot(ilse, "submitted")
    expect(ilse.get_by_text("A reviewer of Shipping decides about it.")).to_be_visible()

    # Enter in a field approves nothing.
    dana.goto(address)
    dana.get_by_text("Approve for later").click()
    dana.get_by_label("Day and time").press("Enter")
    dana.wait_for_timeout(500)
    assert dana.url == address
    expect(dana.get_by_role("button", name="Approve: up now")).to_be_visible()

    # The reviewer, on a phone, finds it in the queue and comments on a passage.
    dana.goto("/submissions")
    assert not wide(dana)
    shoot(dana, "queue")
    phone(dana)
    dana.get_by_role("link", name="Shipping: Drone On Roof").click()
    dana.wait_for_url(address)
    assert not wide(dana)
    dana.get_by_text("Comment on “Steps”").click()
    dana.get_by_label("Comment", exact=True).first.fill("Which roofer? Give the number.")
    dana.get_by_role("button", name="Save comment").first.click()
    expect(dana.get_by_text("Which roofer? Give the number.")).to_be_visible()
    assert (found := Axe().run(dana)).violations_count == 0, found.generate_report()
    shoot(dana, "commented")
    phone(dana)
    dana.get_by_role("button", name="Send back to Ilse Maas").click()
    expect(dana.locator("main").get_by_text("Sent back", exact=True).first).to_be_visible()

    # The editor reads the comment at its passage, mends the text and submits again.
    ilse.goto(address)
    expect(ilse.get_by_text("Which roofer? Give the number.")).to_be_visible()
    ilse.get_by_role("link", name="Edit the draft").click()
    text = ilse.get_by_label("Text", exact=True)
    shoot(ilse, "editor")
    text.fill(text.input_value().replace("Call the roofer.", "Call the roofer on 4477."))
    ilse.get_by_role("button", name="Save and submit for review").click()
    ilse.wait_for_url(lambda url: "/submissions/" in url and url != address)
    second = ilse.url

    # Approved for later, with the keyboard alone; seen on the procedure; then approved now.
    dana.goto(second)
    expect(dana.get_by_text("Which roofer? Give the number.")).to_be_visible()
    expect(dana.locator("ins").first).to_be_visible()
    shoot(dana, "second-round")
    phone(dana)
    later = dana.get_by_text("Approve for later", exact=True)
    later.focus()
    dana.keyboard.press("Enter")
    dana.get_by_label(re.compile("Day and time")).fill("2027-11-24T09:00")
    dana.get_by_role("button", name="Approve for that time").focus()
    dana.keyboard.press("Enter")
    expect(dana.get_by_text("It comes up on")).to_be_visible()
    assert not wide(dana)
    shoot(dana, "later")
    ilse.get_by_role("link", name=re.compile("^SHP-")).first.click()
    expect(ilse.get_by_text("24 Nov 2027, 09:00 CET")).to_be_visible()
    shoot(ilse, "procedure")
    ilse.goto("/help/rules")
    shoot(ilse, "rules")
    dana.get_by_role("button", name="Approve: up now").click()
    expect(dana.get_by_text("Approved: it is up.")).to_be_visible()
    dana.goto(f"/procedures/{dana.locator('.crumbs a').last.inner_text()}/life")
    shoot(dana, "life")

    # A rep finds it.
    ana = other.browser.new_context(base_url=second.partition("/submissions")[0])
    rep = sign_in(ana, "ana.costa")
    rep.goto("/search?q=drone+on+roof")
    rep.get_by_role("link", name=re.compile("Drone On Roof")).first.click()
    expect(rep.get_by_text("Call the roofer on 4477.")).to_be_visible()
    rep.get_by_role("link", name="Approvals").click()
    expect(rep.locator(".life-approved")).to_contain_text("by Dana Reyes")
    assert "Which roofer" not in rep.content()
    ana.close()
