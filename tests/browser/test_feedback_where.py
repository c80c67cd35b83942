"""Say it where it hurts, in a real browser: a step, a section, a search; also signed out."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import OpenAs, shoot, sign_in
from tests.browser.test_days import search
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


def test_a_step_is_complained_about_in_two_clicks_and_reaches_its_department(
    as_person: OpenAs,
) -> None:
    rep = as_person("ana.costa")
    search(rep, "parcel is late")
    rep.get_by_role("link", name="Complaint: Late Shipment").first.click()
    step = rep.locator(".steps > ol > li").nth(1)
    words = step.inner_text()
    rep.wait_for_timeout(1500)  # which search led here is written down twice a second
    step.hover()
    shoot(rep, "step-hovered")
    step.get_by_role("link", name="Was step 2 helpful?").click()
    panel = step.locator(".doubt-here")
    expect(panel.get_by_text("Your search “parcel is late” is sent with it.")).to_be_visible()
    shoot(rep, "step-asked")
    assert serious(rep) == []
    panel.get_by_role("button", name="No: unclear").click()
    expect(panel.get_by_role("status")).to_contain_text("Thanks, Shipping will see it.")
    shoot(rep, "step-thanked")

    owner = as_person("dana.reyes")
    owner.goto("/inbox")
    owner.get_by_role("link", name=re.compile("Complaint: Late Shipment")).last.click()
    expect(owner.get_by_text("Unclear").first).to_be_visible()
    assert words.strip()


def test_a_section_is_complained_about_by_keyboard_alone(as_person: OpenAs) -> None:
    rep = as_person("ben.wright")
    rep.goto("/procedures/SHP-014")
    section = rep.get_by_role("link", name="Was “When to use this” helpful?")
    section.focus()
    rep.keyboard.press("Enter")
    panel = rep.locator(".doubt-here")
    box = panel.get_by_role("textbox")
    expect(box).to_be_focused()
    # Blanks and Enter are part of what is written; nothing is sent.
    rep.keyboard.type("not so  clear ")
    rep.keyboard.press("Enter")
    expect(box).to_have_value("not so  clear \n")
    rep.keyboard.press("Tab")
    rep.keyboard.press("Enter")  # in a tick box
    rep.wait_for_timeout(1000)
    expect(panel.get_by_role("status")).to_have_count(0)
    panel.get_by_role("button", name="No: out of date").focus()
    rep.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("Thanks")
    rep.keyboard.press("Enter")  # the link has the focus again: it closes
    expect(panel).to_have_count(0)
    rep.keyboard.press("Enter")
    expect(panel.get_by_text("You said no: out of date")).to_be_visible()
    rep.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(section).to_be_focused()


def test_without_javascript_the_link_leads_to_a_page(browser: Browser, site: Site) -> None:
    plain = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", java_script_enabled=False)
    page = sign_in(plain, "ana.costa")
    page.goto("/procedures/SHP-014")
    page.get_by_role("link", name=re.compile("Was “Steps” helpful")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Steps")
    shoot(page, "passage-page")
    page.get_by_label(re.compile("^Step 3")).check()
    page.get_by_role("button", name="No: wrong").click()
    expect(page.locator(".messages")).to_contain_text("Thanks, Shipping will see it.")
    plain.close()


def test_what_was_written_survives_a_session_that_ended(as_person: OpenAs) -> None:
    rep = as_person("ben.wright")
    rep.goto("/procedures/SHP-014")
    rep.get_by_role("link", name="Was “What to say” helpful?").click()
    panel = rep.locator(".doubt-here")
    panel.get_by_role("textbox").fill("Nobody talks like this.")
    rep.context.clear_cookies()
    panel.get_by_role("button", name="No: unclear").click()
    expect(rep.get_by_text("What you wrote is kept")).to_be_visible()
    rep.get_by_label("E-mail").fill("ben.wright@northwind.example")
    rep.get_by_label("Password").fill("northwind-demo")
    rep.get_by_role("button", name="Sign in", exact=True).click()
    expect(rep.get_by_label("Your comment")).to_have_value("Nobody talks like this.")
    rep.get_by_role("button", name="Send it").click()
    expect(rep.locator(".messages")).to_contain_text("Thanks, Shipping will see it.")


def test_a_search_is_not_what_was_needed(as_person: OpenAs) -> None:
    rep = as_person("ana.costa")
    search(rep, "parcel to the moon")
    shoot(rep, "results-ask")
    rep.get_by_role("button", name="Ask", exact=True).click()
    expect(rep.locator(".messages")).to_contain_text("will see it")
    rep.goto("/questions")
    expect(rep.get_by_text("parcel to the moon").first).to_be_visible()


def test_it_fits_a_phone(browser: Browser, site: Site) -> None:
    phone: BrowserContext = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}",
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    page = sign_in(phone, "ana.costa")
    page.goto("/procedures/SHP-014")
    page.get_by_role("link", name="Was step 1 helpful?").tap()
    expect(page.locator(".doubt-here").get_by_role("button", name="Yes")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    phone.close()
