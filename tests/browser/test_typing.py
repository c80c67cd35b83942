"""Typing into the search box in a real browser: keyboard, touch, slow links, a screen reader."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return sign_in(context, "ana.costa")


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    yield sign_in(context, "ana.costa")
    context.close()


def box(page: Page):
    return page.get_by_role("combobox", name="Search procedures")


def options(page: Page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def slow_down(page: Page, answers_in: dict[str, float]) -> None:
    """Every answer takes 0.2 s, or what is said for its text."""

    def later(route: Route) -> None:
        asked = re.search(r"q=([^&]*)", route.request.url)
        time.sleep(answers_in.get(asked[1] if asked else "", 0.2))
        route.continue_()

    page.route("**/search/suggestions?*", later)


def test_type_arrow_open_back_without_the_mouse(page: Page) -> None:
    page.goto("/departments")
    page.keyboard.press("/")
    page.keyboard.type("parcel never")
    expect(options(page).first).to_contain_text("Order Lost in Transit")
    expect(options(page).first).to_contain_text("Shipping")
    expect(options(page).first).to_contain_text("parcel never came")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    shoot(page, "typing")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/procedures/SHP-003"))
    page.go_back()
    expect(box(page)).to_have_value("parcel never")
    expect(box(page)).to_be_focused()
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("SHP-003|departments$"))


def test_enter_searches_when_nothing_is_chosen(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("parcel")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=parcel")


def test_escape_closes_and_leaves_the_text(page: Page) -> None:
    box(page).press_sequentially("late")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".suggest")).to_be_hidden()
    expect(box(page)).to_have_value("late")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()


def test_a_keyword_leads_into_the_tree(page: Page) -> None:
    box(page).press_sequentially("complaint")
    tree = page.get_by_role("group", name="Keywords").get_by_role("option").first
    expect(tree).to_have_attribute("href", "/keywords/Complaint")
    tree.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Complaint")


def test_the_keys_leave_other_fields_alone(page: Page) -> None:
    page.goto("/search?q=zzzzqqqq")
    comment = page.locator("#ask-comment")
    comment.click()
    page.keyboard.type("either/or")
    page.keyboard.press("Control+k")
    expect(comment).to_have_value("either/or")
    expect(comment).to_be_focused()


def test_what_was_chosen_is_never_another_one_on_a_slow_link(page: Page) -> None:
    slow_down(page, {"": 0.0})
    box(page).press_sequentially("refund")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    wanted = options(page).first.get_attribute("data-leads")
    with page.expect_response(re.compile(r"suggestions\?q=refund\+zebra")):
        page.keyboard.type(" zebra")
    page.wait_for_timeout(100)
    chosen = page.locator('[role=option][aria-selected="true"]')
    assert [one.get_attribute("data-leads") for one in chosen.all()] in ([], [wanted])
    page.unroute_all()


def test_a_stale_answer_never_overwrites_a_newer_one(page: Page) -> None:
    slow_down(page, {"": 0.0, "charged": 1.2, "charged+twice": 0.0})
    with page.expect_request(re.compile(r"suggestions\?q=charged$")):
        box(page).press_sequentially("charged")
    box(page).press_sequentially(" twice")
    expect(options(page).first).to_contain_text("Charged Twice")
    first = options(page).all_inner_texts()
    page.wait_for_timeout(1500)
    assert options(page).all_inner_texts() == first
    page.unroute_all()


def test_a_fast_typist_asks_once(page: Page) -> None:
    # One of three tries, because on a busy machine keys come late.
    assert any(times_asked(page) <= 3 for _ in range(3))


def times_asked(page: Page) -> int:
    """How often the site was, while a sentence was typed."""
    asked: list[str] = []
    page.goto("/departments")
    page.on("request", lambda request: asked.append(request.url))
    box(page).press_sequentially("where is my parcel", delay=30)
    expect(options(page).first).to_contain_text("Where Is My Order")
    return len([url for url in asked if re.search(r"suggestions\?q=.", url)])


def test_a_screen_reader_is_told_what_there_is(page: Page) -> None:
    box(page).press_sequentially("late shipment")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    tree = page.locator("header.top").aria_snapshot()
    assert re.search(r'combobox "Search procedures" \[expanded\]', tree), tree
    assert 'listbox "Suggestions"' in tree
    assert 'group "Procedures"' in tree
    assert re.search(r'option "Complaint: Late Shipment, Shipping[^"]*" \[selected\]', tree), tree
    active = box(page).get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    told = page.locator("header.top [aria-live=polite]")
    expect(told).to_have_text(re.compile(r"^\d procedures?.*Arrow down to choose\.$"))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    box(page).fill("zzzzqqqqxx")
    expect(told).to_have_text("No suggestions.")
    expect(box(page)).to_have_attribute("aria-expanded", "false")


def test_by_finger_on_a_phone(phone: Page) -> None:
    phone.locator("#query").tap()
    phone.keyboard.type("late ship")
    late = options(phone).filter(has_text="Complaint: Late Shipment").first  # not earlier searches
    expect(late).to_be_visible()
    shoot(phone, "typing-phone")
    phone.set_viewport_size({"width": 390, "height": 844})
    frame = phone.locator(".suggest").bounding_box()
    assert frame is not None
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 390
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    late.tap()
    phone.wait_for_url(re.compile("/procedures/SHP-014"))
    phone.go_back()
    expect(box(phone)).to_have_value("late ship")


def test_a_lost_session_closes_it_and_enter_still_searches(page: Page) -> None:
    page.context.clear_cookies()
    box(page).press_sequentially("parcel")
    page.wait_for_timeout(500)
    expect(page.locator(".suggest")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in"))
