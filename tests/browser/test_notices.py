"""A change that must be read: marked by an editor, seen at the bell and at home, confirmed."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser


def test_an_editor_asks_and_a_rep_reads_and_confirms_by_keyboard(context: BrowserContext) -> None:
    dana = sign_in(context, "dana.reyes")
    dana.goto("/procedures/SHP-004/edit")
    text = dana.locator("textarea[name=body]")
    text.fill(f"{text.input_value()}\n\nAsk for the order number first.\n")
    expect(dana.get_by_label("All reps")).to_be_hidden()
    dana.get_by_label("Must be read", exact=True).check()
    dana.get_by_label("All reps").check()
    dana.get_by_label("What changed, and why?").fill("Ask for the order number first")
    dana.get_by_role("button", name="Save", exact=True).click()
    expect(dana.get_by_text("people are asked to read and confirm it")).to_be_visible()
    context.clear_cookies()

    ana = sign_in(context, "ana.costa")
    expect(ana.get_by_role("link", name="My notices")).to_contain_text("not read")
    card = ana.get_by_role("article")
    expect(card.locator("ins, .diff-ins").first).to_contain_text("Ask for the order number")
    button = card.get_by_role("button", name="I have read this")
    button.focus()
    ana.keyboard.press("Enter")
    expect(ana.get_by_text("Thank you. You have confirmed")).to_be_visible()
    expect(ana.get_by_role("heading", name="For you to read")).to_have_count(0)

    before = ana.get_by_role("link", name="My notices").inner_text()
    ana.get_by_role("link", name="My notices").click()
    ana.get_by_role("button", name="Open").first.click()
    expect(ana.get_by_text("You confirmed it on")).to_be_visible()
    expect(ana.get_by_role("link", name="My notices")).not_to_have_text(before)
    context.clear_cookies()

    dana = sign_in(context, "dana.reyes")
    dana.goto("/must-reads")
    expect(dana.get_by_text("1 of ")).to_be_visible()
