"""While a customer is on the line: what to say, what was done, and the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenAs, shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
LATE = "/procedures/SHP-014"
TOP = "e => e.getBoundingClientRect().top"
_UNCOVERED = """e => {
  const { left, top, width, height } = e.getBoundingClientRect();
  return e.contains(document.elementFromPoint(left + width / 2, top + height - 2));
}"""


def ticked(page: Page) -> list[str]:
    return page.locator("[data-steps] > ol > li.done").evaluate_all(
        "items => items.map(item => item.dataset.number)"
    )


def tick(page: Page, number: int) -> None:
    page.get_by_role("button", name=f"Step {number} done").click()


def test_what_to_say_is_in_sight_at_once(browser: Browser, site: Site) -> None:
    for size in SIZES:
        context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport=size)
        page = sign_in(context, "ana.costa")
        for procedure in ("SHP-014", "BIL-001", "RET-001", "TEC-001"):
            page.goto(f"/procedures/{procedure}")
            said = page.locator("[data-first-line], .say-line").first
            assert said.inner_text().strip()
            assert 0 < said.evaluate(TOP) < size["height"] - 40, procedure
        context.close()


def test_the_phone_leads_to_steps_script_and_escalation(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport=SIZES[1])
    page = sign_in(context, "ana.costa")
    page.goto(LATE)
    for label, heading in (("Escalate", "When to escalate"), ("Say", "What to say")):
        page.get_by_role("navigation", name="On this call").get_by_text(label, exact=True).click()
        expect(page.get_by_role("heading", name=re.compile(heading))).to_be_in_viewport()
    context.close()


def test_what_opens_on_the_phone_is_not_behind_the_bar(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport=SIZES[1])
    page = sign_in(context, "ana.costa")
    page.goto(LATE)
    for opened in page.locator("section > [data-doubt]").all()[:3]:
        opened.click()
        last = page.locator(".doubt-here button").last
        expect(last).to_be_visible()
        page.wait_for_timeout(400)  # it is pushed there
        assert last.evaluate(_UNCOVERED)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="One question at a time").click()
    for key in ("1", "1", "2"):
        page.wait_for_timeout(400)
        assert page.locator(".asked").evaluate(TOP) > 0
        assert page.locator(".answer-button").last.evaluate(_UNCOVERED)
        page.keyboard.press(key)
    context.close()


def test_a_key_leads_to_the_script(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto(LATE)
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name=re.compile("What to say"))).to_be_in_viewport()


def test_ticks_and_method_stay_for_the_call_and_end_with_it(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(LATE)
    expect(page.get_by_role("button", name="New call")).to_be_hidden()
    tick(page, 1)
    tick(page, 2)
    option = page.locator("[data-option]").nth(1)
    option.click()
    page.reload()
    assert ticked(page) == ["1", "2"]
    page.goto("/procedures/BIL-001")  # to another procedure, and from there by a link
    tick(page, 1)
    page.goto(LATE)
    assert ticked(page) == ["1", "2"]
    expect(page.locator("[data-option]").nth(1)).to_have_class(re.compile("chip-on"))
    page.get_by_role("button", name="Yes", exact=True).last.click()
    page.wait_for_url(re.compile("#helpful"))
    assert ticked(page) == ["1", "2"]
    shoot(page, "call")
    page.get_by_role("button", name="New call").click()
    assert ticked(page) == []
    page.goto("/procedures/BIL-001")
    assert ticked(page) == []
    assert not any("done" in body for body in sent)


def test_another_tab_is_another_call(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto(LATE)
    tick(page, 1)
    other = page.context.new_page()
    other.goto(LATE)
    assert ticked(other) == []


def test_the_way_back_and_what_was_opened(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/search?q=parcel+never+came")
    page.locator(".hit-title a").first.click()
    back = page.get_by_role("link", name="Results for “parcel never came”")
    expect(back).to_be_visible()
    expect(page.locator("#query")).to_have_value("parcel never came")
    title = page.locator("h1").inner_text()
    page.goto("/procedures/BIL-001")
    back.click()
    expect(page).to_have_url(re.compile(r"/search\?q=parcel"))
    page.goto("/")
    lately = page.locator("[data-opened-lately]")
    expect(lately).to_contain_text(title)


def test_the_ticket_gets_what_was_done(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", permissions=["clipboard-read", "clipboard-write"]
    )
    page = sign_in(context, "ana.costa")
    page.goto(LATE)
    tick(page, 1)
    page.locator("[data-option]").nth(1).click()
    page.get_by_role("button", name="Copy for the ticket").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    head, method, done, first = copied.split("\n")
    assert head.startswith("SHP-014 ")
    assert head.endswith(LATE)
    assert method.startswith("Method: ")
    assert done == "Done:"
    assert first.startswith("1. ")
    assert "Helpful" not in copied
    context.close()


def test_the_menu_has_everything_in_one_place(browser: Browser, site: Site) -> None:
    for size in SIZES:
        context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport=size)
        page = sign_in(context, "dana.reyes")
        menu = page.get_by_role("navigation", name="Main")
        before = menu.locator("> a, > details").all_inner_texts()
        for link in menu.locator("> a:visible").all():
            expect(link).to_be_in_viewport()
        menu.get_by_text("More").click()
        expect(menu.get_by_role("link", name="My department")).to_be_visible()
        menu.get_by_role("link", name="Reviews").click()
        assert [text.split()[0] for text in before if text.strip()] == [
            text.split()[0]
            for text in menu.locator("> a, > details").all_inner_texts()
            if text.strip()
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        context.close()


def test_a_blank_is_filled_once_for_the_call_and_never_sent(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(LATE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    page.get_by_label("customer name", exact=True).fill("Ms Quill & <b>")
    expect(page.locator(".say-line").first).to_contain_text("I am sorry, Ms Quill & <b>:")
    expect(page.locator("[data-first-line]")).to_contain_text("Ms Quill & <b>")
    shoot(page, "blanks")
    page.locator(".say-line .copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    said = page.evaluate("navigator.clipboard.readText()")
    assert said.startswith("I am sorry, Ms Quill & <b>: you should have had it on [date]")
    page.reload()
    expect(page.get_by_label("customer name", exact=True)).to_have_value("Ms Quill & <b>")
    page.get_by_role("button", name="New call").first.click()
    expect(page.get_by_label("customer name", exact=True)).to_have_value("")
    expect(page.locator(".say-line").first).to_contain_text("I am sorry, customer name:")
    assert not any("Quill" in one for one in sent)
