"""The demo people's days, one after the other, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenAs, ensure_sound, shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")


def test_a_rep_finds_reads_and_says_that_it_helped_without_the_mouse(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    search(page, "parcel never came")
    shoot(page, "results")
    expect(page.get_by_role("heading", level=1)).to_contain_text("parcel never came")
    page.keyboard.press("Escape")
    page.locator("body").press("1")
    page.wait_for_url("**/procedures/SHP-003*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refund: Order Lost in Transit")
    shoot(page, "procedure")
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("You said yes.")).to_be_visible()


def test_a_no_reaches_the_inbox_is_answered_and_comes_back(as_person: OpenAs) -> None:
    rep = as_person("ana.costa")
    rep.goto("/procedures/SHP-014")
    rep.get_by_role("button", name="No", exact=True).click()
    rep.get_by_label(re.compile("out of date", re.I)).check()
    rep.locator("#vote-comment").fill("The code is now S-LATE2.")
    rep.get_by_role("button", name="Tell Shipping").click()
    expect(rep.get_by_text("Shipping").first).to_be_visible()
    shoot(rep, "voted")

    stranger = as_person("ola.berg")
    stranger.goto("/inbox")
    expect(stranger.get_by_text("S-LATE2")).to_have_count(0)

    owner = as_person("dana.reyes")
    expect(owner.get_by_role("link", name=re.compile("Inbox"))).to_contain_text("1")
    owner.goto("/inbox")
    shoot(owner, "inbox")
    owner.get_by_role("link", name="Complaint: Late Shipment").click()
    owner.get_by_label(re.compile("corrected", re.I)).check()
    owner.locator("#reply").fill("Right, thank you: it is S-LATE2 now.")
    shoot(owner, "item")
    owner.get_by_role("button", name="Answer", exact=True).click()
    expect(owner.get_by_text("Answered. Ana Costa sees it")).to_be_visible()

    rep.goto("/questions")
    expect(rep.get_by_text("Right, thank you: it is S-LATE2 now.")).to_be_visible()
    expect(rep.get_by_text("New answer", exact=True)).to_be_visible()
    shoot(rep, "questions")


def test_what_cannot_be_found_is_asked_of_the_likely_department(as_person: OpenAs) -> None:
    rep = as_person("ben.wright")
    search(rep, "refund in bitcoin wallet")
    form = rep.locator("#ask")
    form.get_by_role("combobox").select_option(label="Billing")
    form.get_by_role("textbox").last.fill("The customer paid by card and wants bitcoin.")
    form.get_by_role("button", name=re.compile("^(Ask|Send)$")).click()
    expect(rep.get_by_role("status")).to_contain_text("Billing")
    rep.goto("/questions")
    expect(rep.get_by_text("refund in bitcoin wallet")).to_be_visible()

    owner = as_person("ola.berg")
    owner.goto("/inbox")
    owner.get_by_role("link", name=re.compile("refund in bitcoin wallet")).click()
    expect(owner.get_by_text("The customer paid by card")).to_be_visible()
    owner.get_by_label(re.compile("declined", re.I)).check()
    owner.locator("#reply").fill("Only to the original payment method.")
    owner.get_by_role("button", name="Answer", exact=True).click()
    expect(owner.get_by_text("Answered. Ben Wright sees it")).to_be_visible()

    rep.goto("/questions")
    expect(rep.get_by_text("Only to the original payment method.")).to_be_visible()


def test_an_administrator_adds_a_person_and_puts_them_out_at_once(
    as_person: OpenAs, browser: Browser, site: Site
) -> None:
    admin = as_person("sam.admin")
    admin.goto("/people")
    shoot(admin, "people")
    admin.get_by_role("link", name=re.compile("Add", re.I)).first.click()
    admin.get_by_label("E-mail").fill("new.person@northwind.example")
    admin.get_by_label("Name", exact=True).fill("New Person")
    admin.get_by_label(re.compile("password", re.I)).first.fill("a long enough password")
    shoot(admin, "new-person")
    admin.get_by_role("button", name=re.compile("Add", re.I)).click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("New Person")

    context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}")
    newcomer = context.new_page()
    newcomer.goto("/sign-in")
    newcomer.get_by_label("E-mail").fill("new.person@northwind.example")
    newcomer.get_by_label("Password").fill("a long enough password")
    newcomer.get_by_role("button", name="Sign in", exact=True).click()
    newcomer.wait_for_url("**/")
    newcomer.goto("/procedures/SHP-014")
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("Complaint: Late Shipment")

    admin.goto("/people?q=new.person")
    admin.get_by_role("link", name="New Person").click()
    admin.get_by_role("button", name="Disable").click()
    expect(admin.get_by_role("button", name="Enable again")).to_be_visible()
    newcomer.reload()
    newcomer.wait_for_url(re.compile("/sign-in"))
    context.close()


PAGES = (
    "/",
    "/search?q=late+parcel",
    "/search?q=zzzzqqqq",
    "/procedures/SHP-014",
    "/procedures/BIL-012",
    "/departments",
    "/departments/shipping",
    "/keywords",
    "/keywords/complaint",
    "/procedures",
    "/inbox",
    "/questions",
    "/requests",
    "/faults",
    "/account",
    "/help",
    "/help/search",
)


def test_every_page_is_sound(as_person: OpenAs) -> None:
    ensure_sound(as_person("dana.reyes"), *PAGES)


def test_all_of_it_works_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", java_script_enabled=False
    )
    page = sign_in(context, "ana.costa")
    page.get_by_role("searchbox").first.fill("charged twice")
    page.get_by_role("searchbox").first.press("Enter")
    page.get_by_role("link", name=re.compile("Charged Twice")).first.click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label(re.compile("unclear", re.I)).check()
    page.get_by_role("button", name="Tell Billing").click()
    expect(page.get_by_role("button", name="Change what I said")).to_be_visible()
    page.goto("/questions")
    expect(page.get_by_text(re.compile("Unclear")).first).to_be_visible()
    context.close()
