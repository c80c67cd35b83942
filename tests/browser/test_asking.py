"""One question at a time, by keyboard alone, with the path and the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenAs, shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUIET = "/procedures/SHP-002"
MISSING = "/procedures/SHP-004"


def asked(page: Page, words: str) -> None:
    expect(page.locator(".asked")).to_contain_text(words)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def path(page: Page) -> list[str]:
    return page.locator(".asked-path > li").all_inner_texts()


def begun(page: Page, address: str) -> None:
    page.goto(address)
    press(page, "q")
    asked(page, "Step 1")


def test_digits_answer_and_one_key_goes_back(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    begun(page, MISSING)
    press(page, "1", "2", "1", "1")
    asked(page, "Is it needed today")
    assert "Step 4" in path(page)[-1]
    assert path(page)[-1].endswith("Yes")
    shoot(page, "asking")
    press(page, "2")
    asked(page, "wait until tomorrow")
    press(page, "b")
    asked(page, "Is it needed today")
    press(page, "1")
    asked(page, "driver may remember the door")
    press(page, "1")
    asked(page, "Open a trace")
    page.reload()
    asked(page, "Open a trace")
    assert len(path(page)) == 6


def test_a_link_is_followed_and_one_comes_back_to_the_question(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    begun(page, QUIET)
    press(page, "1", "1", "2", "2", "1")
    asked(page, "it counts as lost")
    page.locator(".asked a").click()
    page.wait_for_url("**/procedures/SHP-0*")
    expect(page.locator("[data-procedure]")).not_to_have_attribute("data-procedure", "SHP-002")
    press(page, "u")
    page.wait_for_url(f"**{QUIET}")
    asked(page, "it counts as lost")


def test_a_new_call_begins_anew(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    begun(page, QUIET)
    press(page, "1")
    page.get_by_role("button", name="New call").first.click()
    expect(page.locator(".asked")).to_have_count(0)
    expect(page.locator("[data-steps] > ol").first).to_be_visible()


def test_the_path_is_for_the_ticket_and_is_never_sent(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(QUIET)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    press(page, "q")
    press(page, "1", "1", "2")
    page.get_by_role("button", name="Copy for the ticket").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    note = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"Path:\nStep 1\. .*\nStep 2\. .*\nStep 3\. .* No$", note)
    assert not any("dispatched" in one or "trail" in one for one in sent)


def test_on_the_phone_and_without_script(browser: Browser, site: Site) -> None:
    phone = {"width": 390, "height": 844}
    base = f"http://127.0.0.1:{site.port}"
    context = browser.new_context(base_url=base, viewport=phone)
    page = sign_in(context, "ana.costa")
    begun(page, QUIET)
    press(page, "1", "1")
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    expect(page.locator(".answer-button").first).to_be_in_viewport()
    shoot(page, "asking-390")
    context.close()
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = sign_in(context, "ana.costa")
    page.goto(MISSING)
    expect(page.locator("li.asks li.answer.asks li.answer").first).to_be_visible()
    context.close()


def test_the_editor_inserts_and_previews_a_question(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.route("**/draft", lambda route: route.abort())  # other tests count her drafts
    page.goto("/procedures/SHP-005/edit?draft=continue")
    area = page.get_by_label("Text", exact=True)
    area.fill("Above.\n")
    page.get_by_label("Insert").select_option("question")
    assert "   - Yes: **A question to decide?**\n     - Yes: do this." in area.input_value()
    preview = page.locator("li.answer.asks li.answer")
    page.get_by_role("button", name="Preview").click()
    expect(preview.first).to_be_visible()


def test_a_link_leads_to_a_step_and_its_key_copies_it(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{QUIET}#step-3-1")
    present = page.locator("[data-steps] > ol > li.now")
    expect(present).to_have_attribute("id", "step-3")
    press(page, "l")
    expect(present).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"{QUIET}#step-3")
    press(page, "d")
    expect(present).to_have_attribute("id", "step-4")
    press(page, "q")
    asked(page, "not done its first scan")
    page.goto(f"{QUIET}#step-2")
    asked(page, "Step 2")
    press(page, "l")
    expect(page.locator(".asked-ways")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("#step-2")
    press(page, "b")
    page.reload()
    asked(page, "not done its first scan")
